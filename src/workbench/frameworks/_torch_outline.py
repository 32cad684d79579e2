"""Follows the shapes through the module at full size, on meta tensors that hold no data."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_counted import Counted, Counts
from workbench.frameworks._torch_repeats import remembered
from workbench.frameworks._torch_run import call, named


def outline(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Build on the meta device and run there.

    Args:
        arguments: ``of`` (with the device ``meta``), ``shapes``: for each input that is present
            its shape and dtype, ``order`` and ``returns``. Without shapes only the parameters are
            listed. With ``whole`` every repeated block really runs.

    Returns:
        ``parameters``: name, shape and whether it is learned; ``outputs``: shape and dtype by name;
        ``structure``; ``flow``: one step per submodule call in the order in which they ended;
        ``flops``: floating point operations of all products; ``saved``: bytes kept for a backward
        pass; ``peak``: bytes that the process ever held.
    """
    built = modules.instance(arguments["of"])
    answer: dict[str, Any] = {
        "parameters": [
            [name, list(value.shape), value.requires_grad]
            for name, value in built.module.named_parameters()
        ],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    if "shapes" not in arguments:
        return answer
    built.module.eval()
    try:
        return {**answer, **_run(built, arguments, whole=bool(arguments.get("whole")))}
    except Exception:
        if arguments.get("whole"):
            raise
        # A block with side effects cannot be left out; run all of them before saying anything.
        return {**answer, **_run(built, arguments, whole=True)}


def _run(built: modules.Instance, arguments: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    inputs = {
        name: torch.empty(shape, dtype=getattr(torch, dtype), device="meta")
        for name, (shape, dtype) in arguments["shapes"].items()
    }
    flow: list[dict[str, Any]] = []
    counted = Counted(built.module)
    repeats = contextlib.nullcontext() if whole else remembered(built.module, counted, flow)
    hooks = [_watched(part, flow, name, counted) for name, part in built.module.named_modules()]
    try:
        with repeats, torch.enable_grad(), modules.precision(built.dtype), counted:
            returned = call(built.module, inputs, arguments["order"])
    finally:
        for before, after in hooks:
            before.remove()
            after.remove()
    outputs, structure = named(returned, arguments["returns"])
    return {
        "outputs": {name: [list(t.shape), _dtype(t)] for name, t in outputs.items()},
        "structure": structure,
        "flow": flow,
        "flops": counted.counts.flops,
        "saved": counted.counts.saved,
    }


def _watched(
    part: nn.Module, flow: list[dict[str, Any]], name: str, counted: Counted
) -> tuple[RemovableHandle, RemovableHandle]:
    begun: list[Counts] = []

    def begin(module: nn.Module, inputs: object) -> None:
        begun.append(counted.counts)

    def end(module: nn.Module, inputs: object, output: object) -> None:
        spent = counted.counts - (begun.pop() if begun else counted.counts)
        flow.append(
            {
                "name": name,
                "type": type(module).__name__,
                "output": _shown(output),
                "parameters": sum(own.numel() for own in module.parameters(recurse=False)),
                "depth": len(name.split(".")) if name else 0,
                "flops": spent.flops,
                "saved": spent.saved,
            }
        )

    return part.register_forward_pre_hook(begin), part.register_forward_hook(end)


def _shown(output: object) -> str:
    if isinstance(output, Tensor):
        return f"{_dtype(output)} ({', '.join(map(str, output.shape))})"
    if isinstance(output, Mapping):
        return ", ".join(f"{key}: {_shown(value)}" for key, value in output.items())
    if isinstance(output, tuple | list):
        return ", ".join(_shown(part) for part in output)
    return type(output).__name__


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
