"""Plays a script with metrics: make one, update, compute, reset, merge."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from workbench.frameworks import _torch_module as modules

Script = Sequence[Mapping[str, Any]]


class Whole:
    """A function as a metric: it keeps the batches, and computes from all of them.

    Args:
        function: Takes the inputs and gives the value.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function, self._kept = function, []  # type: ignore[var-annotated]

    def update(self, *batch: Tensor) -> None:
        """Keep a batch."""
        self._kept.append(batch)

    def compute(self) -> Any:
        """Compute from all batches at once."""
        return self._function(*(torch.cat(parts) for parts in zip(*self._kept, strict=True)))

    def reset(self) -> None:
        """Forget the batches."""
        self._kept = []


def metric(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Play a script.

    Args:
        arguments: ``of``; ``methods``: the names of ``update``, ``compute``, ``reset`` and
            ``merge``; ``order`` and ``returns``: declared names; ``script``: steps with ``do``
            (``new``, ``update``, ``compute``, ``reset`` or ``merge``), ``slot`` (which metric),
            ``other`` (the slot that is merged in), ``inputs``, ``types`` (torch types for them) and
            ``grad`` (which of them come from a model).

    Returns:
        ``results``: for each step its ``outputs``, ``raised`` (class and message, or ``""``),
        ``follows`` (whether a value or what the metric keeps can still be differentiated) and
        ``changed`` (inputs that the update changed).
    """
    found, of = modules.find(arguments["of"]), arguments["of"]
    modules.seed(of["seed"])
    slots: dict[int, Any] = {}
    with torch.device(of["device"]):
        results = [_step(step, slots, found, arguments) for step in arguments["script"]]
    whole = not inspect.isclass(found)
    return {"results": results, "whole": whole, "where": modules.describe(of)["where"]}


def _step(
    step: Mapping[str, Any], slots: dict[int, Any], found: Any, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    slot, answer = step.get("slot", 0), {"outputs": {}, "raised": "", "follows": "", "changed": []}
    try:
        if step["do"] == "new":
            slots[slot] = _made(found, arguments)
        elif step["do"] == "update":
            answer["changed"] = _update(slots[slot], step, arguments)
            answer["follows"] = _follows(slots[slot])
        elif step["do"] == "compute":
            value = _method(slots[slot], "compute", arguments)
            value = value() if callable(value) else value
            answer["outputs"] = _values(value, arguments["returns"])
            answer["follows"] = "the value" if _differentiable(value) else ""
        elif step["do"] == "reset":
            _method(slots[slot], "reset", arguments)()
        else:
            _merge(_method(slots[slot], "merge", arguments), slots[step["other"]])
    except Exception as error:
        if not step.get("may_raise"):
            raise
        answer["raised"] = f"{type(error).__name__}: {error}"
    return answer


def _made(found: Any, arguments: Mapping[str, Any]) -> Any:
    options = arguments["of"]["options"]
    if not inspect.isclass(found):
        return Whole(lambda *batch: found(*batch, **options))
    made = found(**options)
    for role in ("update", "compute", "reset"):
        _method(made, role, arguments)
    return made


def _method(made: Any, role: str, arguments: Mapping[str, Any]) -> Any:
    name = role if isinstance(made, Whole) else arguments["methods"].get(role) or role
    if not hasattr(made, name):
        raise AttributeError(
            f"{type(made).__name__} has no {name!r}; define it, or name its {role} in 'roles'"
        )
    return getattr(made, name)


def _update(made: Any, step: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    update = _method(made, "update", arguments)
    types = step.get("types") or {}
    given = {}
    for name in arguments["order"]:
        if name not in step["inputs"]:
            continue
        tensor = torch.from_numpy(np.array(step["inputs"][name]))
        tensor = tensor.to(arguments["of"]["device"], getattr(torch, types.get(name, ""), None))
        given[name] = tensor
        if name in step.get("grad", ()) and tensor.is_floating_point():
            given[name] = tensor.requires_grad_() * 1.0  # as a model's output would come
    before = {name: tensor.detach().clone() for name, tensor in given.items()}
    batch = tuple(given.values())
    if len(batch) > 1 and _takes_one(update):
        update(batch)
    else:
        update(*batch)
    return [n for n, tensor in given.items() if not _same(before[n], tensor)]


def _same(before: Tensor, after: Tensor) -> bool:
    return bool(torch.equal(before.nan_to_num(), after.detach().nan_to_num()))


def _takes_one(update: Callable[..., Any]) -> bool:
    """Whether the method takes the batch as one tuple."""
    try:
        parameters = list(inspect.signature(update).parameters.values())
    except (TypeError, ValueError):
        return False
    return len(parameters) == 1 and not parameters[0].kind.name.startswith("VAR")


def _merge(merge: Callable[..., Any], other: Any) -> None:
    """Merge one metric in; some libraries want a list of them."""
    try:
        merge(other)
    except TypeError:
        merge([other])


def _values(value: Any, names: Sequence[str]) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {name: _array(value[name]) for name in names if name in value}
    if isinstance(value, tuple | list) and len(names) > 1:
        return {name: _array(part) for name, part in zip(names, value, strict=False)}
    return {name: _array(value) for name in names[:1]}


def _array(value: Any) -> Any:
    return modules.array(value) if isinstance(value, Tensor) else np.asarray(value)


def _differentiable(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.requires_grad
    parts = value.values() if isinstance(value, Mapping) else value
    return isinstance(parts, tuple | list) and any(_differentiable(part) for part in parts)


def _follows(made: Any) -> str:
    """Name what the metric keeps that still hangs on the graph of the model."""
    if isinstance(made, Whole):
        return ""
    kept = {**getattr(made, "__dict__", {}), **getattr(made, "_buffers", {})}
    return next((name for name, value in kept.items() if _hangs(value)), "")


def _hangs(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_hangs(part) for part in value)
    return isinstance(value, Tensor) and value.requires_grad
