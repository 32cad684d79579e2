"""Derivatives of the module in forward mode and of second order, along directions of the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.autograd.forward_ad as forward_mode
from torch import Tensor, nn

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named, prepared, tensors

_STEPS = (1e-5, 1e-6)

Groups = Mapping[str, Mapping[str, Tensor]]


def derivatives(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Differentiate ``sum(cotangent * output)`` along a direction.

    Args:
        arguments: As for a run, and ``cotangent`` (arrays by output), ``along`` (directions by
            ``parameters`` and ``inputs``, by name), ``degree`` (1 or 2).

    Returns:
        For degree 1 ``forward`` and ``reverse``; for degree 2 ``second`` and ``differences``.
    """
    with prepared(arguments) as built:
        inputs = tensors(arguments["inputs"], built)
        along = _moved(arguments["along"], built)
        groups: Groups = {
            "parameters": {n: built.module.get_parameter(n) for n in along["parameters"]},
            "inputs": {n: inputs[n].requires_grad_() for n in along["inputs"]},
        }
        cotangent = _moved({"outputs": arguments["cotangent"]}, built)["outputs"]

        def value(given: Mapping[str, Tensor]) -> Tensor:
            outputs, _ = named(call(built.module, given, arguments["order"]), arguments["returns"])
            return torch.stack([(outputs[n] * v).sum() for n, v in cotangent.items()]).sum()

        if int(arguments["degree"]) == 1:
            forward = _forward(built.module, inputs, along, value)
            return {"forward": forward, "reverse": _reverse(value(inputs), groups, along)}
        return _second(value, inputs, groups, along)


def _moved(groups: Mapping[str, Mapping[str, Any]], built: modules.Instance) -> dict[str, Any]:
    return {
        group: {n: torch.from_numpy(np.array(v)).to(built.device) for n, v in values.items()}
        for group, values in groups.items()
    }


def _reverse(end: Tensor, groups: Groups, along: Groups) -> float:
    starts = [(g, n) for g, named_ in groups.items() for n in named_]
    found = torch.autograd.grad(end, [groups[g][n] for g, n in starts], allow_unused=True)
    parts = [
        (value * along[g][n]).sum()
        for (g, n), value in zip(starts, found, strict=True)
        if value is not None
    ]
    return float(torch.stack(parts).sum()) if parts else 0.0


def _forward(module: nn.Module, inputs: Mapping[str, Tensor], along: Groups, value: Any) -> float:
    with forward_mode.dual_level():
        given = {
            n: forward_mode.make_dual(v.detach(), along["inputs"][n]) if n in along["inputs"] else v
            for n, v in inputs.items()
        }
        parameters = {
            n: forward_mode.make_dual(v.detach(), along["parameters"][n])
            for n, v in module.named_parameters()
            if n in along["parameters"]
        }
        end = _with(module, parameters, lambda: value(given))
        tangent = forward_mode.unpack_dual(end).tangent
    return 0.0 if tangent is None else float(tangent)


def _with(module: nn.Module, parameters: Mapping[str, Tensor], run: Any) -> Tensor:
    """Run with tensors in the place of parameters."""
    kept: list[tuple[nn.Module, str, nn.Parameter]] = []
    try:
        for owner_name, owner in module.named_modules(remove_duplicate=True):
            for name, parameter in list(owner._parameters.items()):
                full = f"{owner_name}.{name}" if owner_name else name
                if parameter is not None and full in parameters:
                    kept.append((owner, name, parameter))
                    del owner._parameters[name]
                    setattr(owner, name, parameters[full])
        result: Tensor = run()
        return result
    finally:
        for owner, name, parameter in kept:
            delattr(owner, name)
            owner.register_parameter(name, parameter)


def _second(value: Any, inputs: dict[str, Tensor], groups: Groups, along: Groups) -> dict[str, Any]:
    """The second derivative along the direction, exactly and by differences of the first."""
    starts = [(g, n) for g, named_ in groups.items() for n in named_]
    leaves = [groups[g][n] for g, n in starts]
    first = torch.autograd.grad(value(inputs), leaves, create_graph=True, allow_unused=True)
    parts = [
        (v * along[g][n]).sum() for (g, n), v in zip(starts, first, strict=True) if v is not None
    ]
    slope = torch.stack(parts).sum()
    second = 0.0
    if slope.requires_grad:
        found = torch.autograd.grad(slope, leaves, allow_unused=True)
        moved = [
            (v * along[g][n]).sum()
            for (g, n), v in zip(starts, found, strict=True)
            if v is not None
        ]
        second = float(torch.stack(moved).sum()) if moved else 0.0
    differences = []
    for step in _STEPS:
        ends = []
        for sign in (step, -step):
            with torch.no_grad():
                for g, n in starts:
                    groups[g][n].add_(sign * along[g][n])
            ends.append(_reverse(value(inputs), groups, along))
            with torch.no_grad():
                for g, n in starts:
                    groups[g][n].sub_(sign * along[g][n])
        differences.append((ends[0] - ends[1]) / (2 * step))
    return {"second": second, "differences": differences}
