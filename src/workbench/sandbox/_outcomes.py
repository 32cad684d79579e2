"""Runs a draft's own tests, and believes that one passed only where more than its word says so.

Tests and the code under test share a process, so an outcome is that process's word. The host adds:
something came back of each test that stands in the cells, and of no other; what reports on tests
is as it was, seen from outside; and no test passes where every function of the module raises.

Not covered: tests that call the module to find out whether it was sabotaged, and forge only where
it was not, by ways of pytest's own that do not stand in plain text.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence

from workbench.errors import CandidateError
from workbench.records import TestResult
from workbench.sandbox._test_names import disagreements, reaches

Ran = tuple[Sequence[TestResult], Sequence[str]]

# These are not even changed and changed back, as monkeypatch may do with all others.
_REPORTERS = ("_pytest.reports", "_pytest.runner", "_pytest._code", "pluggy", "workbench")
_EXCHANGED = "changed and changed back"
_BLIND = "it passes where every function of the module raises as well, so it says nothing of it"
_ENDLESS = "where every function of the module raises, the tests do not come to an end"


def word() -> str:
    """Draw what a sabotaged function says; nobody can know it beforehand."""
    return f"sabotaged {secrets.token_hex(8)}"


def believed(
    tests: Mapping[str, str],
    run: Callable[[], Ran],
    sabotaged: Callable[[], Ran] | None,
    *,
    there: bool = False,
) -> tuple[TestResult, ...]:
    """Run tests, and turn what cannot be believed into an error.

    Args:
        tests: Source text by path.
        run: Runs them on the draft; returns the outcomes that were told, and what was touched.
        sabotaged: Runs them where every function of the module raises; None where there is none.
        there: Whether the code is the target's own, which may replace parts of torch.

    Returns:
        How each test ended.

    Raises:
        CandidateError: They did not come to an end on the draft.
    """
    told, touched = run()
    results = [*told, *disagreements(tests, told), *reaches(tests)]
    reason = _tampered(tests, touched, there)
    if not reason and sabotaged is not None and any(e.outcome == "passed" for e in results):
        try:
            again, touched = sabotaged()
        except CandidateError as error:
            reason = f"{_ENDLESS}: {error}"
        else:
            reason = _tampered(tests, touched, there)
            blind = {result.id for result in again if result.outcome == "passed"}
            results = [_void(e, _BLIND) if e.id in blind else e for e in results]
    return tuple(_void(result, reason) if reason else result for result in results)


def _void(result: TestResult, why: str) -> TestResult:
    if result.outcome != "passed":
        return result
    return result.model_copy(update={"outcome": "error", "message": why})


def _tampered(tests: Mapping[str, str], touched: Sequence[str], there: bool) -> str:
    """Say what tests touched that they have no business with.

    Torch's compiler replaces parts of torch, and so may code that is there, at its import.
    """
    replaces = there or any("compile" in text or "export" in text for text in tests.values())
    kept = [
        name
        for name in touched
        if name.startswith(_REPORTERS)
        or not (_EXCHANGED in name or (replaces and name.startswith("torch")))
    ]
    return f"the tests touched what reports on them: {', '.join(kept[:3])}" if kept else ""
