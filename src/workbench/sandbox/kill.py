"""The kill table: what a draft's tests can notice, measured by mistakes that are made on purpose.

Every mutant of the module meets the tests in a confined candidate of its own. That a test noticed
is the candidate's word, as every outcome of a test is; that tests which look at the source instead
of running it kill everything is found out beforehand, with a module that says the same in other
words: whatever fails on that one knows the text and not the behaviour.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from workbench.errors import CandidateError, CandidateLost
from workbench.mutants import Grown, grow, reached, spread
from workbench.records import Draft, Kill, KillTable, TestResult
from workbench.sandbox._drafts import sources, with_existing
from workbench.sandbox._likeness import Likeness
from workbench.sandbox._mutated import NOTICED, Bench, baseline
from workbench.sandbox._warm import Warm
from workbench.sandbox._worker import Worker
from workbench.spec import Spec

_PATIENCE, _LEAST_SECONDS = 10.0, 10.0  # times what the unchanged module took, and at least


def kill(
    spec: Spec,
    draft: Draft,
    worker: Worker,
    *,
    root: str | Path | None = None,
    import_root: str = ".",
    operators: Sequence[str] | None = None,
    limit: int | None = None,
    whole: bool = False,
    seconds: float | None = None,
    jobs: int | None = None,
    seen: Callable[[Kill], None] = lambda row: None,
) -> KillTable:
    """Measure what a draft's tests can notice.

    Args:
        spec: What is asked for; mutants that behave alike are found by its inputs and sizes.
        draft: The module cells, which are mutated, and the test cells. Where a spec asks for tests
            only, what its class or function reaches in the file that it names is mutated.
        worker: The warm worker that forks candidates.
        root: The target repository, where the draft stands in one.
        import_root: The folder that stands on ``sys.path`` when the target runs, relative.
        operators: Members of the room ``mutants``; all of them if not given.
        limit: The largest number of mutants; as many operators as possible are among them.
        whole: Let every mutant meet every test, to find the tests that kill nothing; otherwise
            the first test that notices ends it.
        seconds: How long the tests may take on one mutant; ten times what they take on the
            unchanged module if not given.
        jobs: How many candidates run at once; one per processor if not given.
        seen: Called with each row as it is reached, in order.

    Returns:
        The table; without rows, and with the reason, where the tests do not pass as they stand.

    Raises:
        UsageError: There is no such operator, or no such file of the target.
        SyntaxError: A module cell is no Python.
    """
    started = time.monotonic()
    subject = with_existing(spec, draft, root)
    bench = Bench(worker, sources(subject, root, import_root), draft.files("test"))
    files = subject.files("module")
    tests, reason = baseline(bench, files)
    table = KillTable(
        spec_hash=spec.hash, draft_hash=draft.hash, tests=tests, whole=whole, reason=reason
    )
    if not reason:
        grown = grow(files, operators)
        if spec.existing:
            lines = {path: reached(text, spec.name) for path, text in files.items()}
            grown = [one for one in grown if one.mutant.line in lines[one.mutant.path]]
        chosen = grown if limit is None else spread(grown, limit)
        taken = sum(test.seconds for test in tests)
        bench.seconds = seconds or max(_LEAST_SECONDS, _PATIENCE * taken)
        with Likeness(spec, subject, bench) as likeness, Warm(bench, files, tests) as warm:
            ways = _Ways(warm, bench, likeness, whole)
            rows = _rows(ways, chosen, jobs, seen)
        table = table.model_copy(update={"kills": tuple(rows)})
    return table.model_copy(update={"seconds": time.monotonic() - started})


def _rows(
    ways: _Ways, grown: Sequence[Grown], jobs: int | None, seen: Callable[[Kill], None]
) -> list[Kill]:
    rows = []
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for row in pool.map(ways.row, grown):
            rows.append(row)
            seen(row)
    return rows


class _Ways:
    """The ways on which a mutant is decided: the short one, the long one, and by its likeness."""

    def __init__(self, warm: Warm, bench: Bench, likeness: Likeness, whole: bool) -> None:
        self._warm, self._bench, self._likeness = warm, bench, likeness
        self._whole = whole

    def row(self, one: Grown) -> Kill:
        """Decide about one mutant."""
        started = time.monotonic()
        met = self._warm.met(one, first_only=not self._whole)
        found = self._long_way(one) if met is None else _noticed(met.noticed, met.how)
        found = found or self._likeness.of(one)
        return Kill(mutant=one.mutant, seconds=time.monotonic() - started, **found)

    def _long_way(self, one: Grown) -> dict[str, Any]:
        """Let the mutant meet the tests in a candidate of its own, from the start."""
        try:
            results = self._bench.run({one.mutant.path: one.source}, first_only=not self._whole)
        except CandidateLost as error:
            how = "time" if error.reason == "time" else "lost"
            return {"outcome": "killed", "how": how, "reason": error.sentence}
        except CandidateError as error:
            return {"outcome": "killed", "how": "import", "reason": str(error)}
        return _noticed([result for result in results if result.outcome in NOTICED])


def _noticed(noticed: Sequence[TestResult], how: str = "") -> dict[str, Any]:
    """Say who noticed and how, or nothing."""
    if not noticed:
        return {}
    by, reason = tuple(result.id for result in noticed), noticed[0].message
    return {"outcome": "killed", "by": by, "how": how or _how(noticed[0]), "reason": reason}


def _how(result: TestResult) -> str:
    if "::" not in result.id:  # a whole file could not be imported
        return "import"
    asserted = ("assert ", "AssertionError", "Failed: ")
    return "assertion" if result.message.startswith(asserted) else "exception"
