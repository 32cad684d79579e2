"""Each epoch trains on every batch once.

Why: A loop that stops one batch early, trains on the first batch again and again, or leaves after
an incomplete group of accumulated batches wastes data without a word.
Fix: Iterate over the loader itself, not over a range; begin a new iterator in each epoch; take a
last step for the batches that are left.
"""

from __future__ import annotations

from collections import Counter

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("training",)
DECIDES = {"every batch is stepped": (LAW,)}
COST = 31

_EPOCHS = 2


def check(subject: Subject) -> Decision:
    """Count how often each row of the data went through the model with gradients."""
    each = _training.steps_of(subject, "accumulation")
    data = _training.data(subject, 2 * each + (each > 1))  # the last group is not complete
    setting = _training.Setting(data=data, epochs=_EPOCHS, shuffle=True)
    (trace,) = _training.train(subject, setting)
    used: Counter[int] = Counter()
    for event in trace.events:
        if event["what"] == "forward" and event["gradient"]:
            if event["source"] in ("unknown", "mixed"):
                raise CannotLook("the model was given other rows than the loader gave")
            if event["source"] == "training":
                used.update(event["rows"])
    rows = sum(len(next(iter(batch.values()))) for batch in data)
    wrong = {row: used[row] for row in range(rows) if used[row] != _EPOCHS}
    conditions = {"epochs": _EPOCHS, "batches": len(data), "rows": rows}
    if wrong:
        row, times = next(iter(wrong.items()))
        seen = f"{len(wrong)} of {rows} rows not once in each epoch; row {row} {times} times in all"
        return failed(seen, f"{_EPOCHS} times in {_EPOCHS} epochs", conditions)
    if subject.requirement is not None and trace.waiting:
        seen = f"{trace.waiting} batches went through the model at the end, and no step followed"
        return failed(seen, "a step for the batches that are left", conditions)
    return passed(f"{rows} rows, once in each of {_EPOCHS} epochs", **conditions)
