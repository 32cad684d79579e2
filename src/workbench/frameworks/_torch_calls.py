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
        it is ``torch``'s own, a plain ``container``, and how many ``parameters`` of its own it has;
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
        former = sys.getprofile()
        sys.setprofile(_watch(names, around))
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
        "modules": [_told(name, part, counts[name]) for name, part in parts.items()],
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
    }


def _counter(counts: dict[str, int], name: str) -> Any:
    def count(module: nn.Module, inputs: object, output: object) -> None:
        counts[name] += 1

    return count


def _nothing(module: nn.Module, grad_input: Tensor, grad_output: Tensor) -> None:
    """Look at the gradients and leave them as they are."""


def _watch(names: Mapping[int, str], around: dict[tuple[str, str], None]) -> Any:
    """Notice a ``forward`` that was called by the draft itself, not by the module's call."""

    def profile(frame: FrameType, event: str, argument: object) -> None:
        if event != "call" or frame.f_code.co_name != "forward":
            return
        own = frame.f_locals.get("self")
        caller = frame.f_back
        if id(own) not in names or caller is None:
            return
        if caller.f_code.co_filename.startswith(_TORCH) or caller.f_locals.get("self") is own:
            return  # by the module's call, or by its own subclass
        where = f"{caller.f_code.co_filename}:{caller.f_lineno}"
        around[names[id(own)], where] = None

    return profile
