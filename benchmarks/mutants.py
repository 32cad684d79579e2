"""Mutants per second: our kill table beside mutmut, on the same module and the same tests.

mutmut is a general tool of good repute and makes other mutants, so what is compared is how many of
its own each of the two decides in a second, start included and, for ours, warm. Both run in turn
with as many processes, so that a slow moment of the machine hits both. It needs ``pip install
mutmut``; without it only our side is measured.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from workbench.records import Cell, Draft, Kill
from workbench.sandbox import Worker
from workbench.sandbox.kill import kill
from workbench.spec import Spec, loads

CASES = Path(__file__).parents[1] / "tests" / "sandbox"
MODULE = (CASES / "attention_module.py").read_text(encoding="utf-8")
TESTS = (CASES / "attention_tests.py").read_text(encoding="utf-8")
JOBS = 2
ROUNDS = int(os.environ.get("ROUNDS", "3"))
LONGEST = 300.0
SPEC = loads("""
name: Attention
kind: layer
text: A small masked self-attention.
options: {embed_dim: 32, num_heads: 4}
sizes: {batch: 0..8, time: 1..16}
inputs:
  x: float "batch time embed_dim"
  mask?: bool "batch time"
outputs:
  y: float "batch time embed_dim"
""")
SETTINGS = """
[project]
name = "attention"
version = "0"

[tool.mutmut]
paths_to_mutate = ["attention.py"]
tests_dir = ["tests"]
also_copy = ["tests"]
"""


def ours(spec: Spec, worker: Worker, limit: int | None = None) -> tuple[Counter[str], float, float]:
    """Return the outcomes, all seconds, and those from the first mutant's end to the last's."""
    cells = (
        Cell(id="module", role="module", path="attention.py", source=MODULE),
        Cell(id="tests", role="test", path="tests/test_attention.py", source=TESTS),
    )
    draft = Draft(implementer="benchmark", module="attention", cells=cells)
    stamps: list[float] = []

    def seen(row: Kill) -> None:
        stamps.append(time.perf_counter())

    start = time.perf_counter()
    table = kill(spec, draft, worker, jobs=JOBS, limit=limit, seen=seen)
    if table.reason:
        sys.exit(table.reason)
    outcomes = Counter(row.outcome for row in table.kills)
    return outcomes, time.perf_counter() - start, stamps[-1] - stamps[0]


def theirs(folder: Path) -> tuple[Counter[str], float]:
    """Return mutmut's outcomes and seconds."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tests").mkdir(parents=True)
    (folder / "attention.py").write_text(MODULE, encoding="utf-8")
    (folder / "tests" / "test_attention.py").write_text(TESTS, encoding="utf-8")
    (folder / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    command = [sys.executable, "-m", "mutmut"]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "run", "--max-children", str(JOBS)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    taken = time.perf_counter() - start
    subprocess.run([*command, "export-cicd-stats"], cwd=folder, capture_output=True, check=False)
    stats = folder / "mutants" / "mutmut-cicd-stats.json"
    if not stats.exists():
        sys.exit(f"mutmut did not come to an end:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    found = json.loads(stats.read_text(encoding="utf-8"))
    return Counter({name: int(found[name]) for name in ("killed", "survived", "timeout")}), taken


def processor_seconds() -> float:
    """Return what a warm mutant costs in processor time, which a busy machine hardly changes."""
    spent, counts = [], []
    for limit in (1, None):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with Worker() as worker:
            counts.append(ours(SPEC, worker, limit)[0].total())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return (spent[1] - spent[0]) / (counts[1] - counts[0])


def main() -> None:
    known = subprocess.run(
        [sys.executable, "-m", "mutmut", "--version"], capture_output=True, text=True, check=False
    )
    speeds: dict[str, list[float]] = {"ours": [], "ours, warm": [], "mutmut": []}
    outcomes: dict[str, Counter[str]] = {}
    with Worker() as worker, tempfile.TemporaryDirectory() as folder:
        ours(SPEC, worker)  # the first one warms up
        for _ in range(ROUNDS):
            outcomes["ours"], seconds, warm = ours(SPEC, worker)
            speeds["ours"].append(outcomes["ours"].total() / seconds)
            speeds["ours, warm"].append((outcomes["ours"].total() - 1) / warm)
            if known.returncode == 0:
                outcomes["mutmut"], seconds = theirs(Path(folder) / "project")
                speeds["mutmut"].append(outcomes["mutmut"].total() / seconds)
    load = os.getloadavg()[0]
    print(f"{ROUNDS} rounds, {JOBS} processes each, load of the machine at the end {load:.1f}")
    for name, found in outcomes.items():
        print(f"{name:12} {found.total()} mutants: {dict(found)}")
    for name, each in speeds.items():
        if each:
            print(f"{name:12} {statistics.median(each):6.1f} mutants per second")
    each = processor_seconds()
    print(
        f"ours, warm   {each * 1000:6.1f} ms of processor time for a mutant: {JOBS / each:.0f} per "
        f"second on {JOBS} free processors"
    )
    if known.returncode != 0:
        print("mutmut is not installed; 'pip install mutmut' and run again to compare")


if __name__ == "__main__":
    main()
