"""Where candidates of one draft come from: asked one at a time, replaced when they are lost."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from workbench.errors import CandidateError, CandidateLost, CandidateRaised
from workbench.records import TestResult
from workbench.sandbox._conversation import Candidate
from workbench.sandbox._drafts import Sources
from workbench.sandbox._worker import Worker

_TEST_SECONDS = 300.0


class Bench:
    """Where candidates sit: one at a time, replaced when it is lost.

    Args:
        worker: Forks them.
        served: What they import.
        seed: For their random numbers.
        patience: Seconds for one question; the worker's limit, if None.
    """

    def __init__(self, worker: Worker, served: Sources, seed: int, patience: float | None) -> None:
        self._worker, self._served, self._seed = worker, served, seed
        self._patience = patience
        self._candidate: Candidate | None = None

    def __enter__(self) -> Bench:
        """Return the bench itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Send the last candidate away."""
        self.clear()

    def clear(self) -> None:
        """Send the candidate away; the next question goes to a fresh one."""
        if self._candidate is not None:
            self._candidate.close()
        self._candidate = None

    def ask(self, question: str, arguments: Mapping[str, Any], /) -> dict[str, Any]:
        """Put a question to the candidate; a lost one is replaced before the next question."""
        if self._candidate is None:
            self._candidate = self._fresh()
        try:
            return self._candidate.ask(question, arguments, seconds=self._patience)
        except CandidateLost:
            self.clear()
            raise
        except CandidateRaised as error:
            raise self._served.located(error) from None

    def _fresh(self) -> Candidate:
        return self._worker.candidate(
            self._served.texts,
            search_path=self._served.search_path,
            paths=self._served.paths,
            seed=self._seed,
        )

    def environment(self) -> dict[str, str]:
        """Ask for the versions in use."""
        try:
            return {name: str(value) for name, value in self.ask("environment", {}).items()}
        except CandidateError as error:
            return {"unknown": str(error)}

    def tests(self, files: Mapping[str, str]) -> tuple[TestResult, ...]:
        """Run the draft's own tests in a candidate of their own."""
        if not files:
            return ()
        self.clear()
        try:
            with contextlib.closing(self._fresh()) as candidate:
                found = candidate.run_tests(files, seconds=_TEST_SECONDS)
        except CandidateError as error:
            name = ", ".join(files)
            return (TestResult(id=name, outcome="error", message=str(error)),)
        return tuple(TestResult.model_validate(result) for result in found)
