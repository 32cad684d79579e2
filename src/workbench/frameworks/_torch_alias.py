"""Writes into what was given and what was returned, and looks whether the module notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named, prepared, tensors


def alias(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Call twice, and in between change one side of the first call in place.

    Args:
        arguments: As for `run`.

    Returns:
        ``plain``: the outputs of a second call; ``inputs`` and ``outputs``: the same after all
        inputs, or all outputs, of the first call were overwritten; ``state``: the parameters and
        buffers that changed when the outputs were overwritten; ``earlier``: the outputs of the
        first call that the second call changed.
    """
    answer: dict[str, Any] = {"state": [], "earlier": _earlier(arguments)}
    for changed in ("plain", "inputs", "outputs"):
        with prepared(arguments) as built, torch.no_grad():
            given = tensors(arguments["inputs"], built)
            returned = call(built.module, given, arguments["order"])
            state = modules.state(built.module)
            outputs, _ = named(returned, arguments["returns"])
            for tensor in {"plain": [], "inputs": given.values(), "outputs": outputs.values()}[
                changed
            ]:
                _overwrite(tensor)
            answer["state"] += [] if changed == "plain" else _changed(state, built.module)
            modules.seed(int(arguments.get("seed", 0)))
            second, _ = named(
                call(built.module, tensors(arguments["inputs"], built), arguments["order"]),
                arguments["returns"],
            )
            answer[changed] = {name: modules.array(value) for name, value in second.items()}
            for name, value in state.items():
                dict([*built.module.named_parameters(), *built.module.named_buffers()])[name].copy_(
                    value
                )
    return answer


def _earlier(arguments: Mapping[str, Any]) -> list[str]:
    """Name the outputs that another call changed after they were handed out."""
    with prepared(arguments) as built, torch.no_grad():
        given = tensors(arguments["inputs"], built)
        first, _ = named(call(built.module, given, arguments["order"]), arguments["returns"])
        kept = {name: tensor.clone() for name, tensor in first.items()}
        other = {name: tensor.flip(list(range(tensor.ndim))) for name, tensor in given.items()}
        call(built.module, other, arguments["order"])
        changed = [
            n for n, t in first.items() if not torch.equal(t, kept[n]) and not t.isnan().any()
        ]
    return changed


def _overwrite(tensor: Tensor) -> None:
    if any(
        stride == 0 and size > 1 for stride, size in zip(tensor.stride(), tensor.shape, strict=True)
    ):
        return  # one element stands for many; torch itself refuses to write there
    tensor.copy_(~tensor if tensor.dtype == torch.bool else torch.zeros_like(tensor))


def _changed(state: Mapping[str, Tensor], module: torch.nn.Module) -> list[str]:
    now = modules.state(module)
    return [name for name, value in state.items() if not torch.equal(value, now[name])]
