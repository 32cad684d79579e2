"""Follows the shapes through the module with sizes that are symbols; notes what is asked of them.

An output shape that comes out as an expression in the symbols holds for every size that fulfils
the conditions that the code asked on the way, each with the line that asked.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch._dynamo.source import ConstantSource
from torch._guards import SLoc
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    ShapeEnv,
    StatelessSymbolicContext,
)

from workbench.frameworks._torch_blame import OURS
from workbench.frameworks._torch_run import call, named, prepared, tensors

_BETWEEN = {
    "Add": "+",
    "Mul": "*",
    "Mod": "%",
    "PythonMod": "%",
    "FloorDiv": "//",
    "CleanDiv": "//",
    "IntTrueDiv": "/",
    "Pow": "**",
    "PowByNatural": "**",
    "Equality": "==",
    "Unequality": "!=",
    "LessThan": "<=",
    "StrictLessThan": "<",
    "GreaterThan": ">=",
    "StrictGreaterThan": ">",
    "And": "and",
    "Or": "or",
}
_CALLS = {"Max": "max", "Min": "min", "Not": "not "}


class _Noted(ShapeEnv):
    """Notes for each condition the innermost line outside torch that asked for it."""

    def _get_sloc(self, framework_loc: str | None = None) -> SLoc:
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(OURS):
            frame = frame.f_back  # type: ignore[assignment]
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""
        return SLoc(where, None)


def symbolic(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run the module once with symbols in the place of sizes.

    Args:
        arguments: As for `run`, without weights, and ``axes``: for each input a list with the name
            of the size of each axis, or ``""`` where the extent is fixed. Sizes of different names
            must differ.

    Returns:
        ``outputs``: for each output its extents as expressions in the names; ``guards``: the
        conditions on the sizes that the code asked for, each with ``condition`` and ``where``.
    """
    environment = _Noted()
    with prepared({**arguments, "fresh": True}) as built, torch.no_grad():
        inputs = tensors(arguments["inputs"], built)
        mode = FakeTensorMode(shape_env=environment, allow_non_fake_inputs=True)
        axes = arguments["axes"]
        fakes = {name: _fake(mode, tensor, name, axes[name]) for name, tensor in inputs.items()}
        with mode:
            returned = call(built.module, fakes, arguments["order"])
        outputs, _ = named(returned, arguments["returns"])
    names = _names(fakes, axes)
    return {
        "outputs": {
            name: [_written(extent, names) for extent in tensor.shape]
            for name, tensor in outputs.items()
        },
        "guards": [
            {"condition": _written(guard.expr, names), "where": _where(guard)}
            for guard in environment.guards
        ],
    }


def _fake(mode: FakeTensorMode, tensor: Tensor, name: str, axes: list[str]) -> Tensor:
    # Extents of one value share one symbol (DUCK), so two inputs agree about the batch.
    sizes = [DimDynamic.DUCK if axis else DimDynamic.STATIC for axis in axes]
    return mode.from_tensor(
        tensor,
        symbolic_context=StatelessSymbolicContext(dynamic_sizes=sizes),
        source=ConstantSource(name),
    )


def _names(fakes: Mapping[str, Tensor], axes: Mapping[str, list[str]]) -> dict[Any, str]:
    found: dict[Any, str] = {}
    for name, tensor in fakes.items():
        for axis, extent in zip(axes[name], tensor.shape, strict=True):
            if axis and isinstance(extent, torch.SymInt):
                found[extent.node.expr] = axis
    return found


def _written(value: Any, names: Mapping[Any, str]) -> str:
    """Write an expression as a closed form, in the language of specs."""
    if isinstance(value, torch.SymInt):
        value = value.node.expr
    if value in names:
        return names[value]
    parts = [_written(part, names) for part in getattr(value, "args", ())]
    kind = type(value).__name__
    if kind in _BETWEEN:
        return f"({f' {_BETWEEN[kind]} '.join(parts)})"
    if kind in _CALLS:
        return f"{_CALLS[kind]}({', '.join(parts)})"
    return f"({value})"  # a number; or a function that the host does not know, which it says


def _where(guard: Any) -> str:
    return str(guard.sloc.framework_loc or "")
