"""Mutants meet tests that were collected once, each in a fork of its own.

That is as good as a run from the start where the change lies inside functions that did not run
while the tests were collected, which the syntax and the collection tell. For all else, and where
tests cannot be held at all, the answer is None, and the long way is taken.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.errors import CandidateError
from workbench.mutants import Grown
from workbench.records import TestResult
from workbench.sandbox._conversation import Candidate
from workbench.sandbox._mutated import NOTICED, Bench, in_other_words
from workbench.sandbox._order import Order
from workbench.sandbox._places import Places
from workbench.sandbox._sources import CELL

_PATIENCE, _LEAST_SECONDS = 10.0, 5.0  # times what a test takes on the unchanged module, at least
_SLACK = 10.0  # seconds for the fork itself, on a busy machine
_UNPATCHED = "unpatched"


@dataclass(frozen=True)
class Met:
    """What became of a mutant.

    Args:
        noticed: How the tests ended that noticed it.
        how: ``time`` or ``lost`` where the first of them did not come to an end.
    """

    noticed: tuple[TestResult, ...]
    how: str = ""


class Warm:
    """Keeps one candidate with collected tests for each thread that asks.

    Args:
        bench: Where candidates are made.
        files: The module's files, unchanged.
        tests: How the tests ended on them.
    """

    def __init__(self, bench: Bench, files: Mapping[str, str], tests: Sequence[TestResult]) -> None:
        self._bench = bench
        self._tests = [test for test in tests if test.outcome == "passed"]
        self._other_words = {path: in_other_words(text) for path, text in files.items()}
        self._places = {path: Places(text) for path, text in files.items()}
        self._shown = {path: f"{CELL}{path}>" for path in files}
        self._free: list[Candidate] = []
        self._open = contextlib.ExitStack()
        self._lock, self._starting = threading.Lock(), threading.Lock()
        self._order: Order | None = None
        self._ran: set[tuple[str, str]] = set()
        self.blind = ""

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def met(self, one: Grown, *, first_only: bool) -> Met | None:
        """Let the tests meet a mutant.

        Args:
            one: The mutant.
            first_only: End at the first test that notices.

        Returns:
            Who noticed; None where only a run from the start can tell.
        """
        touched = self._places[one.mutant.path].changed(one.source)
        if touched is None or not self._ready():
            return None
        if any((self._shown[one.mutant.path], name) in self._ran for name in touched):
            return None
        assert self._order is not None
        try:
            with self._held() as candidate:
                met = self._meet(candidate, one, self._order.now(), first_only)
        except CandidateError:
            return None
        return met

    def _ready(self) -> bool:
        """Try once whether tests can be held, and whether their order matters."""
        with self._starting:
            if self._order is None and not self.blind:
                try:
                    with self._held() as candidate:
                        self.blind = self._rehearse(candidate)
                except CandidateError as error:
                    self.blind = str(error)
        return not self.blind

    def _rehearse(self, candidate: Candidate) -> str:
        """Let a module that says the same in other words meet the tests, the last one first."""
        for fixed in (False, True):
            order = [test.id for test in self._tests][:: 1 if fixed else -1]
            self._order = Order(self._tests, fixed=fixed)
            noticed: list[str] = []
            for path, text in self._other_words.items():
                results, how, at = self._ask(candidate, path, text, order, False)
                if how == _UNPATCHED:
                    return f"the functions of {path} cannot all be found"
                noticed += [result.id for result in results if result.outcome in NOTICED]
                noticed += [at] if how else []
            if not noticed:
                return ""
        self._order = None
        return f"{noticed[0]} fails when tests are held"

    def _meet(
        self, candidate: Candidate, one: Grown, order: list[str], first_only: bool
    ) -> Met | None:
        assert self._order is not None
        noticed: list[TestResult] = []
        first = ""
        while order:
            results, how, at = self._ask(candidate, one.mutant.path, one.source, order, first_only)
            if how == _UNPATCHED:
                return None
            found = [result for result in results if result.outcome in NOTICED]
            self._order.learn(results, [result.id for result in found])
            noticed += found
            if not how:
                break
            if how == "lost" and not at:
                return None  # the process could not even start
            first = first or ("" if noticed else how)
            noticed.append(TestResult(id=at, outcome="error", message=f"the test's end: {how}"))
            order = [] if first_only else order[order.index(at) + 1 :]
        return Met(tuple(noticed), first)

    def _ask(
        self, candidate: Candidate, path: str, source: str, order: Sequence[str], first_only: bool
    ) -> tuple[list[TestResult], str, str]:
        assert self._order is not None
        longest = self._bench.seconds
        seconds = [
            min(longest, max(_LEAST_SECONDS, _PATIENCE * self._order.seconds(name)))
            for name in order
        ]
        request = {
            "module": self._bench.module(path),
            "source": source,
            "order": list(order),
            "seconds": seconds,
            "first_only": first_only,
        }
        answer = candidate.meet(request, seconds=sum(seconds) + _SLACK)
        results = [TestResult.model_validate(result) for result in answer["tests"]]
        return results, answer["how"], answer["at"]

    @contextlib.contextmanager
    def _held(self) -> Iterator[Candidate]:
        """Lend a candidate; one that was lost is not lent again."""
        with self._lock:
            candidate = self._free.pop() if self._free else None
        if candidate is None:
            candidate = self._open.enter_context(self._bench.holding())
            names, ran = self._bench.hold(candidate, list(self._shown.values()))
            if missing := {test.id for test in self._tests} - set(names):
                raise CandidateError(f"{min(missing)} was not collected again")
            self._ran |= ran
        yield candidate
        with self._lock:
            self._free.append(candidate)
