"""Batches that are left over from accumulation make the step that the contract says.

Why: A last group that is smaller than the others, divided by the size of a full one, moves the
weights by a fraction of what its examples say; left out, its examples are never learned.
Fix: Divide by the batches of the group that is there, and step behind the last batch of an epoch.
"""

from __future__ import annotations

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed
from workbench.checks._requirement import chosen, word
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("training",)
DECIDES = {"leftover step": ("mean", "share", "none")}
COST = 25

_FAR = 1e-3
_SHOWN = {
    "mean": "the step of the batches that are left, as if they were one",
    "share": "a step of their gradients over a full number of batches",
    "none": "no step for the batches that are left",
}


def fits(spec: Spec) -> bool:
    """Whether batches are accumulated at all."""
    return any(line.phrase == "accumulation" for line in spec.requires.values())


def check(subject: Subject) -> Decision:
    """Train on one full group and a batch more, and compare with that batch on its own."""
    each = _training.steps_of(subject, "accumulation")
    if each < 2:
        raise CannotLook("the contract accumulates over no batches: write 'accumulation == ...'")
    names = _training.options_of(subject, "accumulation")
    if len(names) != 1:
        raise CannotLook("no option says how many batches are accumulated, so it cannot be varied")
    data, free = _training.data(subject, each + 1), _training.unclipped(subject)
    (trace,) = _training.train(subject, _training.Setting(data=data, options=free))
    conditions = {"batches": len(data), "accumulation": each}
    if len(trace.steps) < 2:
        return chosen(subject, "none", _SHOWN["none"], conditions)
    alone = _training.Setting(
        data=data[each:], options={**free, names[0]: 1}, weights=trace.steps[1]["before"]
    )
    (whole,) = _training.train(subject, alone)
    used, wanted = trace.gradient(1), whole.gradient(0)
    for name, factor in (("mean", 1.0), ("share", 1 / each)):
        if _training.apart(used, factor * wanted) <= _FAR:
            return chosen(subject, name, _SHOWN[name], conditions)
    ratio = float(used @ wanted / max(float(wanted @ wanted), 1e-30))
    seen = f"a gradient that is {ratio:.3g} times that of the batch that is left"
    return failed(seen, _SHOWN[word(subject)], conditions)
