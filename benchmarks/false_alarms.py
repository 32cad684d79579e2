"""Good code that nobody wrote for us: how often is it called bad?

Judged with the full battery and a contract of inputs and outputs alone: every entry of torch's
own list of modules (`ModuleInfo`) with its kinds of arguments, every blueprint, and small random
configurations of the architectures in the `transformers` package (``pip install .[bench]``).

    python benchmarks/false_alarms.py nn [--kinds 4] [--only Linear,Conv]
    python benchmarks/false_alarms.py transformers [--only bert]
    python benchmarks/false_alarms.py report

Each result is a line of JSON in ``benchmarks/results/``; a run goes on where the last one ended.
A red verdict on a name of ``good_code/explained.yaml`` is explained there, as meant by its
authors or as a defect; any other is an alarm.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from workbench.errors import CandidateError, WorkbenchError
from workbench.records import Cell, Draft, Report
from workbench.sandbox import Worker
from workbench.sandbox.judge import judge
from workbench.spec import Spec

HERE = Path(__file__).parent
EXPLAINED = HERE / "good_code" / "explained.yaml"
RESULTS = HERE / "results"
PATIENCE = 60.0


@dataclass(frozen=True)
class Subject:
    """One piece of good code.

    Args:
        name: Where it comes from.
        family: What counts as one: the class, or the architecture.
        source: The draft that wraps it.
        spec: Its inputs and outputs.
    """

    name: str
    family: str
    source: str
    spec: dict[str, Any]


def explained(group: str = "") -> dict[str, dict[str, str]]:
    """Read the exemptions, of both groups or of one: by family, each check with its reason."""
    groups = YAML(typ="safe").load(EXPLAINED.read_text())
    return groups[group] if group else {**groups["meant"], **groups["defects"]}


def judged(subject: Subject, worker: Worker, allows: dict[str, str]) -> Report:
    cell = Cell(id="module", role="module", path="wrapped.py", source=subject.source)
    draft = Draft(implementer="benchmark", module="wrapped", cells=(cell,))
    spec = Spec.model_validate({**subject.spec, "allows": allows})
    return judge(spec, draft, worker, tier="full", patience=PATIENCE)


def run(kind: str, subjects: Iterator[Subject], until: float) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{kind}.jsonl"
    known = {entry["name"] for entry in _read(path)}
    reasons = explained()
    with (
        Worker("benchmarks.good_code.preloaded", roots=[HERE.parent]) as worker,
        path.open("a") as kept,
    ):
        for subject in subjects:
            if subject.name in known:
                continue
            if time.monotonic() > until:
                print("out of time; run it again to go on")
                return
            started = time.monotonic()
            try:
                allows = {**reasons.get(subject.family, {}), **reasons.get(subject.name, {})}
                report = judged(subject, worker, allows)
            except (WorkbenchError, CandidateError) as error:
                entry = {"broken": f"{type(error).__name__}: {error}", "verdicts": []}
            else:
                entry = {
                    "verdicts": [_kept(v) for v in report.verdicts if v.outcome in BAD or v.concern]
                }
            entry |= {"name": subject.name, "family": subject.family}
            entry["seconds"] = round(time.monotonic() - started, 2)
            kept.write(json.dumps(entry) + "\n")
            kept.flush()
            print(_line(entry), flush=True)


def _kept(verdict: Any) -> dict[str, str]:
    fields = ("check", "outcome", "seen", "expected", "reason", "where", "concern")
    return {name: str(getattr(verdict, name))[:400] for name in fields}


def _line(entry: dict[str, Any]) -> str:
    bad = [f"{v['check']} {v['outcome']}" for v in entry["verdicts"] if v["outcome"] in BAD]
    words = ", ".join(bad) or entry.get("broken", "clean")
    return f"{entry['seconds']:6.1f} s  {entry['name']}: {words}"


BAD = ("failed", "inconclusive", "exempt", "skipped")


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def report(kind: str) -> None:
    entries = _read(RESULTS / f"{kind}.jsonl")
    families: dict[str, set[str]] = {}
    for entry in entries:
        outcomes = {v["outcome"] for v in entry["verdicts"] if v["outcome"] in BAD}
        outcomes |= {"broken"} if "broken" in entry else set()
        families.setdefault(entry["family"], set()).update(outcomes)
    print(f"{kind}: {len(entries)} runs of {len(families)} modules")
    for outcome in ("failed", "exempt", "inconclusive", "broken"):
        runs = sum(
            any(v["outcome"] == outcome for v in entry["verdicts"]) or outcome in entry
            for entry in entries
        )
        names = [name for name, outcomes in families.items() if outcome in outcomes]
        print(f"    {outcome:13} {runs:5} runs, {len(names):4} modules {', '.join(names[:24])}")
        for group in ("meant", "defects") if outcome == "exempt" else ():
            count = sum(name in explained(group) for name in names)
            print(f"        {group:9} {count:4} modules, {count / len(families):.1%}")
    print(f"    explained, and not seen: {', '.join(_unseen(entries)) or 'none'}")
    remarks = {e["family"] for e in entries if any(v.get("concern") for v in e["verdicts"])}
    print(f"    with a concern           {len(remarks):4} modules")
    clean = sum(not outcomes for outcomes in families.values())
    print(f"    clean                    {clean:4} modules")


def _unseen(entries: list[dict[str, Any]]) -> list[str]:
    """Name the exemptions that no run has needed."""
    needed = {
        (name, verdict["check"])
        for entry in entries
        for verdict in entry["verdicts"]
        if verdict["outcome"] == "exempt"
        for name in (entry["name"], entry["family"])
    }
    looked_at = {name for entry in entries for name in (entry["name"], entry["family"])}
    return [
        f"{name}: {check}"
        for name, reasons in explained().items()
        for check in reasons
        if name in looked_at and (name, check) not in needed
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="How often is good code called bad?")
    kinds = ["nn", "transformers"]
    parser.add_argument("kind", nargs="?", choices=[*kinds, "report"], help="both, if not given")
    parser.add_argument("--only", default="", help="names, or parts of them: a,b")
    parser.add_argument("--kinds", type=int, default=3, help="kinds of arguments per module of nn")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after this long")
    asked = parser.parse_args()

    def wanted(name: str) -> bool:
        return any(part in name for part in asked.only.split(","))

    until = time.monotonic() + asked.seconds
    if asked.kind in (None, "nn"):
        from good_code import torch_nn

        run("nn", torch_nn.subjects(Subject, wanted, asked.kinds), until)
    if asked.kind in (None, "transformers"):
        if importlib.util.find_spec("transformers") is None:
            print("no transformers here: pip install '.[bench]'")
        else:
            from good_code import architectures

            run("transformers", architectures.subjects(Subject, wanted), until)
    for path in sorted(RESULTS.glob("*.jsonl")):
        report(path.stem)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    main()
