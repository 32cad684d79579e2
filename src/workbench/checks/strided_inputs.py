"""Inputs that do not lie in one piece in memory give the same output.

Why: A transposed image, a slice of a longer batch or every second frame is such a tensor.
``view`` refuses it, and code that reads the memory directly mixes up the values.
Fix: Use ``reshape``, ``flatten`` and ``unflatten`` in the place of ``view``, and read no raw
pointers.
"""

from __future__ import annotations

from workbench.checks._compare import tolerance, worst
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 5


def check(subject: Subject) -> Decision:
    """Run with other strides and the same values."""
    case = subject.case()
    plain = subject.run(case)
    conditions = subject.conditions(case, weights="spread", strides="transposed, with gaps")
    try:
        answer = subject.look("strided", case)
    except CandidateRaised as error:
        seen = f"{error.kind}: {error.message[:300]}"
        return failed(seen, "the same output for any strides", conditions, where=error.where)
    distance, name = worst(plain.outputs, answer["outputs"])
    if distance > tolerance(case.dtype):
        return failed(f"{name} differs by {distance:.3g}", "the same output", conditions)
    return passed("the same output for transposed inputs with gaps", **conditions)
