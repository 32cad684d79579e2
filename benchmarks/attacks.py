"""Mounts every attack of the gallery: how many forge, how many escape, how long they take.

An attack forges when its report is green or when what its header names stays untold. It escapes
when a guarantee that the self-test attacks does not hold.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from workbench.sandbox import Worker

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "sandbox"))
from attacks_gallery import attacks


def main() -> None:
    """Print the figures; exit code 1 where any attack succeeded."""
    gallery = attacks()
    forged, seconds = [], []
    with Worker() as worker:
        for attack in gallery:
            report = attack.mount(worker)
            seconds.append(report.seconds)
            failed = [v for v in report.verdicts if v.outcome == "failed"]
            told = " ".join(f"{v.check} {v.seen} {v.reason} {v.expected}" for v in failed)
            if report.green or attack.says not in told:
                forged.append(attack.name)
        probes = [
            (f"{guarantee}: {name}", outcome)
            for guarantee, tried in worker.self_test.items()
            for name, outcome in tried.items()
        ]
    through = [name for name, outcome in probes if not outcome.startswith("stopped")]
    print(f"{len(forged)} of {len(gallery)} attacks forge a verdict {forged or ''}")
    print(f"{len(through)} of {len(probes)} attempts to escape get through {through or ''}")
    longest = max(seconds)
    print(f"until the verdict: median {statistics.median(seconds):.2f} s, longest {longest:.2f} s")
    sys.exit(1 if forged or through else 0)


if __name__ == "__main__":
    main()
