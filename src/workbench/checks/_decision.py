"""What a check returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.records import Outcome


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The outcome of one check.

    Args:
        outcome: passed, proved, failed, inconclusive or skipped.
        seen: What was observed.
        expected: What should have been.
        where: ``file:line`` in the draft, where it is known.
        reason: Why nothing was decided.
        concern: What is odd though the property holds.
        conditions: Under which it was seen; with these it replays.
    """

    outcome: Outcome
    seen: str = ""
    expected: str = ""
    where: str = ""
    reason: str = ""
    concern: str = ""
    conditions: Mapping[str, Any] = field(default_factory=dict)


class CannotLook(Exception):
    """The check cannot observe what it decides about; the message says why."""


def passed(seen: str, **conditions: Any) -> Decision:
    """The property held wherever it was looked at."""
    return Decision(outcome="passed", seen=seen, conditions=conditions)


def remarked(seen: str, concern: str, **conditions: Any) -> Decision:
    """The property held, and something is odd, if there is a concern."""
    return Decision(outcome="passed", seen=seen, concern=concern, conditions=conditions)


def failed(
    seen: str, expected: str, conditions: Mapping[str, Any] | None = None, *, where: str = ""
) -> Decision:
    """The property does not hold; this is the counterexample."""
    return Decision(
        outcome="failed", seen=seen, expected=expected, where=where, conditions=conditions or {}
    )


def inconclusive(reason: str, **conditions: Any) -> Decision:
    """It was looked at, and no answer could be had."""
    return Decision(outcome="inconclusive", reason=reason, conditions=conditions)


def skipped(reason: str) -> Decision:
    """It was not looked at."""
    return Decision(outcome="skipped", reason=reason)
