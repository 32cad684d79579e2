"""Measures what a step of training holds, and what is still alive after it."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named, prepared, tensors

_MOST = 200_000  # nodes; a graph that is larger is large enough to be told


def memory(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take steps of training, and tell after each what is alive.

    Args:
        arguments: As for `run`, and ``steps``: how many.

    Returns:
        ``alive``: after each step the ``bytes`` and the number of ``tensors`` that are alive, and
        of ``nodes`` of graphs; ``saved``: bytes that a step holds for its backward pass.
    """
    alive = []
    with prepared({**arguments, "fresh": True, "train": True}) as built, torch.enable_grad():
        for number in range(int(arguments["steps"])):
            modules.seed(number)
            _step(built, arguments)
            alive.append(living())
        # A hook changes what a graph keeps alive, so it counts in a step of its own.
        packed = _Saved(built.module)
        with packed:
            _step(built, arguments)
    return {"alive": alive, "saved": packed.bytes}


def _step(built: modules.Instance, arguments: Mapping[str, Any]) -> None:
    given = tensors(arguments["inputs"], built)
    outputs, _ = named(call(built.module, given, arguments["order"]), arguments["returns"])
    ends = [value for value in outputs.values() if value.requires_grad]
    torch.autograd.backward(ends, [torch.ones_like(value) for value in ends])
    built.module.zero_grad(set_to_none=True)


def living() -> dict[str, int]:
    """Count the tensors that are alive, their bytes, and the nodes of their graphs."""
    gc.collect()
    found = [value for value in gc.get_objects() if type(value) in (Tensor, torch.nn.Parameter)]
    with torch._C.DisableTorchFunctionSubclass():
        storages = {
            value.untyped_storage()._cdata: value.untyped_storage().nbytes()
            for value in found
            if value.layout is torch.strided and not value.is_meta
        }
        roots = [value.grad_fn for value in found if value.grad_fn is not None]
    return {
        "tensors": len(found),
        "bytes": sum(storages.values()),
        "nodes": sum(1 for _ in _nodes(roots)),
    }


def _nodes(roots: list[Any]) -> Iterator[Any]:
    seen, waiting = set(roots), list(roots)
    while waiting and len(seen) < _MOST:
        node = waiting.pop()
        yield node
        new = {after for after, _ in node.next_functions if after is not None} - seen
        seen |= new
        waiting += new


class _Saved(torch.autograd.graph.saved_tensors_hooks):
    """Adds up what a graph saves for its backward pass, without parameters, each storage once."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__(self._packed, lambda tensor: tensor)
        self._held = {value.untyped_storage()._cdata: 0 for value in module.parameters()}

    @property
    def bytes(self) -> int:
        """How many bytes were saved."""
        return sum(self._held.values())

    def _packed(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        self._held.setdefault(storage._cdata, storage.nbytes())
        return tensor.detach()  # itself it would hold its own graph
