"""Runs the blocks that a large module repeats twice, and answers for the others.

Without data, a block's outputs depend on its class, its settings, the types of its weights and of
its inputs, and on nothing else, unless it has side effects: so two blocks really run, and only
where they agree does the first answer for the third and all others.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_flatten, tree_map_only

from workbench.frameworks._torch_counted import Counted, Counts

_FEWEST = 4  # of the same class in one list; below, remembering saves nothing
_SCALARS = (bool, int, float, str, type(None))


@dataclass
class _Known:
    """What a block gave when it last really ran, and whether that was the same as before."""

    output: Any
    shown: Any
    counts: Counts
    flow: list[dict[str, Any]]
    name: str
    settled: bool = False


@contextlib.contextmanager
def remembered(module: nn.Module, counted: Counted, flow: list[dict[str, Any]]) -> Iterator[None]:
    """Have repeated blocks answer from memory.

    Args:
        module: The module; its tensors hold no data.
        counted: Counts operations; what was skipped is added to it.
        flow: The steps so far; those of skipped blocks are added to it.
    """
    known: dict[Any, _Known] = {}
    blocks = dict(_blocks(module))
    for name, block in blocks.items():
        block.forward = _answer(name, block, known, counted, flow)
    try:
        yield
    finally:
        for block in blocks.values():
            del block.forward


def _blocks(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    inside: tuple[str, ...] = ()
    for path, part in module.named_modules():
        if path.startswith(inside) and inside:
            continue  # what stands inside a repeated block is skipped with it
        children = dict(part.named_children())
        if isinstance(part, nn.ModuleList | nn.Sequential):
            counts = Counter(type(child) for child in children.values())
            for name, child in children.items():
                if counts[type(child)] >= _FEWEST and "forward" not in vars(child):
                    inside = (*inside, f"{path}.{name}.")
                    yield f"{path}.{name}".lstrip("."), child


def _answer(
    name: str,
    block: nn.Module,
    known: dict[Any, _Known],
    counted: Counted,
    flow: list[dict[str, Any]],
) -> Any:
    really = block.forward

    def forward(*args: Any, **kwargs: Any) -> Any:
        key = _key(block, (args, kwargs))
        entry = known.get(key)
        if entry is not None and entry.settled:
            counted.add(entry.counts)
            flow.extend(
                {**step, "name": name + step["name"][len(entry.name) :]} for step in entry.flow
            )
            return tree_map_only(Tensor, _anew, entry.output)
        before, steps = counted.counts, len(flow)
        output = really(*args, **kwargs)
        counts, shown = counted.counts - before, _shown(output)
        # The first block may keep what all of them share, so the one before is what counts.
        same = entry is not None and entry.shown == shown and entry.counts == counts
        known[key] = _Known(output, shown, counts, flow[steps:], name, same)
        return output

    return forward


def _anew(tensor: Tensor) -> Tensor:
    return torch.empty_strided(
        tensor.shape,
        tensor.stride(),
        dtype=tensor.dtype,
        device=tensor.device,
        requires_grad=tensor.requires_grad,
    )


def _key(block: nn.Module, given: Any) -> Any:
    parts = tuple(
        (name, type(part), part.training, tuple(_settings(part)))
        for name, part in block.named_modules()
    )
    return parts, repr(_shown(given))


def _settings(part: nn.Module) -> Iterator[Any]:
    for held in (part._parameters, part._buffers):
        for name, tensor in held.items():
            if tensor is not None:
                yield name, tensor.shape, tensor.dtype, tensor.requires_grad
    for name, value in vars(part).items():
        if isinstance(value, _SCALARS):
            yield name, value
        elif isinstance(value, tuple | list) and not name.startswith("_"):
            yield name, repr(value)[:200]


def _shown(value: Any) -> Any:
    leaves, structure = tree_flatten(value)
    return structure, [
        (tuple(leaf.shape), leaf.stride(), leaf.dtype, leaf.device.type)
        if isinstance(leaf, Tensor)
        else repr(leaf)[:200]
        for leaf in leaves
    ]
