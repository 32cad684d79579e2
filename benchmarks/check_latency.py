"""From an edit to its verdicts: a warm worker beside a fresh one, on the same draft and checks.

Both run in turn in one process of the judge, so that a slow moment of the machine hits both.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from workbench import demo, registry, repo
from workbench.records import Draft, Tier
from workbench.sandbox import Worker
from workbench.sandbox.judge import judge
from workbench.spec import Spec, load

SPEC = Path(__file__).parents[1] / "specs" / "rotary_attention.yaml"
ROUNDS = 5


def drafted(spec: Spec, folder: Path) -> tuple[Draft, Path, str]:
    root = demo.lay(folder / "pocket")
    study = repo.study(root)
    placement = repo.place(study, spec)
    target = repo.Target(study, placement)
    steps = registry.load("implementers", "blueprint").implement(spec, study, target)
    return next(steps), root, placement.import_root


def seconds(
    spec: Spec, draft: Draft, worker: Worker, root: Path, import_root: str, tier: Tier
) -> tuple[float, float]:
    """Return seconds until the first verdict and until the last."""
    seen: list[float] = []
    start = time.perf_counter()
    report = judge(
        spec,
        draft,
        worker,
        root=root,
        import_root=import_root,
        tier=tier,
        seen=lambda verdict: seen.append(time.perf_counter() - start),
    )
    if not report.green:
        sys.exit("the draft is not green, so its time says nothing")
    return seen[0], time.perf_counter() - start


def main() -> None:
    spec = load(SPEC)
    with tempfile.TemporaryDirectory() as folder, Worker() as warm:
        draft, root, import_root = drafted(spec, Path(folder))
        seconds(spec, draft, warm, root, import_root, "full")
        print("tier    first verdict   all verdicts   fresh worker   ratio")
        for tier in ("live", "full"):
            firsts, lasts, fresh = [], [], []
            for _ in range(ROUNDS):
                first, last = seconds(spec, draft, warm, root, import_root, tier)
                firsts.append(first)
                lasts.append(last)
                start = time.perf_counter()
                with Worker() as cold:
                    seconds(spec, draft, cold, root, import_root, tier)
                fresh.append(time.perf_counter() - start)
            first, last, cold_last = map(statistics.median, (firsts, lasts, fresh))
            ratio = cold_last / last
            print(f"{tier:6} {first:12.3f} s {last:12.3f} s {cold_last:12.3f} s {ratio:7.1f}")


if __name__ == "__main__":
    main()
