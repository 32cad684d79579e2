"""What checks of metrics share: scripts that a candidate plays, and batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._loss import batched, part, rows
from workbench.checks._subject import Subject

_ROLES = ("update", "compute", "reset", "merge")
_MANY = 23  # examples of an ordinary batch
Step = Mapping[str, Any]

NEW: Step = {"do": "new"}
COMPUTE: Step = {"do": "compute"}
RESET: Step = {"do": "reset"}


@dataclass(frozen=True, kw_only=True)
class Played:
    """What one step gave.

    Args:
        outputs: Arrays by declared name.
        raised: What it raised, or ``""``.
        follows: What still hangs on the graph of the model, or ``""``.
        changed: The inputs that it changed.
    """

    outputs: Arrays
    raised: str = ""
    follows: str = ""
    changed: Sequence[str] = field(default=())


def play(subject: Subject, script: Sequence[Step]) -> list[Played]:
    """Let the candidate play a script.

    Args:
        subject: The metric.
        script: The steps; see the room `frameworks`.

    Returns:
        What each step gave.
    """
    question = {
        "of": subject.of(subject.options, "float32"),
        "methods": {role: subject.spec.role(role) for role in _ROLES},
        "script": list(script),
        **subject.names(),
    }
    return [Played(**result) for result in subject.line.ask("metric", question)["results"]]


def update(inputs: Arrays, **more: Any) -> Step:
    """Make the step that takes a batch."""
    return {"do": "update", "inputs": inputs, **more}


def value(subject: Subject, played: Played) -> Array:
    """Return the first output of a step.

    Raises:
        CannotLook: It is not there.
    """
    name = next(iter(subject.spec.outputs), "")
    if name not in played.outputs:
        raise CannotLook(f"compute gave no {name!r}")
    return np.asarray(played.outputs[name], np.float64)


def once(subject: Subject, inputs: Arrays) -> Array:
    """Return the value of a fresh metric after one update."""
    return value(subject, play(subject, [NEW, update(inputs), COMPUTE])[-1])


def batch(subject: Subject, size: int = _MANY) -> Case:
    """Describe a batch of some examples.

    Raises:
        CannotLook: The contract has no batch axis.
    """
    if "batch" not in subject.spec.sizes:
        raise CannotLook("no size is called 'batch'")
    low, high, step = subject.spec.sizes["batch"].bounds(subject.options)
    legal = range(low, high + 1, step)
    chosen = min(legal, key=lambda number: abs(number - size))
    if chosen < 2:
        raise CannotLook("a batch never has two examples")
    return subject.case({"batch": chosen}, dtype="float32")


def parts(subject: Subject, inputs: Arrays, sizes: Sequence[int]) -> list[Arrays]:
    """Cut a batch into parts of the given sizes, the rest last."""
    count = next(
        values.shape[axis]
        for name, values in inputs.items()
        if (axis := batched(subject, name)) is not None
    )
    edges = [0, *np.minimum(np.cumsum(sizes), count).tolist(), count]
    spans = [(a, b) for a, b in pairwise(edges) if b > a]
    return [rows(subject, inputs, np.arange(a, b)) for a, b in spans]


def perfect(subject: Subject, case: Case, inputs: Arrays) -> Array:
    """Make the prediction that is right everywhere."""
    name, target = part(subject, "prediction"), part(subject, "target")
    wanted, shaped = inputs[target], inputs[name]
    if shaped.shape == wanted.shape:
        bounded = subject.spec.inputs[name].high is not None or shaped.dtype.kind != "f"
        sure = wanted if bounded or wanted.dtype.kind == "f" else 20.0 * wanted - 10.0
        return np.asarray(sure).astype(shaped.dtype)
    if shaped.ndim != wanted.ndim + 1:
        raise CannotLook(f"{name} has neither the shape of {target} nor one axis more")
    axis = next(at for at in range(1, shaped.ndim) if _without(shaped.shape, at) == wanted.shape)
    hot = np.moveaxis(wanted[..., None] == np.arange(shaped.shape[axis]), -1, axis)
    low = subject.spec.inputs[name].low
    return (hot * (1.0 if low is not None else 20.0)).astype(shaped.dtype)


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[:axis] + shape[axis + 1 :]
