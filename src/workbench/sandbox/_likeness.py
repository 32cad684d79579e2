"""Decides about mutants that no test noticed: is there anything to notice?"""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from workbench.errors import CandidateError
from workbench.mutants import Grown
from workbench.records import Draft
from workbench.sandbox._behaviour import Difference, Original
from workbench.sandbox._mutated import Bench
from workbench.spec import Spec


class Likeness:
    """Compares mutants with the original, for which one candidate is kept.

    Args:
        spec: What is asked for.
        draft: The draft.
        bench: Where candidates are made.
    """

    def __init__(self, spec: Spec, draft: Draft, bench: Bench) -> None:
        self._spec, self._draft, self._bench = spec, draft, bench
        self._lock = threading.Lock()
        self._original: Original | None = None
        self._open = contextlib.ExitStack()
        self._blind = ""

    def __enter__(self) -> Likeness:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _look(self) -> Original:
        with self._lock:
            if self._original is None:
                candidate = self._open.enter_context(self._bench.candidate({}))
                self._original = Original(self._spec, self._draft.module, candidate.ask)
                self._blind = self._original.cannot_look()
            return self._original

    def of(self, one: Grown) -> dict[str, Any]:
        """Say whether a mutant that no test noticed is equivalent, and why (not)."""
        original = self._look()
        if self._blind:
            reason = f"whether it is equivalent could not be looked at: {self._blind}"
            return _survived(one, reason, "run")
        if one.guard:
            return _survived(one, "it decides which input is refused", "refuse")
        difference = self._difference(original, one.mutant.path, one.source)
        if difference is not None:
            asked = f"ask for {difference.words}"
            told = f" and assert what differs: {difference.where} there" if difference.where else ""
            return _survived(one, f"it differs: {difference.words}", asked + told)
        if self._difference(original, one.mutant.path, one.alarm) is None:
            return _survived(
                one, "no question that was asked of the module reaches this place", "run"
            )
        return {
            "outcome": "equivalent",
            "reason": f"the same answers to {original.count} questions that reach this place: "
            "outputs and gradients at several sizes, seeds and types, in both modes, on the "
            "processor",
        }

    def _difference(self, original: Original, path: str, source: str) -> Difference | None:
        try:
            with self._bench.candidate({path: source}) as candidate:
                return original.difference(candidate.ask)
        except CandidateError as error:
            return Difference(str(error))


def _survived(one: Grown, reason: str, how: str) -> dict[str, Any]:
    """Say why it survived, and which test would notice: on which input, and what to assert."""
    before, after = (_line(one.mutant.diff, sign) for sign in "-+")
    place = f"line {one.mutant.line}"
    ways = {
        "run": f"reach {place} (`{before}`) and tell it from `{after or 'nothing'}`",
        "refuse": f"give {place} (`{before}`) an input on its border and one on each side, and "
        "assert for each whether it is refused (pytest.raises with a word of the message)",
    }
    sentence = ways.get(how, f"{how} ({place}: `{before}`)")
    return {
        "outcome": "survived",
        "reason": reason,
        "suggestion": f"{sentence[:1].upper()}{sentence[1:]}; {one.mutant.fix}".rstrip("; "),
    }


def _line(diff: str, sign: str) -> str:
    lines = [x[1:].strip() for x in diff.splitlines() if x[:1] == sign and x[:3] != 3 * sign]
    return lines[0] if lines else ""
