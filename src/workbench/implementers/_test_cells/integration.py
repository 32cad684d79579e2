"""Integration tests: forward and backward end to end, learning, saving, loading, devices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from workbench.implementers._test_cells.setup import (
    CLASSES,
    HAS_CLASSES,
    HAS_MASK,
    MASK,
    build,
    doubled,
    make_inputs,
    make_mask,
    spread,
)


def target_for(inputs: dict[str, Tensor]) -> Tensor:
    """Make a target for some inputs that can be learned."""
    if HAS_CLASSES:
        return torch.arange(8) % CLASSES
    else:
        output = spread(build(seed=9)).eval()(**inputs).detach()
        return output / output.std()


def loss_of(output: Tensor, target: Tensor) -> Tensor:
    """Compare an output with its target."""
    return F.cross_entropy(output, target) if HAS_CLASSES else F.mse_loss(output, target)


def test_gradient_reaches_every_parameter() -> None:
    """Every parameter gets a finite gradient that is not always zero.

    Needs: weights
    """
    generator = torch.Generator().manual_seed(3)
    reached: set[str] = set()
    for seed in range(3):  # a rectified unit may be dead under one initialisation
        module, inputs = spread(build(seed)).train(), make_inputs(seed=seed)
        output = module(**inputs)
        (output * torch.randn(output.shape, generator=generator)).sum().backward()
        for name, parameter in module.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.isfinite().all(), name
            if parameter.grad.abs().max() > 0:
                reached.add(name)
    assert {name for name, _ in module.named_parameters()} - reached == set()


def test_gradient_is_right() -> None:
    """The gradient agrees with a finite difference in a random direction.

    Needs: weights
    """
    module, inputs = spread(build()).double().eval(), doubled(make_inputs())
    generator = torch.Generator().manual_seed(4)
    parameters = list(module.parameters())
    steps = [torch.randn(p.shape, generator=generator).double() for p in parameters]
    output = module(**inputs)
    cotangent = torch.randn(output.shape, generator=generator).double()
    gradients = torch.autograd.grad((output * cotangent).sum(), parameters, allow_unused=True)
    pairs = zip(gradients, steps, strict=True)
    slope = sum((gradient * step).sum() for gradient, step in pairs if gradient is not None)

    @torch.no_grad()
    def value_after(size: float) -> Tensor:
        for parameter, step in zip(parameters, steps, strict=True):
            parameter += size * step
        value = (module(**inputs) * cotangent).sum()
        for parameter, step in zip(parameters, steps, strict=True):
            parameter -= size * step
        return value

    # A short step, so that hardly any rectified unit or maximum changes its mind on the way.
    difference = (value_after(1e-8) - value_after(-1e-8)) / 2e-8
    torch.testing.assert_close(slope, difference, rtol=1e-2, atol=1e-5)


def test_learns_one_batch() -> None:
    """A few steps on one batch bring the loss far down.

    Needs: weights
    """
    module, inputs = build().train(), make_inputs(batch=8)
    target = target_for(inputs)
    optimiser = torch.optim.Adam(module.parameters(), lr=0.005)
    losses: list[float] = []
    while len(losses) < 150 and (not losses or losses[-1] > 0.4 * losses[0]):
        optimiser.zero_grad()
        loss = loss_of(module(**inputs), target)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] <= 0.4 * losses[0], losses


def test_dropout_acts_in_training_only() -> None:
    """Two runs differ in training and agree in evaluation.

    Needs: dropout
    """
    module, inputs = build(dropout=0.5), make_inputs()
    assert not torch.equal(module.train()(**inputs), module(**inputs))
    assert torch.equal(module.eval()(**inputs), module(**inputs))


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    """The weights survive a file, and the output needs nothing else.

    Needs: weights
    """
    module, inputs = spread(build()).eval(), make_inputs()
    torch.save(module.state_dict(), tmp_path / "weights.pt")
    other = build(seed=1).eval()
    assert not torch.equal(other(**inputs), module(**inputs))
    other.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    assert torch.equal(other(**inputs), module(**inputs))


def test_a_checkpoint_that_does_not_fit_is_refused() -> None:
    """A missing or strange entry of a checkpoint is named by an error.

    Needs: weights
    """
    module = build()
    state = module.state_dict()
    name = next(iter(state))
    value = state.pop(name)
    with pytest.raises(RuntimeError, match=name):
        module.load_state_dict(state)
    with pytest.raises(RuntimeError, match="strange"):
        module.load_state_dict({**state, name: value, "strange": value})


def test_inputs_are_left_as_they_are() -> None:
    """A call does not write into its inputs."""
    inputs = make_inputs()
    build().train()(**inputs)
    for name, value in make_inputs().items():
        assert torch.equal(inputs[name], value), name


def test_mixed_precision_stays_close() -> None:
    """Autocast to bfloat16 gives nearly the same as single precision."""
    module, inputs = build().eval(), make_inputs()
    exact = module(**inputs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = module(**inputs).float()
    assert rounded.isfinite().all()
    assert (rounded - exact).abs().max() <= 0.1 * (1 + exact.abs().max())


class DeviceSpy(torch.overrides.TorchFunctionMode):
    """Notes the device of each tensor that is computed, single numbers aside."""

    def __init__(self) -> None:
        super().__init__()
        self.devices: set[str] = set()

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Do what was asked for and note where the result is."""
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and result.dim() > 0:
            self.devices.add(result.device.type)
        return result


def test_nothing_names_a_device() -> None:
    """What the module makes is made where its inputs are.

    Needs: new
    """
    module, inputs = build().to("meta").eval(), make_inputs()
    if HAS_MASK:
        inputs[MASK] = make_mask()
    inputs = {name: x.to("meta") for name, x in inputs.items()}
    with DeviceSpy() as spy:
        module(**inputs)
    assert spy.devices == {"meta"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_as_on_the_cpu() -> None:
    """The module follows its weights to a device."""
    module, inputs = spread(build()).double().eval(), doubled(make_inputs())
    expected = module(**inputs)
    output = module.cuda()(**{name: x.cuda() for name, x in inputs.items()})
    torch.testing.assert_close(output.cpu(), expected)
