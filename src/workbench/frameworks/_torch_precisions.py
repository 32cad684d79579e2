"""Runs the module in one floating point type after the other, on the same weights and inputs."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_blame import blame
from workbench.frameworks._torch_run import call, named

_REFERENCE = "reference"  # float64, also where the code asks for float32 by name
_AUTOCAST = "autocast"  # float32 weights, and bfloat16 where torch thinks it good enough


def precisions(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run every set of inputs in every type.

    Args:
        arguments: ``of`` (its dtype is not looked at), ``weights``, ``rows`` (inputs by name of the
            row), ``order``, ``returns``, ``fixed`` (inputs without gradient), ``cotangent`` by row
            and output, and ``types`` (``reference``, ``float64``, ``float32``, ``bfloat16``,
            ``float16`` or ``autocast``).

    Returns:
        By type and row: ``outputs``, their ``dtypes``, and by parameter or input ``broken``, how
        many numbers of its gradient are not finite; or ``raised`` and ``where``.
    """
    return {kind: _each(kind, arguments) for kind in arguments["types"]}


def _each(kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = {_REFERENCE: "float64", _AUTOCAST: "float32"}.get(kind, kind)
    # Built in one type and then moved, so that what is drawn while it is built is the same.
    built = modules.instance({**arguments["of"], "dtype": "float32"}, fresh=True)
    built.dtype = modules.DTYPES[name]
    built.module.to(built.dtype)
    modules.put(built, "", arguments["weights"])
    built.module.eval()
    answer: dict[str, Any] = {}
    for row, inputs in arguments["rows"].items():
        modules.put(built, "", arguments["weights"])
        modules.seed(0)
        try:
            with warnings.catch_warnings(), _circumstances(kind, built):
                warnings.simplefilter("ignore")
                answer[row] = _one(built, arguments, inputs, arguments["cotangent"].get(row, {}))
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            answer[row] = {"raised": said[:500], "where": blame(error)}
    return answer


@contextlib.contextmanager
def _circumstances(kind: str, built: modules.Instance) -> Iterator[None]:
    if kind == _REFERENCE:
        with modules.precision(torch.float64):
            yield
    elif kind == _AUTOCAST:
        with torch.autocast(torch.device(built.device).type, torch.bfloat16):
            yield
    else:
        yield  # the default type stays float32, as it does after ``module.to(torch.bfloat16)``


def _one(
    built: modules.Instance,
    arguments: Mapping[str, Any],
    inputs: Mapping[str, modules.Array],
    cotangent: Mapping[str, modules.Array],
) -> dict[str, Any]:
    fixed = arguments.get("fixed") or ()
    given = {name: _tensor(values, built, name not in fixed) for name, values in inputs.items()}
    copies = {name: tensor.clone() for name, tensor in given.items()}  # a call may write into them
    outputs, _ = named(call(built.module, copies, arguments["order"]), arguments["returns"])
    ends = [n for n in cotangent if n in outputs and outputs[n].requires_grad]
    starts = {
        n: t for n, t in [*built.module.named_parameters(), *given.items()] if t.requires_grad
    }
    broken: dict[str, int] = {}
    if ends and starts:
        values = torch.autograd.grad(
            [outputs[name] for name in ends],
            list(starts.values()),
            [torch.from_numpy(np.array(cotangent[name])).to(outputs[name]) for name in ends],
            allow_unused=True,
        )
        for name, value in zip(starts, values, strict=True):
            count = 0 if value is None else int((~torch.isfinite(value)).sum())
            broken |= {name: count} if count else {}
    return {
        "outputs": {name: modules.array(value) for name, value in outputs.items()},
        "dtypes": {
            name: str(value.dtype).removeprefix("torch.") for name, value in outputs.items()
        },
        "broken": broken,
    }


def _tensor(values: modules.Array, built: modules.Instance, learned: bool) -> Tensor:
    tensor = torch.from_numpy(np.array(values)).to(built.device)
    if not tensor.is_floating_point():
        return tensor
    return tensor.to(built.dtype).requires_grad_(learned)
