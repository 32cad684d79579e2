"""Sees to it that a module lists all that it holds, whatever its class makes of the usual lists."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

_SHOWN = 3


def require_all_listed(module: nn.Module) -> None:
    """Compare what a module lists with what stands in it and in the modules inside.

    Args:
        module: The module.

    Raises:
        TypeError: A parameter or a buffer is held and not listed, so that nobody could count it.
    """
    lists = {
        "named_parameters": (module.named_parameters(), "_parameters"),
        "parameters": ((("", each) for each in module.parameters()), "_parameters"),
        "named_buffers": (module.named_buffers(), "_buffers"),
    }
    for name, (listed, place) in lists.items():
        known = {id(tensor) for _, tensor in listed}
        missing = [path for path, tensor in _held(module, place) if id(tensor) not in known]
        if missing:
            shown = ", ".join(missing[:_SHOWN])
            raise TypeError(f"{name}() leaves out {shown}; every list must hold what is there")


def _held(module: nn.Module, place: str) -> Iterator[tuple[str, Tensor]]:
    for path, part in _parts("", module, set()):
        for name, tensor in vars(part)[place].items():
            if tensor is not None:
                yield f"{path}{name}", tensor


def _parts(path: str, module: nn.Module, seen: set[int]) -> Iterator[tuple[str, nn.Module]]:
    """Walk by what instances hold; a class has no say in that."""
    if id(module) in seen:
        return
    seen.add(id(module))
    yield path, module
    for name, child in vars(module)["_modules"].items():
        if child is not None:
            yield from _parts(f"{path}{name}.", child, seen)
