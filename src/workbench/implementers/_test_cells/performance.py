"""Performance tests: work, time and memory beside layers of torch's own in the same run."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from workbench.implementers._test_cells.setup import FIXED_AXIS, INPUT, MANY, build, make_inputs

COSTS: dict[str, float] = {}


class PlainLayers(nn.Module):
    """The same work by layers of torch's own: each matrix of weights once, then norm and GELU.

    It is as fast as this machine is at this moment, so a budget relative to it needs no clock.

    Args:
        rows: How many positions each matrix meets.
        shapes: The matrices, fan out before fan in.
    """

    def __init__(self, rows: list[int], shapes: list[tuple[int, int]]) -> None:
        super().__init__()
        self.rows = rows
        self.layers = nn.ModuleList(nn.Linear(wide, out) for out, wide in shapes)

    def forward(self) -> Tensor:
        """Do the work at made-up positions."""
        total = torch.zeros(())
        for rows, layer in zip(self.rows, self.layers, strict=True):
            x = layer(torch.ones(rows, layer.in_features))  # (positions, fan out)
            total = total + F.gelu(F.layer_norm(x, x.shape[-1:])).mean()
        return total


@torch.no_grad()
def plain_layers(module: nn.Module, inputs: dict[str, Tensor]) -> PlainLayers:
    """Make plain layers of its shapes, each for as many positions at most as there are."""
    most = inputs[INPUT].numel()
    if FIXED_AXIS:
        most //= inputs[INPUT].shape[FIXED_AXIS]
    # Where there are no weights there is still the input.
    met: dict[nn.Module | None, int] = {None: most}
    shapes: dict[nn.Module | None, tuple[int, int]] = {None: (16, 16)}

    def note(layer: nn.Module, _: Any, output: Any) -> None:
        matrix = getattr(layer, "weight", None)
        if isinstance(output, Tensor) and isinstance(matrix, Tensor) and matrix.dim() > 1:
            met[layer] = min(most, output.numel() // len(matrix))
            shapes[layer] = (len(matrix), matrix[0].numel())

    parts = [part for part in module.modules() if not isinstance(part, nn.Embedding)]
    hooks = [part.register_forward_hook(note) for part in parts]
    module(**inputs)
    for hook in hooks:
        hook.remove()
    return PlainLayers([*met.values()], [*shapes.values()])


def operations(call: Callable[[], Any]) -> float:
    """Count the floating point operations of the products in a call."""
    with FlopCounterMode(display=False) as counter:
        call()
    return float(counter.get_total_flops())


def bytes_kept(call: Callable[[], Any]) -> float:
    """Count the bytes that a call keeps for a backward pass, each tensor once."""
    kept: dict[tuple[int, torch.Size], int] = {}

    def note(x: Tensor) -> Tensor:
        kept[x.data_ptr(), x.shape] = x.numel() * x.element_size()
        return x

    with torch.autograd.graph.saved_tensors_hooks(note, lambda x: x):
        call()
    return float(sum(kept.values()))


@torch.no_grad()
def times_as_long(call: Callable[[], Any], other: Callable[[], Any]) -> float:
    """Compare the best of many rounds in turn: a busy machine disturbs some, never all."""
    best = {call: float("inf"), other: float("inf")}
    begun = perf_counter()
    for at in range(60):
        for one in best:
            start = perf_counter()
            one()
            best[one] = min(best[one], perf_counter() - start)
        if at > 5 and perf_counter() - begun > 0.1:
            break
    return best[call] / best[other]


def costs() -> dict[str, float]:
    """Measure what a call costs, in multiples of what plain layers cost."""
    module, inputs = build().eval(), make_inputs(batch=MANY)
    plain = plain_layers(module, inputs)

    def call() -> Tensor:
        return module(**inputs)

    found = {
        "operations": operations(call) / operations(plain),
        "bytes kept": bytes_kept(call) / bytes_kept(plain),
        "seconds": times_as_long(call, plain),
    }
    return {name: float(f"{value:.2g}") for name, value in found.items()}


def test_it_costs_about_what_plain_layers_cost() -> None:
    """Work, memory and time of a batch are those of its weights, applied once.

    Needs: new, batch
    """
    found = costs()
    assert found["operations"] < 2.5, "it multiplies several times what its weights ask for"
    assert found["bytes kept"] < 4, "it keeps several times what a backward pass needs"
    assert found["seconds"] < 6, "it takes much longer than plain layers in the same run"


def test_it_costs_no_more_than_it_did() -> None:
    """Work, memory and time beside plain layers are as they were measured, with room.

    Needs: existing, batch, measured COSTS
    """
    found = costs()
    assert COSTS, f"measured COSTS = {found!r}"
    for name, value in COSTS.items():
        room = 4 * value + 1 if name == "seconds" else 1.5 * value + 0.1
        assert found[name] < room, name


def tensors_left(call: Callable[[int], Tensor], module: nn.Module) -> int:
    """Count the tensors that ten steps of training leave alive, each with other inputs."""
    optimiser = torch.optim.SGD(module.parameters(), lr=1e-3)
    counts = []
    for steps in (2, 10):
        for step in range(steps):
            optimiser.zero_grad()
            call(step).square().mean().backward()
            optimiser.step()
        gc.collect(1)
        counts.append(sum(issubclass(type(thing), Tensor) for thing in gc.get_objects()))
    return counts[1] - counts[0]


def test_memory_does_not_grow() -> None:
    """Steps of training leave no more tensors alive than those of plain layers.

    Needs: weights
    """
    module = build().train()
    plain = plain_layers(module, make_inputs())
    left = tensors_left(lambda step: module(**make_inputs(seed=step)), module)
    assert left <= tensors_left(lambda step: plain(), plain), f"{left} more after ten steps"


def test_evaluation_keeps_no_graph() -> None:
    """Without gradients nothing is kept for a backward pass."""
    with torch.no_grad():
        output = build().eval()(**make_inputs())
    assert output.grad_fn is None
    assert not output.requires_grad


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@torch.no_grad()
def test_a_call_gives_its_memory_back() -> None:
    """On a GPU nothing stays allocated when the output is gone."""
    module = build().eval().cuda()
    inputs = {name: x.cuda() for name, x in make_inputs(batch=8).items()}
    module(**inputs)  # the first call allocates what the libraries keep
    before = torch.cuda.memory_allocated()
    module(**inputs)
    assert torch.cuda.memory_allocated() == before
