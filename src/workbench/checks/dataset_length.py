"""The length of a data set is the number of its items.

Why: A length that is one too large ends an epoch with an error, one that is too small leaves data
out, and nothing else says so.
Fix: Return the number of items that ``__getitem__`` knows; for windows over a sequence that is
``length - window + 1``.
"""

from __future__ import annotations

from workbench.checks import _dataset, _implied
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ("dataset",)
DECIDES = {"length": (NUMBER,)}
COST = 3

_STRIDE = r"(window_)?(stride|step|hop)"
_COUNTS = (_dataset.ITEMS, 1, 0)


def implied(spec: Spec) -> list[str]:
    """Read the length of windows off a window, a horizon behind it, and a stride."""
    window, horizon, stride = (
        _implied.option(spec, form, int) for form in (_implied.WINDOW, _implied.HORIZON, _STRIDE)
    )
    axis = _dataset.items_axis(spec)
    if not (axis and window and horizon and _implied.of_windows(spec)):
        return []
    return [f"length == max(0, ({axis} - {window} - {horizon}) // {stride or 1} + 1)"]


def check(subject: Subject) -> Decision:
    """Build it from several numbers of items, and compare."""
    tried = []
    for count in _COUNTS:
        data = _dataset.given(subject, count=count)
        seen = _dataset.length(subject, data)
        wanted = _wanted(subject, data)
        if wanted is None:
            return passed(f"{seen} items; the contract says no number")
        if seen != wanted:
            return failed(f"a length of {seen}", f"{wanted}", {"items": data.count})
        if data.count not in tried:
            tried.append(data.count)
    return passed(f"as declared for {', '.join(map(str, tried))} items")


def _wanted(subject: Subject, data: _dataset.Given) -> int | None:
    if subject.requirement is not None:
        names = _dataset.names(subject, data)
        return int(subject.phrase.expression.value(names))
    uncounted = _implied.of_windows(subject.spec) or _dataset.is_iterable(subject)
    return None if uncounted or not subject.spec.inputs else data.count
