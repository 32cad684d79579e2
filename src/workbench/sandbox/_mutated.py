"""Runs a draft's tests against its module with a file replaced, after a look at the tests alone."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
from collections.abc import Mapping, Sequence

from workbench.errors import CandidateError
from workbench.records import TestResult
from workbench.sandbox._conversation import Candidate
from workbench.sandbox._drafts import Sources
from workbench.sandbox._worker import Worker

NOTICED = frozenset({"failed", "error"})
"""The outcomes of a test that has noticed something."""

_BASELINE_SECONDS = 300.0
_PROCESSES = 8  # a mutant has one; what it starts itself is refused
_FIRST_ONLY = "\n\ndef pytest_configure(config):\n    config.option.maxfail = 1\n"


class Bench:
    """Runs tests against, and asks questions of, the module with some of its files replaced.

    Args:
        worker: The warm worker.
        served: What a candidate imports.
        tests: The test files.
    """

    def __init__(self, worker: Worker, served: Sources, tests: Mapping[str, str]) -> None:
        self._worker, self._served, self._tests = worker, served, dict(tests)
        self._names = {path: name for name, path in served.paths.items()}
        self.seconds = _BASELINE_SECONDS

    def candidate(self, changed: Mapping[str, str]) -> contextlib.closing[Candidate]:
        """Fork a candidate.

        Args:
            changed: Source text by path, for the files that are replaced.
        """
        texts = {**self._served.texts, **{self._names[p]: text for p, text in changed.items()}}
        return contextlib.closing(
            self._worker.candidate(
                texts, search_path=self._served.search_path, paths=self._served.paths
            )
        )

    def module(self, path: str) -> str:
        """Return the dotted name of the module that a file is."""
        return self._names[path]

    def holding(self) -> contextlib.closing[Candidate]:
        """Fork a candidate that may fork in its turn, once for each mutant."""
        limits = dataclasses.replace(self._worker.limits, processes=_PROCESSES)
        return contextlib.closing(
            self._worker.candidate(
                self._served.texts,
                search_path=self._served.search_path,
                paths=self._served.paths,
                limits=limits,
            )
        )

    def hold(
        self, candidate: Candidate, files: Sequence[str]
    ) -> tuple[list[str], set[tuple[str, str]]]:
        """Let a candidate collect the tests and hold them.

        Args:
            candidate: A candidate from `holding`.
            files: The names under which the code of the mutated files is shown.

        Returns:
            What `Candidate.hold_tests` returns.
        """
        return candidate.hold_tests(self._tests, files, seconds=self.seconds)

    def run(self, changed: Mapping[str, str], *, first_only: bool) -> list[TestResult]:
        """Run the tests.

        Args:
            changed: Source text by path, for the files that are replaced.
            first_only: End at the first test that fails.

        Returns:
            How each test ended.

        Raises:
            CandidateError: The tests did not come to an end.
        """
        tests = dict(self._tests)
        if first_only:
            tests["conftest.py"] = tests.get("conftest.py", "") + _FIRST_ONLY
        with self.candidate(changed) as candidate:
            found = candidate.run_tests(tests, seconds=self.seconds)
        return [TestResult.model_validate(result) for result in found]


def baseline(bench: Bench, files: Mapping[str, str]) -> tuple[tuple[TestResult, ...], str]:
    """Run the tests on the unchanged module and on one that says the same in other words.

    Args:
        bench: Where they run.
        files: The module's files.

    Returns:
        How each test ended, and why no mutant needs to be tried, or an empty text.
    """
    try:
        tests = bench.run({}, first_only=False)
    except CandidateError as error:
        return (), f"the tests do not come to an end on the unchanged module: {error}"
    if not tests:
        return (), "there is no test: pytest found nothing in the test cells"
    failed = [test for test in tests if test.outcome in NOTICED]
    if failed:
        first = f"{failed[0].id}: {failed[0].message}"
        return tuple(tests), f"{len(failed)} of {len(tests)} tests fail unchanged, first {first}"
    others = {path: in_other_words(text) for path, text in files.items()}
    try:
        again = bench.run(others, first_only=False)
    except CandidateError as error:
        return tuple(tests), f"the tests do not come to an end the second time: {error}"
    failed = [test for test in again if test.outcome in NOTICED]
    if failed:
        return tuple(tests), (
            f"{failed[0].id} fails on a module that says the same in other words, so it reads the "
            f"source or depends on chance: {failed[0].message}"
        )
    return tuple(tests), ""


def in_other_words(source: str) -> str:
    """Write a module anew: no comments, other lines, a statement without effect per function.

    Args:
        source: Python.

    Returns:
        A program that does the same.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            said = isinstance(node.body[0], ast.Expr) and isinstance(
                node.body[0].value, ast.Constant
            )
            node.body.insert(int(said), ast.parse("_unused = None").body[0])
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
