"""Extreme inputs stay finite, and lower precision stays close to double precision.

Why: A softmax written out overflows at 90, a norm divides by zero on a silent input and its
gradient is not a number, a mask of -1e9 does not exist in half precision. Training meets each of
them sooner or later, and the loss that is not a number comes hours after its cause.
Fix: Use the stable functions of the library, put an epsilon that exists in the type inside the
square root, take ``torch.finfo(x.dtype).min`` for a mask, and sum up in float32.
"""

from __future__ import annotations

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._dossier import TOLERANCE, Entry, dossier
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 45

_ORDINARY = ("ordinary", "constant", "long")


def check(subject: Subject) -> Decision:
    """Run zero, constant, large, tiny, masked and long inputs in every floating point type."""
    if not subject.floating:
        return passed("no output is declared as floating point")
    entries = dossier(subject)
    for entry in entries:
        problem = _problem(entry)
        if problem:
            seen, expected = problem
            conditions = subject.conditions(subject.case(), mode="eval", weights="spread")
            more = {"input": entry.row, "type": entry.type}
            return failed(seen, expected, conditions | more, where=entry.where)
    shown = ", ".join(
        f"{entry.type} {entry.error:.1e}"
        for entry in entries
        if entry.row == "ordinary" and entry.error is not None and entry.type in TOLERANCE
    )
    return passed(f"finite in {len({e.row for e in entries})} kinds of input; error {shown}")


def _problem(entry: Entry) -> tuple[str, str] | None:
    """Tell what is wrong with one entry; None where it is as it may be."""
    if entry.type not in TOLERANCE:
        return None  # double precision as such is `dtype_agnostic`'s
    at = f"on {entry.row} inputs in {entry.type}"
    if entry.raised:
        overflow = "without overflow" in entry.raised
        return (f"{entry.raised} {at}", "an output") if overflow else None
    narrow = entry.type == "float16" and entry.row not in (*_ORDINARY, "zeros")
    if entry.broken and not narrow:
        return f"{entry.broken} values are not finite {at}, which are in float64", "finite values"
    if entry.gradients and entry.type in ("float32", "bfloat16") and not entry.both:
        names = ", ".join(entry.gradients[:4])
        if entry.row in (*_ORDINARY, "zeros"):
            return f"the gradient of {names} is not finite {at}", "finite gradients"
    limit = TOLERANCE[entry.type]
    if entry.row in _ORDINARY and entry.error is not None and entry.error > limit:
        seen = f"outputs differ by {entry.error:.2g} from float64 {at}"
        return seen, f"at most {limit:g}, relative to their size"
    return None
