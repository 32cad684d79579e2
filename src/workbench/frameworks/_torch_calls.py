"""Notes which submodules are called, and which run without their hooks."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named, prepared, tensors

_TORCH = os.path.dirname(torch.__file__) + os.sep


def calls(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run the module with a hook on each submodule, forward and backward.

    Args:
        arguments: As for `run`.

    Returns:
        ``modules``: for each submodule its ``name``, ``type``, how often it was ``called``, whether
        it was ``read``, whether it is ``torch``'s own, a plain ``container``, how many
        ``parameters`` of its own it has and how many buffers are ``kept`` in its state;
        ``switched``: those whose mode the call changed; ``around``: calls of a ``forward`` past
        the hooks, each with ``name`` and ``where``; ``hooked``: the outputs with hooks in place.
    """
    with prepared(arguments) as built:
        parts = dict(built.module.named_modules())
        counts = dict.fromkeys(parts, 0)
        modes = {name: part.training for name, part in parts.items()}
        handles = []
        in_place = [part for part in parts.values() if getattr(part, "inplace", False) is True]
        for part in in_place:  # torch's own setting, which no backward hook goes together with
            part.inplace = False
        for name, part in parts.items():
            handles.append(part.register_forward_hook(_counter(counts, name)))
            if arguments.get("backward"):
                handles.append(part.register_full_backward_hook(_nothing))
        names = {id(part): name for name, part in parts.items()}
        around: dict[tuple[str, str], None] = {}
        read: set[str] = set()
        former = sys.getprofile()
        sys.setprofile(_watch(names, around, read))
        try:
            inputs = tensors(arguments["inputs"], built)
            with torch.enable_grad():
                returned = call(built.module, inputs, arguments["order"])
        finally:
            sys.setprofile(former)
            for handle in handles:
                handle.remove()
            for part in in_place:
                part.inplace = True
        outputs, _ = named(returned, arguments["returns"])
        switched = [name for name, part in parts.items() if part.training is not modes[name]]
    return {
        "modules": [
            {**_told(name, part, counts[name]), "read": name in read}
            for name, part in parts.items()
        ],
        "switched": [name or "the module" for name in switched],
        "around": [{"name": name, "where": where} for name, where in around],
        "hooked": {name: modules.array(value) for name, value in outputs.items()},
    }


def _told(name: str, part: nn.Module, count: int) -> dict[str, Any]:
    return {
        "name": name,
        "type": type(part).__name__,
        "called": count,
        "torch": type(part).__module__.startswith("torch."),
        "container": type(part).forward is nn.Module.forward,
        "parameters": sum(1 for value in part._parameters.values() if value is not None),
        "kept": sum(name not in part._non_persistent_buffers_set for name in part._buffers),
    }


def _counter(counts: dict[str, int], name: str) -> Any:
    def count(module: nn.Module, inputs: object, output: object) -> None:
        counts[name] += 1

    return count


def _nothing(module: nn.Module, grad_input: Tensor, grad_output: Tensor) -> None:
    """Look at the gradients and leave them as they are."""


def _watch(names: Mapping[int, str], around: dict[tuple[str, str], None], read: set[str]) -> Any:
    """Notice a ``forward`` that was not reached by its module's call, and layers that are read."""
    looked_up = nn.Module.__getattr__.__code__

    def profile(frame: FrameType, event: str, argument: object) -> None:
        if event != "call":
            return
        if frame.f_code is looked_up:
            whole = names.get(id(frame.f_locals["self"]))
            if whole is not None:
                read.add(f"{whole}.{frame.f_locals['name']}".lstrip("."))
        elif frame.f_code.co_name == "forward":
            own = frame.f_locals.get("self")
            where = _past_the_call(frame.f_back, own) if id(own) in names else ""
            if where:
                around[names[id(own)], where] = None

    return profile


def _past_the_call(frame: FrameType | None, own: object) -> str:
    """Say where the draft called a ``forward`` itself; decorators may stand in between."""
    caller = frame
    while frame is not None and frame.f_code.co_name != "forward":
        if frame.f_locals.get("self") is own:
            return ""  # its call, which torch makes, or another method of its own
        frame = frame.f_back
    if frame is None or frame.f_locals.get("self") is own or _of_torch(caller):
        return ""
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _of_torch(frame: FrameType | None) -> bool:
    return frame is not None and frame.f_code.co_filename.startswith(_TORCH)
