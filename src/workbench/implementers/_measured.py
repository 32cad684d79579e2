"""What a first run of tests told about code that is there: numbers to pin, and what looks wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from workbench.records import Note, Report

_TOLD = re.compile(r"measured ([A-Z]+) = (.*)\nassert ", re.DOTALL)
_LONGEST = 160


@dataclass(frozen=True)
class Suspicion:
    """A test that the code does not pass, or a check that it fails.

    Args:
        test: The test's function; ``""`` for a check.
        some: Whether other cases of the same test pass.
        note: What to tell the person.
    """

    test: str
    some: bool
    note: Note


def measured(report: Report) -> dict[str, Any]:
    """Read what the tests have measured.

    Args:
        report: On a draft whose tests knew nothing yet.

    Returns:
        Plain values by name; what could not be read is not there.
    """
    found: dict[str, Any] = {}
    for test in report.tests:
        told = _TOLD.search(test.message)
        if told is not None:
            try:
                found[told[1]] = ast.literal_eval(told[2])
            except (SyntaxError, ValueError):  # cut off, or no plain value
                continue
    return found


def suspicions(report: Report) -> list[Suspicion]:
    """Say what looks wrong with code that is there.

    Args:
        report: On a draft of tests for it.

    Returns:
        One for each failed check and each test function that failed, in that order.
    """
    return [*_by_checks(report), *_by_tests(report)]


def _by_checks(report: Report) -> Iterator[Suspicion]:
    for verdict in report.verdicts:
        if verdict.outcome == "failed" or (verdict.outcome == "exempt" and verdict.seen):
            about = verdict.requirement or verdict.check
            text = f"Suspected bug: {about} does not hold: {_short(verdict.seen)}"
            reason = f"expected {_short(verdict.expected)}" if verdict.expected else ""
            reason += f" (at {verdict.where})" if verdict.where else ""
            yield Suspicion("", False, Note(kind="concern", text=text, reason=reason, about=about))
        elif verdict.concern:
            text = f"{verdict.check}: {_short(verdict.concern)}"
            note = Note(kind="concern", text=text, about=verdict.requirement or verdict.check)
            yield Suspicion("", False, note)


def _by_tests(report: Report) -> Iterator[Suspicion]:
    outcomes: dict[str, list[str]] = {}
    messages: dict[str, str] = {}
    for test in report.tests:
        name = test.id.rpartition("::")[2].partition("[")[0]
        outcomes.setdefault(name, []).append(test.outcome)
        if test.outcome in ("failed", "error") and not _TOLD.search(test.message):
            messages.setdefault(name, _short(test.message) or test.outcome)
    for name, message in messages.items():
        note = Note(
            kind="concern",
            text=f"Suspected bug: {name} does not pass: {message}",
            reason="the test is kept and marked as an expected failure; nothing was changed",
            about=name,
        )
        yield Suspicion(name, "passed" in outcomes[name], note)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


def set_apart(tests: Mapping[str, str], suspected: Sequence[Suspicion]) -> dict[str, str]:
    """Mark the tests that the code does not pass as expected failures that say why.

    Args:
        tests: For each group of tests its source.
        suspected: What looks wrong.

    Returns:
        The same with the marks; where all cases fail, passing would be noticed.
    """
    marked = {entry.test: entry for entry in suspected if entry.test}
    return {
        group: cst.parse_module(source).visit(_Mark(marked)).code for group, source in tests.items()
    }


class _Mark(cst.CSTTransformer):
    def __init__(self, marked: Mapping[str, Suspicion]) -> None:
        super().__init__()
        self._marked = marked

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        entry = self._marked.get(updated_node.name.value)
        if entry is None:
            return updated_node
        reason = entry.note.text.partition(" does not pass: ")[2][:60]
        strict = "" if entry.some else "strict=True, "
        mark = f"pytest.mark.xfail({strict}reason={'suspected bug: ' + reason!r})"
        decorator = cst.Decorator(cst.parse_expression(mark))
        return updated_node.with_changes(decorators=[decorator, *updated_node.decorators])
