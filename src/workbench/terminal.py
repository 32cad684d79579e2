"""What the command line shows: progress on standard error, results on standard output."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from workbench import batch, demo
from workbench.batch import Outcome
from workbench.checks import Entry, Step, lesson
from workbench.errors import TargetError, UsageError
from workbench.journal import Event
from workbench.records import Conformance, Export, Gap, Kill, KillTable, Numeric, Report, Verdict
from workbench.spec import Spec, load

_SHOWN = 3  # mistakes that are named for a test
_GAPS = 5  # kinds of bug that are shown of those that a contract is silent about
_FEW = 3
KILLS = 20  # mutants for each spec of the demo: enough to see what they are, in little time
SIGNS = {
    "passed": "✓",
    "proved": "✓",
    "failed": "✗",
    "error": "✗",
    "inconclusive": "?",
    "skipped": "-",
    "exempt": "~",
}


class Lines:
    """Progress, one line per event, on standard error.

    Args:
        quiet: Show nothing.
        prefix: Stands before each line.
    """

    def __init__(self, *, quiet: bool = False, prefix: str = "") -> None:
        self._quiet, self._prefix = quiet, prefix
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def __enter__(self) -> Lines:
        """Begin."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End; nothing is left open."""

    def hear(self, event: Event) -> None:
        """Show one event of a journal."""
        match event["event"]:
            case "started":
                self.say(f"{event['spec']['name']}: {event['implementer']} on {event['device']}")
            case "studied":
                place = event["placement"]
                self.say(f"studied {event['study']['root']}: the code goes to {place['path']}")
            case "drafted":
                cells = event["draft"]["cells"]
                self.say(f"draft {event['hash']}: {len(cells)} cells; checking ...")
            case "verdict":
                self.verdict(Verdict.model_validate(event["verdict"]))
            case "reported":
                report = Report.model_validate(event["report"])
                self.say(f"report: {'green' if report.green else 'NOT green'}")
            case "said" if event["kind"] in {"agent", "text", "tool", "result", "fault", "end"}:
                who = f"{event['who']}: " if "who" in event else ""
                self.say(who + _said(event))
            case "kill":
                self.say(f"{event['outcome']} {event['mutant']}")
            case "accepted":
                self.say("accepted")
            case "exported":
                self.say(f"exported: {exported(Export.model_validate(event['export']))}")
            case "stopped":
                self.say(f"stopped: {event['message']}")

    def verdict(self, verdict: Verdict) -> None:
        """Show one verdict as it comes."""
        name = " ".join(part for part in (verdict.requirement, verdict.check) if part)
        detail = "" if verdict.good else f": {verdict.seen or verdict.reason}"
        self.say(f"{SIGNS[verdict.outcome]} {name} {verdict.outcome}{detail}")

    def kill(self, row: Kill) -> None:
        """Show what became of one mutant."""
        self.say(f"{row.outcome} {row.mutant.id}")

    def say(self, text: str) -> None:
        """Show one line with the seconds since the start."""
        if not self._quiet:
            with self._lock:
                seconds = time.monotonic() - self._start
                print(f"{seconds:6.1f}s  {self._prefix}{text}", file=sys.stderr, flush=True)


def print_report(spec: Spec, report: Report) -> None:
    """Print the requirement table, then what stands against the draft with its fix."""
    table = Table("", "requirement", "verdict", "evidence", box=None, pad_edge=False)
    alike = _alike(report)
    for verdict in report.verdicts:
        if verdict.outcome == "skipped" and verdict.reason in alike:
            continue
        line = spec.requires.get(verdict.requirement)
        title = f"{verdict.requirement} {line.text}" if line else verdict.check
        evidence = verdict.seen or verdict.reason
        table.add_row(SIGNS[verdict.outcome], _cut(title, 60), verdict.outcome, _cut(evidence, 100))
    for reason, many in alike.items():
        table.add_row(SIGNS["skipped"], f"{many} others", "skipped", _cut(reason, 100))
    _console().print(table)
    _print_numerics(report.numerics)
    for verdict in report.verdicts:
        if not verdict.good and not (verdict.outcome == "skipped" and verdict.reason in alike):
            _print_against(verdict)
    for test in report.tests:
        if test.outcome in {"failed", "error"}:
            print(f"\n✗ test {test.id} {test.outcome}: {test.message}")
    count = f"{len(report.verdicts)} verdicts, {len(report.tests)} tests"
    if report.kills is not None:
        count += f", {_killed(report.kills)} of the mistakes made on purpose"
    print(f"\n{'green' if report.green else 'NOT green'}: {count}, {report.seconds:.1f} s")
    if report.gaps:
        print(f"\nThis contract is silent about {len(report.gaps)} kinds of bug, for example:")
        for gap in report.gaps[:_GAPS]:
            print(f"    {gap.requirement}\n        {_cut(gap.catches, 160)}")
        print("All of them with the line that would catch each: --json, under report.gaps")


def _alike(report: Report) -> dict[str, int]:
    """Count the skipped verdicts of each reason that many have, to be told in one line."""
    reasons = Counter(v.reason for v in report.verdicts if v.outcome == "skipped")
    return {reason: count for reason, count in reasons.items() if count > _FEW}


def _print_numerics(dossier: Sequence[Numeric]) -> None:
    """Print the numerics dossier: inputs against floating point types."""
    if not dossier:
        return
    types = list(dict.fromkeys(entry.type for entry in dossier))
    table = Table("error against float64 on", *types, box=None, pad_edge=False)
    for row in dict.fromkeys(entry.input for entry in dossier):
        found = {entry.type: entry for entry in dossier if entry.input == row}
        table.add_row(f"{row} inputs", *(_numeric(found[kind]) for kind in types if kind in found))
    print()
    _console().print(table)


def _numeric(entry: Numeric) -> str:
    if entry.raised:
        return "raises"
    parts = [f"{entry.broken} not finite"] if entry.broken else []
    parts += [] if entry.error is None else [f"{entry.error:.1e}"]
    parts += ["gradient not finite"] if entry.gradients else []
    return ", ".join(parts) or "-"


def print_kills(table: KillTable, budget: float | None = None) -> None:
    """Print what the tests did not notice, what each would notice, and how few would do.

    Args:
        table: The table.
        budget: Seconds that a smaller set of tests may take.
    """
    for row in table.survivors:
        print(f"\nsurvived {row.mutant.id}: {row.mutant.what}\n{row.mutant.diff}")
        print(f"    test      {row.suggestion or row.mutant.fix}")
        print(_part("    note      ", row.reason))
    print()
    for test in table.tests:
        would = table.would_fail_if(test.id)
        if would:
            more = f" (and {len(would) - _SHOWN} more)" if len(would) > _SHOWN else ""
            print(f"{test.id} would fail if: {' '.join(would[:_SHOWN])}{more}")
    for name in table.idle or ():
        print(f"kills nothing: {name}")
    _print_economy(table, budget)
    print(f"\n{_killed(table)}, {table.seconds:.1f} s")


def print_conformance(found: Conformance) -> None:
    """Print the score and every deviation with the house's way."""
    for one in found.deviations:
        place = f"{one.path}:{one.line}" if one.line else one.path
        shown = next((f"{e.path}:{e.line}" for e in one.evidence if e.line), "")
        mend = " (--fix repairs it)" if one.repairable else ""
        print(f"{place}: {one.rule}: {one.seen}; the house's way: {one.expected}{mend}  {shown}")
    print(f"conformance {found.score:.3f}, {sum(found.looked.values())} places looked at")


def _print_economy(table: KillTable, budget: float | None) -> None:
    chosen = table.smallest(budget)
    if chosen is None:
        return  # not every mutant met every test
    for name in table.redundant or ():
        print(f"redundant: {name}")
    seconds = sum(test.seconds for test in table.tests if test.id in chosen)
    kept = {kill.mutant.id for kill in table.kills if {*kill.by} & {*chosen}}
    all_of_them = len(table.with_outcome("killed"))
    print(
        f"\n{len(chosen)} of {len(table.tests)} tests, {seconds:.1f} s, notice {len(kept)} of the "
        f"{all_of_them} that all notice: {', '.join(chosen)}"
    )


def exported(made: Export, *, short: bool = False) -> str:
    """Say where an export went: the branch, the patch file or the working tree."""
    if made.patch:
        return made.patch
    if not made.branch:
        return "the working tree" + ("" if short else f" of {made.repo}")
    return made.branch + ("" if short else f" at {made.commit[:12]} in {made.repo}")


def print_outcome(outcome: Outcome) -> None:
    """Print how one spec ended and where everything is."""
    if outcome.report is not None and outcome.spec:
        print_report(load(outcome.spec), outcome.report)
    if outcome.error:
        print(f"workbench: {outcome.error}", file=sys.stderr)
    if outcome.export is not None:
        print(f"export    {exported(outcome.export)}")
        print(f"files     {', '.join(outcome.export.paths)}")
    if outcome.notebook:
        print(f"notebook  {outcome.notebook}")
    print(f"session   {outcome.session}")


def print_table(outcomes: Sequence[Outcome]) -> None:
    """Print one row per spec, then every error in full."""
    table = Table(
        "spec", "files", "requirements", "checks", "tests", "mutants", "seconds", "export"
    )
    for outcome in outcomes:
        table.add_row(*_row(outcome))
    _console().print(table)
    for outcome in outcomes:
        if outcome.error:
            print(f"{Path(outcome.spec).stem}: {outcome.error}", file=sys.stderr)


def run_table(
    specs: Sequence[str],
    repository: str,
    *,
    folder: Path,
    jobs: int,
    arguments: Sequence[str],
    quiet: bool,
) -> list[Outcome]:
    """Run many specs with progress on standard error.

    Returns:
        The outcomes in the order of the specs.
    """
    progress = Lines(quiet=quiet)
    done: dict[str, Outcome] = {}
    running = batch.run(
        specs,
        repository,
        folder=folder,
        jobs=jobs,
        arguments=arguments,
        started=lambda spec: progress.say(f"{Path(spec).stem}: started"),
    )
    for outcome in running:
        done[outcome.spec] = outcome
        state = "green" if outcome.exit_code == 0 else outcome.error or "NOT green"
        progress.say(f"{Path(outcome.spec).stem}: {state} ({outcome.seconds:.0f} s)")
    return [done[spec] for spec in dict.fromkeys(specs)]


def run_demo(
    repository: Path | None, spec: Path | None, folder: Path, *, jobs: int, quiet: bool
) -> list[Outcome]:
    """Do the main job on all specs, or one, in a fresh target or in the person's own.

    Args:
        repository: The person's own repository; by default our target is laid.
        spec: One spec; by default all in ``specs/``.
        folder: Where target, sessions and notebooks go.
        jobs: How many run at the same time.
        quiet: Print nothing.

    Returns:
        The outcomes.
    """
    specs = [spec] if spec else sorted(_specs_folder().glob("*.yaml"))
    for path in specs:
        load(path)
    # What it writes is ours, from the blueprints, so it runs on any machine.
    arguments = ["--export", "--kills", str(KILLS), "--allow-unsandboxed"]
    arguments += ["--option", "pinned=true"]
    where = folder / datetime.now().strftime("%Y%m%d-%H%M%S")
    where.mkdir(parents=True, exist_ok=False)
    target = repository.resolve() if repository else demo.lay(where / "pocket")
    if not target.is_dir():
        raise TargetError(f"the target {repository} is no folder; name a repository's root")
    if not quiet:
        print(f"{len(specs)} specs into {target}, {jobs} at a time", file=sys.stderr)
    outcomes = run_table(
        [str(path.resolve()) for path in specs],
        str(target),
        folder=where / "sessions",
        jobs=jobs,
        arguments=arguments,
        quiet=quiet,
    )
    if not quiet:
        print_table(outcomes)
        print(f"\nThe branches are in {target}; each spec's notebook is below {where}/sessions.")
        print("Open the workbench next: make lab")
    return outcomes


def _specs_folder() -> Path:
    here = Path(__file__).resolve()
    for folder in (here.parent / "specs", here.parents[2] / "specs"):
        if folder.is_dir():
            return folder
    raise UsageError("there are no specs of ours here; name one with --spec")


def _row(outcome: Outcome) -> list[str]:
    report = outcome.report
    name = Path(outcome.spec).stem
    if report is None:
        return [name, "-", "-", "-", "-", "-", f"{outcome.seconds:.0f}", _cut(outcome.error, 60)]
    lines = [v for v in report.verdicts if v.requirement]
    met = len(
        {v.requirement for v in lines if v.good} - {v.requirement for v in lines if not v.good}
    )
    skipped = sum(test.outcome == "skipped" for test in report.tests)
    passed = sum(test.outcome == "passed" for test in report.tests)
    tests = f"{passed}/{len(report.tests) - skipped}" + (f", {skipped} skipped" * bool(skipped))
    return [
        name,
        ", ".join(outcome.export.paths) if outcome.export else "-",
        f"{met}/{len({v.requirement for v in lines})}",
        f"{sum(v.good for v in report.verdicts)}/{len(report.verdicts)}",
        tests,
        _killed(report.kills),
        f"{outcome.seconds:.0f}",
        exported(outcome.export, short=True)
        if outcome.export
        else _cut(outcome.error or "not green", 60),
    ]


def print_contract(spec: Spec, steps: Sequence[Step], gaps: Sequence[Gap]) -> None:
    """Print which check decides each line of a spec, what runs besides, and what nothing does."""
    table = Table("", "line", "check", "what holds", box=None, pad_edge=False)
    by_line = {step.requirement.id: step for step in steps if step.requirement}
    for identifier, line in spec.requires.items():
        step = by_line.get(identifier)
        name = step.name if step else "only at a later tier"
        holds = lesson(step.name).holds if step else ""
        table.add_row(identifier, _cut(line.text, 70), name, _cut(holds, 90))
    _console().print(table)
    implied = [step.requirement.text for step in steps if step.implied and step.requirement]
    for text in implied:
        print(f"by the name of an option or output: {text}")
    own = [step.name for step in steps if not step.requirement]
    print(f"\nwithout a line: {', '.join(own)}")
    for step in steps:
        if step.exemption:
            print(f"exempt: {step.name}, since {step.exemption}")
    if gaps:
        print(f"\nnothing speaks of {len(gaps)} kinds of bug; lines that would:")
        for gap in gaps:
            print(f"    {gap.requirement:45} {_cut(gap.catches, 110)}")


def print_vocabulary(entries: Sequence[Entry]) -> None:
    """Print the phrases that specs can use, and the checks that need none."""
    table = Table(
        "check", "phrase", "on the right", "kinds", "what holds", box=None, pad_edge=False
    )
    for entry in entries:
        right = " | ".join(entry.forms)
        holds = _cut(entry.holds, 90)
        kinds = ", ".join(entry.kinds)
        table.add_row(entry.check, entry.phrase or "-", _cut(right, 60), _cut(kinds, 30), holds)
    _console().print(table)


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print verdicts that were reached alone, each with its whole evidence."""
    for verdict in verdicts:
        _print_against(verdict)
    print("\nThese are single verdicts and no report: the other checks did not run.")


def _print_against(verdict: Verdict) -> None:
    name = verdict.requirement or verdict.check
    print(f"\n{SIGNS[verdict.outcome]} {name} {verdict.outcome}" + _part(" at ", verdict.where))
    rows = (
        ("seen", verdict.seen),
        ("expected", verdict.expected),
        ("reason", verdict.reason),
        ("with", ", ".join(f"{key}={value}" for key, value in verdict.conditions.items())),
        ("concern", verdict.concern),
        ("fix", verdict.fix),
        ("again", f"workbench check ... --only {name}" if verdict.outcome == "failed" else ""),
    )
    for title, text in rows:
        if text:
            print(f"    {title:9} {text}")


def _part(before: str, text: str) -> str:
    return before + text if text else ""


def _killed(table: KillTable | None) -> str:
    """Say how many mutants were killed, without those that behave like the original."""
    if table is None or table.rate is None:
        return "-"
    killed, survived = len(table.with_outcome("killed")), len(table.survivors)
    alike = len(table.with_outcome("equivalent"))
    return f"{killed}/{killed + survived} killed" + (f" ({alike} equivalent)" if alike else "")


def _said(event: Event) -> str:
    """Give one line of what an agent does."""
    match event["kind"]:
        case "agent":
            tools = ", ".join(event["tools"])
            return f"agent {event['name']}: {event['model']} ({event['resolved']}), tools {tools}"
        case "tool":
            return f"-> {event['name']} {_cut(str(event['input']), 80)}"
        case "result":
            refused = " REFUSED" if event["failed"] else ""
            return f"<- {event['name']}{refused}: {_cut(event['text'], 80)}"
        case "fault" | "end":
            return str(event["sentence"])
    return _cut(event["text"], 120)


def _cut(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 3] + "..."


def _console() -> Console:
    # A pipe has no width of its own, and a wrapped table cannot be read there.
    return Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False)
