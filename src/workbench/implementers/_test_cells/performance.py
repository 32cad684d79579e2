"""Performance tests: relative to the same module in the same run, for no machine is too slow."""

from __future__ import annotations

import gc
from time import perf_counter

import pytest
import torch
from torch import Tensor, nn

from workbench.implementers._test_cells.setup import build, make_inputs


def seconds(module: nn.Module, inputs: dict[str, Tensor], calls: int) -> float:
    """Measure the best of many rounds of calls: a busy machine disturbs some, never all."""
    taken: list[float] = []
    while len(taken) < 3 or (sum(taken) < 0.3 and len(taken) < 50):
        start = perf_counter()
        for _ in range(calls):
            module(**inputs)
        taken.append(perf_counter() - start)
    return min(taken)


@torch.no_grad()
def test_a_batch_costs_less_than_its_examples() -> None:
    """Eight examples at once cost no more than one by one, with room for a busy machine.

    Needs: batch
    """
    module = build().eval()
    module(**make_inputs(batch=8))  # the first call pays for what is set up once
    together = seconds(module, make_inputs(batch=8), calls=1)
    alone = seconds(module, make_inputs(batch=1), calls=8)
    assert together < 3 * alone


def tensors_alive() -> int:
    """Count the tensors that something still refers to."""
    gc.collect(1)
    return sum(issubclass(type(thing), Tensor) for thing in gc.get_objects())


def test_memory_does_not_grow() -> None:
    """Steps of training leave no more tensors alive than the first ones.

    Needs: weights
    """
    module = build().train()
    optimiser = torch.optim.SGD(module.parameters(), lr=1e-3)
    counts = []
    for rounds in (2, 10):
        for step in range(rounds):
            optimiser.zero_grad()
            module(**make_inputs(seed=step)).square().mean().backward()
            optimiser.step()
        counts.append(tensors_alive())
    assert counts[1] <= counts[0]


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
