"""From an edit to its verdicts: a warm worker beside a cold pytest process with the same checks.

A small attention layer with nine requirements is judged as an editor does it: a moment passes
between two edits, and a worker holds a process ready. Beside it stands what a person without a
worker would run: ``pytest`` in a fresh process, the same checks as tests, the same code imported
straight into it, with no sandbox and no report (and so without `untampered`, which watches one).

All take turns in one run, so that a slow moment of the machine hits all of them. Of each the median
is shown and the 95th percentile; the ratio is that of the medians. `ROUNDS` may be given as the
only argument.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from workbench import demo, registry, repo
from workbench.records import Draft, Report, Tier, Verdict
from workbench.sandbox import Worker
from workbench.sandbox.judge import judge
from workbench.spec import Spec, load

SPEC = Path(__file__).parents[1] / "specs" / "rotary_attention.yaml"
ROUNDS, SELDOM = 25, 5  # what takes long has its turn in every fifth round
PAUSE = 0.2  # seconds between two edits
BUGS = {
    "a transpose forgotten": ("gathered.transpose(1, 2).flatten(2)", "gathered.flatten(2)"),
    "a bias too many": (
        "self.key = nn.Linear(embed_dim, embed_dim, bias=False)",
        "self.key = nn.Linear(embed_dim, embed_dim)",
    ),
    "sees what comes later": ("is_causal=mask is None", "is_causal=False"),
}
TESTS = """
from pathlib import Path

import pytest

from workbench.checks import Subject, plan, read
from workbench.frameworks import torch as framework
from workbench.spec import load

SPEC, PATH = load(Path({spec!r})), {path!r}
WORDS = read(SPEC, {{PATH: (Path({root!r}) / PATH).read_text()}})
STEPS = [step for step in plan(SPEC, "live", WORDS) if step.name != "untampered"]
SUBJECT = Subject(SPEC, {module!r}, lambda question, given: dict(framework.answer(question, given)))
SUBJECT.words = WORDS


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_draft(step):
    SUBJECT.requirement = step.requirement
    assert step.module.check(SUBJECT).outcome in ("passed", "proved")
"""


def drafted(spec: Spec, folder: Path) -> tuple[Draft, Path, str]:
    """Lay a target and have the catalogue write the draft for it."""
    root = demo.lay(folder / "pocket")
    study = repo.study(root)
    placement = repo.place(study, spec)
    target = repo.Target(study, placement)
    steps = registry.load("implementers", "blueprint").implement(spec, study, target)
    return next(steps), root, placement.import_root


def broken(draft: Draft, before: str, after: str) -> Draft:
    """Put a bug into a draft."""
    cells = tuple(
        cell.model_copy(update={"source": cell.source.replace(before, after)})
        for cell in draft.cells
    )
    if cells == draft.cells:
        sys.exit(f"the draft does not hold {before!r} any more")
    return draft.model_copy(update={"cells": cells})


class Course:
    """What takes turns, and how long each took.

    Args:
        spec: The contract.
        folder: An empty folder.
        editor: A worker as an editor has it.
    """

    def __init__(self, spec: Spec, folder: Path, editor: Worker) -> None:
        self.spec, self.editor = spec, editor
        self.draft, self.root, self.import_root = drafted(spec, folder)
        self.drafts = {name: broken(self.draft, *change) for name, change in BUGS.items()}
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.tests = folder / "checks"
        self.tests.mkdir()
        ((path, text),) = self.draft.files("module").items()
        (self.root / path).write_text(text, encoding="utf-8")
        names = {"spec": str(SPEC), "module": self.draft.module, "path": path}
        text = TESTS.format(root=str(self.root), **names)
        (self.tests / "test_draft.py").write_text(text, encoding="utf-8")

    def judged(self, draft: Draft, tier: Tier, seen: Callable[[Verdict], None]) -> Report:
        """Judge a draft."""
        where = {"root": self.root, "import_root": self.import_root}
        return judge(self.spec, draft, self.editor, tier=tier, seen=seen, **where)  # type: ignore[arg-type]

    def good(self, tier: Tier) -> None:
        """Time the first and the last verdict of a draft that is right."""
        seen: list[float] = []
        time.sleep(PAUSE)
        start = time.perf_counter()
        report = self.judged(self.draft, tier, lambda verdict: seen.append(time.perf_counter()))
        self.seconds[f"{tier}, all verdicts"].append(time.perf_counter() - start)
        self.seconds[f"{tier}, first verdict"].append(seen[0] - start)
        if not report.green:
            sys.exit("the draft is not green, so its time says nothing")

    def bad(self, name: str) -> None:
        """Time the first red verdict of a draft with a bug."""
        red: list[float] = []

        def seen(verdict: Verdict) -> None:
            if verdict.outcome == "failed":
                red.append(time.perf_counter())

        time.sleep(PAUSE)
        start = time.perf_counter()
        self.judged(self.drafts[name], "live", seen)
        if not red:
            sys.exit(f"{name!r} was not noticed, so its time says nothing")
        self.seconds[f"first red: {name}"].append(red[0] - start)

    def cold(self) -> None:
        """Time a pytest process of its own."""
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(self.tests)],
            cwd=self.tests,
            env={**os.environ, "PYTHONPATH": str(self.root / self.import_root)},
            capture_output=True,
            text=True,
        )
        self.seconds["cold pytest process"].append(time.perf_counter() - start)
        if done.returncode:
            sys.exit(f"the same checks do not pass in pytest:\n{done.stdout[-2000:]}")


def main() -> None:
    """Let all take turns, and show what they took."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder, Worker(spare=True) as editor:
        course = Course(load(SPEC), Path(folder), editor)
        course.good("full")
        course.seconds.clear()  # the first one started the worker
        for number in range(rounds):
            course.good("live")
            for name in BUGS:
                course.bad(name)
            if number % SELDOM == 0:
                course.cold()
                course.good("full")
    print(f"{'':32} {'median':>8}   95th percentile")
    for name, taken in sorted(course.seconds.items()):
        print(f"{name:32} {statistics.median(taken):6.3f} s {percentile(taken):9.3f} s")
    live, cold = (
        statistics.median(course.seconds[name])
        for name in ("live, all verdicts", "cold pytest process")
    )
    print(f"cold pytest process / live tier  {cold / live:6.1f} times")


def percentile(taken: list[float]) -> float:
    """Take the value below which 95 of 100 lie; the largest of a few."""
    return sorted(taken)[min(len(taken) - 1, int(0.95 * len(taken)))]


if __name__ == "__main__":
    main()
