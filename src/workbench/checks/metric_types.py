"""The value does not depend on the type that the predictions and targets come in.

Why: Under mixed precision predictions are half; a sum that is kept in half stops growing at 2048,
and an accuracy over a data set quietly becomes wrong.
Fix: Convert to float32 or to integers before anything is added up, and count in integers.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _loss, _metric
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._subject import Subject
from workbench.spec import Tensor

TIER = "live"
KINDS = ("metric",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 6

_MANY = 5003  # more than half precision can count
_GRID = 64.0  # a grid that every type holds exactly
_FAR, _LEAST = 1e-2, 0.05  # half precision rounds each value, and sums of many must not drift
_TYPES = {"float": ("float64", "float16", "bfloat16"), "int": ("int32", "uint8")}


def check(subject: Subject) -> Decision:
    """Repeat many values of a coarse grid in other types."""
    case = _metric.batch(subject)
    inputs = _many(subject, subject.inputs(case))
    usual = _metric.once(subject, inputs)
    tried = []
    for family, types in _TYPES.items():
        names = [n for n, t in subject.spec.inputs.items() if t.dtype in (family, f"{family}64")]
        for kind in types if names else ():
            if not all(_holds(subject.spec.inputs[name], kind, inputs) for name in names):
                continue
            step = _metric.update(inputs, types=dict.fromkeys(names, kind), may_raise=True)
            _, updated, computed = _metric.play(
                subject, [_metric.NEW, step, {**_metric.COMPUTE, "may_raise": True}]
            )
            raised = updated.raised or computed.raised
            conditions = subject.conditions(case, examples=_MANY, types=dict.fromkeys(names, kind))
            if raised:
                return failed(raised, f"a value for {kind} {', '.join(names)}", conditions)
            seen = _metric.value(subject, computed)
            scale = max(float(np.max(np.abs(usual), initial=0.0)), _LEAST)
            if not np.all(np.abs(usual - seen) <= _FAR * scale):
                words = f"{seen} with {kind} {', '.join(names)}, {usual} otherwise"
                return failed(words, "the same value", conditions)
            tried.append(kind)
    return passed(f"the same with {', '.join(tried) or 'no other type'}")


def _holds(tensor: Tensor, kind: str, inputs: Arrays) -> bool:
    if kind == "uint8":
        return bool(np.all((inputs[tensor.name] >= 0) & (inputs[tensor.name] < 128)))
    return True


def _many(subject: Subject, inputs: Arrays) -> Arrays:
    """Repeat the examples, with floating numbers rounded to the grid."""
    many = {}
    for name, values in inputs.items():
        on_grid = np.round(values * _GRID) / _GRID if values.dtype.kind == "f" else values
        axis = _loss.batched(subject, name)
        if axis is not None:
            order = np.arange(_MANY) % on_grid.shape[axis]
            on_grid = np.take(on_grid, order, axis)
        many[name] = on_grid.astype(values.dtype)
    return many
