"""Unit tests: shapes, extreme values, options, and what may depend on what."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from workbench.implementers._test_cells.setup import (
    ATTENTION_HEADS,
    ATTENTION_LAYERS,
    BAD_OPTIONS,
    CASES,
    CONVOLUTIONS,
    DEFAULTS,
    EDGE_OPTIONS,
    FIXED_AXIS,
    FULL_COUNT,
    HIGH,
    INPUT,
    KEEPS_TIME,
    LIMIT,
    LOW,
    OPTIONS,
    TIME_AXIS,
    Subject,
    build,
    doubled,
    expected_parameters,
    expected_shape,
    make_inputs,
    make_mask,
    spread,
)


@pytest.mark.parametrize("sizes", CASES, ids=str)
def test_output_shape(sizes: dict[str, int]) -> None:
    """The output has its shape for no, one and many examples."""
    output = build().eval()(**make_inputs(**sizes))
    assert output.shape == expected_shape(**sizes)
    assert output.is_floating_point()
    assert output.isfinite().all()


def test_double_precision_is_kept() -> None:
    """The module computes in the precision that it is brought to."""
    assert build().double().eval()(**doubled(make_inputs())).dtype == torch.float64


def test_one_example_alone_is_as_in_a_batch() -> None:
    """No example sees the others.

    Covers: batch independent
    Needs: batch
    """
    module, inputs = spread(build()).double().eval(), doubled(make_inputs(batch=4))
    together = module(**inputs)
    for row in range(4):
        alone = module(**{name: x[row : row + 1] for name, x in inputs.items()})
        torch.testing.assert_close(alone, together[row : row + 1])


def test_other_examples_give_no_gradient() -> None:
    """One example's output has no gradient with respect to the others.

    Covers: batch independent
    Needs: batch, floats
    """
    inputs = make_inputs(batch=3)
    inputs[INPUT].requires_grad_()
    output = spread(build()).eval()(**inputs)
    (gradient,) = torch.autograd.grad(output[1].square().sum(), inputs[INPUT])
    reach = gradient.flatten(1).abs().amax(dim=1)  # one number for each example
    assert reach[1] > 0
    assert reach[0] == reach[2] == 0


@pytest.mark.parametrize("scale", [0.0, 1e-6, 1e4])
def test_extreme_values_stay_finite(scale: float) -> None:
    """Tiny and huge inputs give finite outputs and gradients.

    Needs: weights, floats, learns
    """
    module, inputs = build().eval(), make_inputs()
    output = module(**{**inputs, INPUT: inputs[INPUT] * scale})
    output.mean().backward()
    assert output.isfinite().all()
    assert all(p.grad is None or p.grad.isfinite().all() for p in module.parameters())


@pytest.mark.parametrize("value", [LOW, HIGH])
def test_extreme_values_are_accepted(value: int) -> None:
    """The smallest and the largest legal value give finite outputs.

    Needs: integers
    """
    inputs = make_inputs()
    output = build().eval()(**{**inputs, INPUT: torch.full_like(inputs[INPUT], value)})
    assert output.isfinite().all()


@pytest.mark.parametrize("changes", BAD_OPTIONS, ids=str)
def test_impossible_options_are_refused(changes: dict[str, Any]) -> None:
    """An impossible option is refused, and the message names it.

    Needs: bad options
    """
    with pytest.raises(ValueError, match="|".join(changes)):
        build(**changes)


@pytest.mark.parametrize("changes", EDGE_OPTIONS, ids=str)
def test_the_smallest_options_are_accepted(changes: dict[str, Any]) -> None:
    """What is just possible is not refused.

    Needs: edge options
    """
    assert build(**changes) is not None


def test_an_input_with_an_axis_too_many_is_refused() -> None:
    """An input of another shape gives an error, and no wrong answer.

    Needs: new
    """
    inputs = make_inputs()
    with pytest.raises(ValueError, match="shape"):
        build()(**{**inputs, INPUT: inputs[INPUT][None]})


def test_an_input_of_another_width_is_refused() -> None:
    """An axis that an option fixes cannot have another size.

    Needs: new, fixed axis
    """
    inputs = make_inputs()
    wide = inputs[INPUT].repeat_interleave(2, dim=FIXED_AXIS)
    with pytest.raises(ValueError, match="shape"):
        build()(**{**inputs, INPUT: wide})


def test_a_mask_that_does_not_fit_is_refused() -> None:
    """A mask of another type or another length is no mask.

    Needs: new, mask
    """
    module, inputs, mask = build(), make_inputs(), make_mask()
    with pytest.raises(ValueError, match="bool"):
        module(**inputs, mask=mask.float())
    with pytest.raises(ValueError, match="shape"):
        module(**inputs, mask=mask[:, 1:])


def test_too_large_an_input_is_refused() -> None:
    """Beyond the declared limit there is an error, and no wrong answer.

    Needs: limit
    """
    module = build().eval()
    assert module(**make_inputs(time=LIMIT)).isfinite().all()
    with pytest.raises(ValueError, match=str(LIMIT)):
        module(**make_inputs(time=LIMIT + 1))


def test_defaults_are_those_of_the_spec() -> None:
    """Without arguments the module is the one of the spec.

    Needs: new
    """
    parameters = inspect.signature(Subject).parameters
    assert {name: parameters[name].default for name in DEFAULTS} == DEFAULTS


def test_number_of_parameters() -> None:
    """Small and at full size there are as many parameters as declared.

    Covers: parameters
    Needs: parameters
    """
    assert sum(p.numel() for p in build().parameters()) == expected_parameters(OPTIONS)
    with torch.device("meta"):  # full size without memory
        full = Subject(**DEFAULTS)
    assert sum(p.numel() for p in full.parameters()) == FULL_COUNT


def test_number_of_convolutions() -> None:
    """There are as many convolutions as the spec says.

    Covers: convolution layers
    Needs: convolutions
    """
    assert sum(isinstance(part, nn.Conv2d) for part in build().modules()) == CONVOLUTIONS


class AttentionSpy(torch.overrides.TorchFunctionMode):
    """Notes the shape of the queries or scores of each attention."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[torch.Size] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Note the shape and do what was asked for."""
        names = ("scaled_dot_product_attention", "softmax")
        if getattr(func, "__name__", "") in names and args[0].dim() == 4:
            self.shapes.append(args[0].shape)
        return func(*args, **(kwargs or {}))


def test_layers_and_heads_of_attention() -> None:
    """As many attentions run as the spec says, each with as many heads.

    Covers: attention layers, attention heads
    Needs: attention
    """
    module, inputs = build().eval(), make_inputs()
    with AttentionSpy() as spy:
        module(**inputs)
    assert len(spy.shapes) == ATTENTION_LAYERS
    assert {shape[1] for shape in spy.shapes} == {ATTENTION_HEADS}


def masked(x: Tensor, other: Tensor, mask: Tensor) -> Tensor:
    """Put other content where the mask is False."""
    return torch.where(mask.reshape(mask.shape + (1,) * (x.dim() - mask.dim())), x, other)


def test_padding_is_not_seen() -> None:
    """What stands at padded positions changes nothing elsewhere.

    Covers: padding invariant
    Needs: mask
    """
    module, inputs, mask = spread(build()).eval(), make_inputs(), make_mask()
    changed = {**inputs, INPUT: masked(inputs[INPUT], make_inputs(seed=1)[INPUT], mask)}
    before, after = module(**inputs, mask=mask), module(**changed, mask=mask)
    if KEEPS_TIME:
        before, after = before[mask], after[mask]
    torch.testing.assert_close(before, after)


def test_padding_can_be_cut_off() -> None:
    """An example gives the same with its padding and without.

    Covers: padding invariant
    Needs: mask
    """
    module, inputs, mask = spread(build()).eval(), make_inputs(), make_mask()
    padded = module(**inputs, mask=mask)
    for row, length in enumerate(mask.sum(dim=1).tolist()):
        short = {**inputs, INPUT: inputs[INPUT][row : row + 1, :length]}
        alone = module(**short, mask=mask[row : row + 1, :length])[0]
        torch.testing.assert_close(alone, padded[row, :length] if KEEPS_TIME else padded[row])


def test_the_mask_matters() -> None:
    """To hide a position changes that example, and no other.

    Covers: padding invariant
    Needs: mask
    """
    module, inputs, mask = spread(build()).eval(), make_inputs(), torch.ones_like(make_mask())
    before = module(**inputs, mask=mask)
    mask[1, 0] = False
    after = module(**inputs, mask=mask)
    torch.testing.assert_close(before[[0, 2]], after[[0, 2]])
    if KEEPS_TIME:
        before, after = before[:, -1], after[:, -1]
    assert not torch.allclose(before[1], after[1], atol=1e-4)


def test_a_mask_that_hides_nothing_changes_nothing() -> None:
    """Without a mask every position is real.

    Covers: padding invariant
    Needs: optional mask
    """
    module, inputs = spread(build()).eval(), make_inputs()
    everything = torch.ones_like(make_mask())
    torch.testing.assert_close(module(**inputs), module(**inputs, mask=everything))


def test_a_row_of_padding_stays_finite() -> None:
    """An example without a real position is finite and harms no other.

    Covers: padding invariant
    Needs: mask
    """
    module, inputs, mask = spread(build()).eval(), make_inputs(), make_mask()
    before = module(**inputs, mask=mask)
    mask[1] = False
    after = module(**inputs, mask=mask)
    after.square().mean().backward()
    assert after.isfinite().all()
    assert all(p.grad is None or p.grad.isfinite().all() for p in module.parameters())
    torch.testing.assert_close(before[[0, 2]], after[[0, 2]])


def reach_over_time() -> Tensor:
    """Measure how much each output position depends on each input position."""
    module, inputs = spread(build()).double().eval(), doubled(make_inputs())
    x = inputs[INPUT].requires_grad_()
    output = module(**inputs).movedim(TIME_AXIS, 0)
    rows = []
    for here in range(len(output)):
        (gradient,) = torch.autograd.grad(output[here].square().sum(), x, retain_graph=True)
        rows.append(gradient.movedim(TIME_AXIS, 0).flatten(1).abs().amax(dim=1))
    return torch.stack(rows)  # (output time, input time)


def test_the_future_is_not_seen() -> None:
    """Each output depends on all earlier positions and on no later one.

    Covers: causal, causal over
    Needs: causal, floats
    """
    reach = reach_over_time()
    assert (reach.tril() > 0).equal(torch.ones_like(reach).tril() > 0)
    assert reach.triu(1).max() == 0


def test_every_position_sees_every_other() -> None:
    """Each output depends on earlier and on later positions.

    Covers: causal
    Needs: acausal, floats
    """
    assert (reach_over_time() > 0).all()


def test_the_order_matters() -> None:
    """To move the input along does more than to move the output along.

    Covers: position sensitive
    Needs: positions
    """
    module, inputs = spread(build()).eval(), make_inputs()
    before = module(**inputs)
    after = module(**{**inputs, INPUT: inputs[INPUT].roll(1, TIME_AXIS)})
    if KEEPS_TIME:
        after = after.roll(-1, TIME_AXIS)
    assert not torch.allclose(before, after, atol=1e-4)
