"""Where candidates of one draft come from: asked one at a time, replaced when they are lost."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.checks import CannotLook
from workbench.errors import CandidateError, CandidateLost, CandidateRaised
from workbench.records import TestResult
from workbench.sandbox._confine import python_folders
from workbench.sandbox._conversation import Candidate
from workbench.sandbox._drafts import Sources
from workbench.sandbox._outcomes import believed
from workbench.sandbox._worker import Worker

_TEST_SECONDS = 300.0
_WITH_PROCESSES = frozenset({"workers"})  # asked of a candidate of its own, which may start some
_PROCESSES = 6
_PARAMETERS = 5_000_000  # so many more take as long again as a small module may
_MOST = 8.0  # times; the count is the candidate's word, so it cannot buy more


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
        self._patience, self._factor = patience, 1.0
        self._candidate: Candidate | None = None
        self._touched: dict[str, None] = {}
        self._outside, self._looked = True, False

    def __enter__(self) -> Bench:
        """Return the bench itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Send the last candidate away."""
        self.clear()

    def clear(self) -> None:
        """Send the candidate away; the next question goes to a fresh one."""
        if self._candidate is not None:
            self._candidate.dismiss()
        self._candidate = None

    def ask(self, question: str, arguments: Mapping[str, Any], /) -> dict[str, Any]:
        """Put a question to the candidate; a lost one is replaced before the next question."""
        if question in _WITH_PROCESSES:
            return self._ask_apart(question, arguments)
        if self._candidate is None:
            self._candidate = self._watched()
        return self._answer(self._candidate, question, arguments)

    def ask_all(
        self, question: str, several: Sequence[Mapping[str, Any]], /
    ) -> list[dict[str, Any] | CandidateError]:
        """Put a question about several things to one candidate, as `Candidate.ask_all` does."""
        if self._candidate is None:
            self._candidate = self._watched()
        found = self._candidate.ask_all(question, several, seconds=self._seconds)
        for at, answer in enumerate(found):
            if isinstance(answer, CandidateRaised):
                found[at] = self._served.located(answer)
            elif isinstance(answer, CandidateLost):
                self._lost(answer)
        return found

    def _lost(self, error: CandidateLost) -> None:
        if error.reason == "tampering":
            self._touched[error.sentence] = None
        self.clear()

    def _ask_apart(self, question: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Ask a candidate of its own, which may start processes and is looked at afterwards."""
        kept, self._candidate = self._candidate, self._watched(_PROCESSES)
        try:
            return self._answer(self._candidate, question, arguments)
        finally:
            with contextlib.suppress(CandidateError, CannotLook):
                self.touched()
            self.clear()
            self._candidate = kept

    def _answer(
        self, candidate: Candidate, question: str, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        try:
            answer = candidate.ask(question, arguments, seconds=self._seconds)
        except CandidateLost as error:
            self._lost(error)
            raise
        except CandidateRaised as error:
            raise self._served.located(error) from None
        if question == "build":
            self._factor = max(self._factor, 1.0 + min(_parameters(answer) / _PARAMETERS, _MOST))
        return answer

    @property
    def _seconds(self) -> float:
        """How long one question may take: a large module has more to do for the same answer."""
        patience = self._worker.limits.seconds if self._patience is None else self._patience
        return patience * self._factor

    def _watched(self, processes: int = 0) -> Candidate:
        candidate = self._fresh(processes)
        candidate.watch([*python_folders(), *self._served.search_path])
        return candidate

    def _fresh(self, processes: int = 0) -> Candidate:
        usual = self._worker.limits
        return self._worker.candidate(
            self._served.texts,
            search_path=self._served.search_path,
            paths=self._served.paths,
            seed=self._seed,
            limits=dataclasses.replace(usual, processes=max(processes, usual.processes)),
        )

    def touched(
        self, known: Sequence[str] = (), *, restored: bool = True
    ) -> tuple[list[str], bool]:
        """Tell what the draft has changed of that which answers depend on.

        Args:
            known: What is known to be touched without looking.
            restored: Also tell what was changed and changed back.

        Returns:
            What was touched until now, and whether all of it was seen from outside.

        Raises:
            CannotLook: It cannot be told.
        """
        if self._candidate is not None:
            try:
                found, outside = self._candidate.touched(restored=restored)
            except CandidateRaised as error:
                raise CannotLook(f"what answers cannot be watched here: {error}") from error
            except CandidateLost:
                self.clear()
                raise
            self._touched.update(dict.fromkeys(found))
            self._outside, self._looked = self._outside and outside, True
        if not self._looked and not self._touched and not known:
            raise CannotLook("no candidate lived long enough to be looked at")
        return [*known, *self._touched], self._outside

    def environment(self) -> dict[str, str]:
        """Ask for the versions in use."""
        try:
            return {name: str(value) for name, value in self.ask("environment", {}).items()}
        except CandidateError as error:
            return {"unknown": str(error)}

    def tests(
        self, files: Mapping[str, str], sabotaged: Sources | None = None, *, there: bool = False
    ) -> tuple[TestResult, ...]:
        """Run the draft's own tests in candidates of their own.

        Args:
            files: The tests.
            sabotaged: What a candidate imports in which every function of the module raises.
            there: Whether the code under test is the target's own.
        """
        if not files:
            return ()
        self.clear()
        broken = None if sabotaged is None else lambda: self._ran(files, sabotaged)
        try:
            return believed(files, lambda: self._ran(files, self._served), broken, there=there)
        except CandidateError as error:
            name = ", ".join(files)
            return (TestResult(id=name, outcome="error", message=str(error)),)

    def _ran(self, files: Mapping[str, str], served: Sources) -> tuple[list[TestResult], list[str]]:
        """Run tests once; return how each ended, and what was touched that reports on them."""
        candidate = self._worker.candidate(
            served.texts, search_path=served.search_path, paths=served.paths, seed=self._seed
        )
        with contextlib.closing(candidate):
            found = candidate.run_tests(files, seconds=_TEST_SECONDS)
            touched: list[str] = []
            with contextlib.suppress(CandidateRaised):  # nobody can look here
                touched = candidate.touched(tests=True)[0]
        return [TestResult.model_validate(result) for result in found], touched


def _parameters(answer: Mapping[str, Any]) -> float:
    """Count the numbers in what a module was built with; none where that makes no sense."""
    try:
        return float(sum(math.prod(entry["shape"]) for entry in answer["parameters"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return 0.0
