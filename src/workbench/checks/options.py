"""Every option is really used: the module also works with smaller values of its options.

Why: A size that is written out somewhere in the code works until the first person changes the
option that seems to set it.
Fix: Replace the number by the option. Where a value is really impossible, refuse it in the
constructor with a ValueError that says what is possible.
"""

from __future__ import annotations

from workbench.checks import _shrink
from workbench.checks._decision import CannotLook, Decision, failed, passed, skipped
from workbench.checks._declared import REFUSALS
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 5


def check(subject: Subject) -> Decision:
    """Run with smaller options of the same structure."""
    rungs = _shrink.ladder(subject.spec)[:-1]
    if not rungs:
        return passed("its options have no smaller values of the same structure")
    try:
        subject.outline(subject.spec.options)
    except CannotLook:
        pass
    except CandidateRaised as error:
        return skipped(f"nor does it work with the declared options, see `output_shape`: {error}")
    crash, crashed, refusal = None, rungs[0], ""
    for rung in rungs:
        try:
            subject.try_options(rung)
        except CandidateRaised as error:
            if error.kind in REFUSALS:
                refusal = f"{error.kind}: {error.message}"
            elif crash is None:
                crash, crashed = error, rung
        else:
            return passed(f"it also works with {_changed(subject, rung)}", options=rung)
    if crash is None:
        return passed(f"smaller values are refused, {refusal}")
    return failed(
        f"{crash.kind}: {crash.message}",
        f"a module that also works with {_changed(subject, crashed)}",
        {"options": crashed},
        where=crash.where,
    )


def _changed(subject: Subject, options: dict[str, object]) -> str:
    declared = subject.spec.options
    return ", ".join(f"{n}={value!r}" for n, value in options.items() if value != declared[n])
