"""What the checks find: seeded bugs with and without their contract, and silent random mutants.

    python benchmarks/detection.py [blind] [gallery] [mutants] [--family NAME] [--folder DIR]

A bug is caught where a verdict fails; inconclusive is not enough. Without a contract means that
the spec's requirements are taken away, and only options, sizes, inputs and outputs are left; what
the good module fails then (an exempted law, an order that was asked for) catches nothing. A mutant
is silent where the module still runs; those that behave like the original wherever that can be
looked at are set apart. Whatever is missed is listed by name.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parents[1]
sys.path.insert(0, str(HOUSE / "tests" / "checks"))

from gallery import contract, entries, one_file  # noqa: E402
from seeded import Family, families  # noqa: E402

from workbench.mutants import Grown, grow  # noqa: E402
from workbench.sandbox import Worker  # noqa: E402
from workbench.sandbox._drafts import sources  # noqa: E402
from workbench.sandbox._likeness import Likeness  # noqa: E402
from workbench.sandbox._mutated import Bench  # noqa: E402
from workbench.sandbox.judge import judge  # noqa: E402
from workbench.spec import Spec  # noqa: E402

BLIND = HOUSE / "tests" / "checks" / "drafts" / "blind"
PATIENCE = 20.0


@dataclass(frozen=True)
class Trial:
    """One module with a bug, and the contract that it breaks.

    Args:
        family: The family of code, or the spec of a single draft.
        name: The bug.
        source: The module.
        spec: Its contract.
    """

    family: str
    name: str
    source: str
    spec: Spec


def blind(only: str, folder: Path) -> Iterator[Trial]:
    """Bugs that were written without running a check, by family of code."""
    for family in families(folder):
        if only in ("", family.name):
            yield Trial(family.name, "(none)", family.good, family.contract)
            for name, source in family.bugs.items():
                yield Trial(family.name, name, source, family.contract)


def gallery(only: str, _: Path) -> Iterator[Trial]:
    """The gallery of bad drafts, each written beside the check that it trips."""
    for draft in entries():
        if draft.trips and only in ("", draft.spec):
            yield Trial(draft.spec, draft.name, draft.source, contract(draft.spec))


def failing(trial: Trial, spec: Spec, worker: Worker, tier: str) -> tuple[list[str], bool]:
    """Name the checks that fail, and say whether the report is green all the same."""
    report = judge(spec, one_file(trial.source), worker, tier=tier, patience=PATIENCE)
    failed = [verdict.check for verdict in report.verdicts if verdict.outcome == "failed"]
    return failed, report.green


def seeded_bugs(trials: Iterable[Trial], worker: Worker, tier: str) -> None:
    """Print for each family how many bugs are caught, and name those that are not."""
    asked, found, held, bare = (Counter[str]() for _ in range(4))
    missed: list[str] = []
    blank: list[str] = []
    alarms: list[str] = []
    known: dict[str, set[str]] = {}  # what even the good module fails: no bug is caught by that
    excused: dict[str, set[str]] = {}  # what even the good module fails without its contract

    def both(trial: Trial) -> tuple[Trial, list[str], bool, list[str]]:
        without = trial.spec.model_copy(update={"requires": {}, "allows": {}})
        with_it, green = failing(trial, trial.spec, worker, tier)
        return trial, with_it, green, failing(trial, without, worker, tier)[0]

    with ThreadPoolExecutor(2) as pool:
        for trial, with_it, green, without in pool.map(both, trials):
            if trial.name == "(none)":
                alarms += [f"{trial.family}: {check}" for check in with_it]
                known[trial.family] = set(with_it)
                excused[trial.family] = set(without)
                continue
            with_it = [check for check in with_it if check not in known.get(trial.family, ())]
            asked[trial.family] += 1
            found[trial.family] += bool(with_it)
            held[trial.family] += not green
            alone = sorted(set(without) - excused.get(trial.family, set()))
            bare[trial.family] += bool(alone)
            name = f"{trial.family}.{trial.name}"
            missed += [] if with_it else [name]
            blank += [] if alone else [name]
            word = ", ".join(with_it) or ("MISSED" if green else "MISSED, but not green")
            line = f"  {name}: {word} | without: {', '.join(alone) or 'MISSED'}"
            print(line, file=sys.stderr, flush=True)
    print(f"{'family':24} bugs  with the contract  not green  without one")
    for name in asked:
        row = f"{found[name]:19} {held[name]:10} {bare[name]:12}"
        print(f"{name:24} {asked[name]:4} {row}")
    total = sum(asked.values())
    shares = [sum(counted.values()) / total for counted in (found, held, bare)]
    print(f"{'all':24} {total:4} {shares[0]:19.1%} {shares[1]:10.1%} {shares[2]:12.1%}")
    print("missed:", ", ".join(missed) or "none")
    print("missed without a contract:", ", ".join(blank) or "none")
    print("alarms on the good modules:", ", ".join(alarms) or "none")


def mutants(only: str, folder: Path, each: int, worker: Worker, tier: str) -> None:
    """Print how many silent random mutants of the good modules are caught."""
    caught, silent, alike, missed = 0, 0, 0, []
    for family in families(folder):
        if only not in ("", family.name):
            continue
        draft, spec = one_file(family.good), family.contract
        grown = grow(draft.files("module"))
        chosen = random.Random(family.name).sample(grown, min(each, len(grown)))
        bench = Bench(worker, sources(draft, None, "."), {})
        with Likeness(spec, draft, bench) as likeness, ThreadPoolExecutor(2) as pool:
            rows = pool.map(lambda one: _fate(one, family, spec, likeness, worker, tier), chosen)  # noqa: B023
            for one, fate in zip(chosen, rows, strict=True):
                silent += fate in ("caught", "missed")
                caught += fate == "caught"
                alike += fate == "equivalent"
                if fate == "missed":
                    missed.append(f"{family.name}:{one.mutant.id}")
                print(f"  {family.name}:{one.mutant.id}: {fate}", file=sys.stderr, flush=True)
    rate = f"{caught / silent:.1%}" if silent else "none"
    print(f"silent mutants caught: {caught} of {silent} ({rate}); equivalent, set apart: {alike}")
    print("missed:", json.dumps(missed, indent=1))


def _fate(
    one: Grown, family: Family, spec: Spec, likeness: Likeness, worker: Worker, tier: str
) -> str:
    trial = Trial(family.name, one.mutant.id, one.source, spec)
    report = judge(spec, one_file(trial.source), worker, tier=tier, patience=PATIENCE)
    failed = [verdict for verdict in report.verdicts if verdict.outcome == "failed"]
    crashes = {v.check for v in failed} & {"builds"} or any(
        verdict.expected == "no exception" for verdict in failed
    )
    if crashes:
        return "loud"
    if failed:
        return "caught"
    return "equivalent" if likeness.of(one)["outcome"] == "equivalent" else "missed"


def main() -> None:
    """Run what was asked for, or all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", default=["blind", "gallery", "mutants"])
    parser.add_argument("--family", default="")
    parser.add_argument("--folder", type=Path, default=BLIND, help="of families of code")
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--tier", default="full")
    asked = parser.parse_args()
    with Worker() as worker:
        for name, trials in (("blind", blind), ("gallery", gallery)):
            if name in asked.what:
                print(f"== {name}")
                seeded_bugs(trials(asked.family, asked.folder), worker, asked.tier)
        if "mutants" in asked.what:
            print("== mutants")
            mutants(asked.family, asked.folder, asked.each, worker, asked.tier)


if __name__ == "__main__":
    main()
