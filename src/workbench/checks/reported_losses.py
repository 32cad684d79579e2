"""The losses that a loop gives back are those of its epochs.

Why: A sum that is divided by the number of batches when the last one is smaller, a loss after its
division for accumulation, or that of the last batch alone draws a curve that nobody can compare.
Fix: Add up each batch's loss times its examples, and divide by the examples of the epoch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("training",)
DECIDES = {
    "reported training loss": ("examples", "batches", "sum", "last", "each"),
    "reported validation loss": ("examples", "batches", "sum", "last", "each"),
}
COST = 26

_EPOCHS = 2
_FAR = 1e-4
_SHOWN = {
    "examples": "the mean over the examples of each epoch",
    "batches": "the mean over the batches of each epoch",
    "sum": "the sum over the batches of each epoch",
    "last": "the loss of the last batch of each epoch",
    "each": "the loss of every batch",
}


def check(subject: Subject) -> Decision:
    """Note every loss of a run whose last batches are smaller, and look for it in what returns."""
    source = "training" if "training" in subject.phrase.phrase else "validation"
    each = _training.steps_of(subject, "accumulation")
    data = _training.uneven(_training.data(subject, 2 * each))
    setting = _training.Setting(data=data, epochs=_EPOCHS, dropout=0.0, uneven=True)
    (trace,) = _training.train(subject, setting)
    ways = _ways(_passes(trace, source))
    conditions = {"epochs": _EPOCHS, "batches": len(data)}
    asked = word(subject)
    others = [way for way in ways if way != asked and _within(ways[way], trace.returned)]
    if _within(ways[asked], trace.returned):
        return passed(f"{_listed(ways[asked])} is {_SHOWN[asked]}", **conditions)
    seen = _SHOWN[others[0]] if others else f"{_listed(trace.returned) or 'no number'} given back"
    return failed(seen, f"{_listed(ways[asked])}, {_SHOWN[asked]}", conditions)


def _passes(trace: _training.Trace, source: str) -> list[list[tuple[float, int]]]:
    """Give for each pass over the data the loss of each batch, with its number of examples."""
    passes: list[list[tuple[float, int]]] = []
    for event in trace.events:
        if event.get("source") != source:
            continue
        if event["what"] == "epoch":
            passes.append([])
        elif event["what"] == "loss" and passes:
            passes[-1].append((float(event["value"]), int(event["count"])))
    if not any(passes):
        raise CannotLook(f"no loss of the {source} data was computed with what the loop was given")
    return [batches for batches in passes if batches]


def _ways(passes: Sequence[Sequence[tuple[float, int]]]) -> dict[str, list[float]]:
    values = [np.array([value for value, _ in batches]) for batches in passes]
    counts = [np.array([count for _, count in batches]) for batches in passes]
    return {
        "examples": [float((v * n).sum() / n.sum()) for v, n in zip(values, counts, strict=True)],
        "batches": [float(v.mean()) for v in values],
        "sum": [float(v.sum()) for v in values],
        "last": [float(v[-1]) for v in values],
        "each": [float(value) for v in values for value in v],
    }


def _within(wanted: Sequence[float], given: Sequence[float]) -> bool:
    """Whether numbers occur among others, in their order."""
    rest = iter(given)
    return all(any(abs(one - other) <= _FAR * abs(one) for other in rest) for one in wanted)


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:.5g}" for number in numbers[:6])
