"""The module works in the type that it was moved to, and answers in that type.

Why: A table made in the default type turns bfloat16 into float32 on its way, or stops at the next
product with "expected the same dtype"; half of the memory and speed are gone, or the run is.
Fix: Make tensors with ``dtype=x.dtype`` or ``x.new_zeros``, register tables as buffers, and
return to the input's type after computing something in float32 on purpose.
"""

from __future__ import annotations

from workbench.checks._decision import Decision, failed, inconclusive, passed
from workbench.checks._dossier import dossier
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 44

_TYPES = ("float64", "bfloat16", "float16")
_UNSUPPORTED = (
    "not implemented",
    "not supported",
    "unsupported",
    "could not run",
    "no kernel",
    "expected mat_a to be",
)


def unsupported(raised: str) -> bool:
    """Tell an operator that torch lacks for a type from an error of the draft."""
    text = raised.lower()
    return any(words in text for words in _UNSUPPORTED) or "without overflow" in text


def check(subject: Subject) -> Decision:
    """Move it to double and half precision and look at the types of its outputs."""
    if not subject.floating:
        return passed("no output is declared as floating point")
    conditions = subject.conditions(subject.case(), mode="eval", weights="spread")
    worked, lacking = [], []
    follows = {name for name, tensor in subject.spec.outputs.items() if tensor.dtype == "float"}
    for entry in dossier(subject):
        if entry.row != "ordinary" or entry.type not in _TYPES:
            continue
        more = conditions | {"dtype": entry.type}
        if entry.raised and unsupported(entry.raised):
            lacking.append(f"{entry.type}: {entry.raised[:120]}")
        elif entry.raised:
            expected = f"an output in {entry.type}"
            return failed(entry.raised[:300], expected, more, where=entry.where)
        else:
            for name, dtype in entry.dtypes:
                if name in follows and dtype != entry.type:
                    seen = f"{name} is {dtype} after the module and its inputs became {entry.type}"
                    return failed(seen, entry.type, more)
            worked.append(entry.type)
    if not worked:
        return inconclusive(f"torch lacks what it needs: {'; '.join(lacking)}")
    also = f"; torch lacks {'; '.join(lacking)}" if lacking else ""
    return passed(f"works in {', '.join(worked)}{also}", **conditions)
