"""Lists what a module keeps outside its parameters, buffers and submodules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, prepared, tensors

_DEEPEST, _LONGEST = 3, 1000


def attributes(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """List tensors and modules that are not registered, and what grows from call to call.

    Args:
        arguments: As for `run`, and ``calls``: how often the module is called.

    Returns:
        ``loose``: for each tensor or module that stands in a plain attribute, list or mapping of a
        fresh instance its ``name``, ``kind`` (tensor, parameter or module) and ``shape``; ``held``:
        after each call the number of items in each container and of tensors in all of them, by
        name; what has the same number after every call is left out.
    """
    fresh = modules.instance(arguments["of"], fresh=True).module
    loose = [
        {"name": name, "kind": _kind(value), "shape": _shape(value)}
        for name, value in _loose(fresh)
    ]
    history: list[dict[str, int]] = []
    with prepared(arguments) as built:
        for number in range(int(arguments["calls"])):
            modules.seed(number)
            with torch.enable_grad():
                call(built.module, tensors(arguments["inputs"], built), arguments["order"])
            history.append(_counts(built.module))
    names = sorted({name for counts in history for name in counts})
    held = {name: [counts.get(name, 0) for counts in history] for name in names}
    return {
        "loose": loose,
        "held": {name: counts for name, counts in held.items() if len(set(counts)) > 1},
    }


def _registered(module: nn.Module) -> set[int]:
    known: set[int] = set()
    for part in module.modules():
        known |= {id(part), *map(id, part._parameters.values()), *map(id, part._buffers.values())}
    return known


def _plain(module: nn.Module) -> Iterator[tuple[str, Any]]:
    """Yield the attributes that are the draft's own, not those of every module."""
    usual = vars(nn.Module()).keys()
    for path, part in module.named_modules():
        for name, value in vars(part).items():
            if name not in usual:
                yield f"{path}.{name}".lstrip("."), value


def _loose(module: nn.Module) -> Iterator[tuple[str, Tensor | nn.Module]]:
    known = _registered(module)
    for path, attribute in _plain(module):
        for name, value in _items(path, attribute, 0):
            if isinstance(value, Tensor | nn.Module) and id(value) not in known:
                known.add(id(value))
                yield name, value


def _items(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    yield name, value
    if depth == _DEEPEST:
        return
    if isinstance(value, Mapping):
        for key, part in list(value.items())[:_LONGEST]:
            yield from _items(f"{name}[{key!r}]"[:100], part, depth + 1)
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value[:_LONGEST]):
            yield from _items(f"{name}[{index}]", part, depth + 1)


def _counts(module: nn.Module) -> dict[str, int]:
    counts: dict[str, int] = {}
    for path, attribute in _plain(module):
        for name, value in _items(path, attribute, 0):
            if isinstance(value, list | tuple | set | dict):
                counts[name] = len(value)
            elif isinstance(value, Tensor):
                counts[name] = value.numel()
    return counts


def _kind(value: Tensor | nn.Module) -> str:
    if isinstance(value, nn.Module):
        return "module"
    return "parameter" if value.requires_grad else "tensor"


def _shape(value: Tensor | nn.Module) -> list[int]:
    return list(value.shape) if isinstance(value, Tensor) else []
