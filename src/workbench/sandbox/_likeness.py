"""Decides about mutants that no test noticed: is there anything to notice?"""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from workbench.errors import CandidateError
from workbench.mutants import Grown
from workbench.records import Draft
from workbench.sandbox._behaviour import Original
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
            return _survived(f"whether it is equivalent could not be looked at: {self._blind}")
        if one.guard:
            return _survived("it decides which input is refused")
        difference = self._difference(original, one.mutant.path, one.source)
        if difference:
            return _survived(f"it differs: {difference}")
        if not self._difference(original, one.mutant.path, one.alarm):
            return _survived("no question that was asked of the module reaches this place")
        return {
            "outcome": "equivalent",
            "reason": f"the same answers to {original.count} questions that reach this place: "
            "outputs and gradients at several sizes, seeds and types, in both modes, on the "
            "processor",
        }

    def _difference(self, original: Original, path: str, source: str) -> str:
        try:
            with self._bench.candidate({path: source}) as candidate:
                return original.difference(candidate.ask)
        except CandidateError as error:
            return str(error)


def _survived(reason: str) -> dict[str, Any]:
    return {"outcome": "survived", "reason": reason}
