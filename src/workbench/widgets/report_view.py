"""A report as it is read by people: the requirement table first, then everything behind it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from workbench import registry
from workbench.cells import located
from workbench.errors import UsageError
from workbench.records import Draft, KillTable, Report, TestResult, Verdict
from workbench.spec import Spec
from workbench.widgets import kill_view
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge, fold, head, outcome, sub, table
from workbench.widgets._view import View
from workbench.widgets.gradient_flow import gradient_flow
from workbench.widgets.influence_map import influence_map
from workbench.widgets.layer_statistics import layer_statistics
from workbench.widgets.numerics_map import numerics_map
from workbench.widgets.shape_flow import cost, shape_flow


def report_view(report: Report, spec: Spec | None = None, draft: Draft | None = None) -> View:
    """Show a report.

    Args:
        report: The report.
        spec: The spec that was checked against, for the words of its requirements.
        draft: The draft whose cells stand in the notebook, to jump to what a verdict is about.

    Returns:
        The view.
    """
    state = badge("green", "✓", "good") if report.green else badge("not green", "✗", "bad")
    facts = f"{report.device} · tier {report.tier} · {report.seconds:.1f} s"
    hashes = f"spec {report.spec_hash} · draft {report.draft_hash}"
    stale = spec is not None and spec.hash != report.spec_hash
    body = join(
        [
            head("Report", state, sub(summary(report)), sub(facts)),
            badge("stale: the spec has changed since", "!", "warn") if stale else "",
            _against(report.verdicts, draft),
            _concerns(report.verdicts),
            verdict_tables(report.verdicts, spec, draft),
            tests_piece(report.tests),
            _kills(report.kills),
            _fold_view("Shape flow and cost", _flow(report), bool(report.flow)),
            _fold_view("Gradient flow", gradient_flow(report.gradients), bool(report.gradients)),
            _fold_view("Numerics", numerics_map(report.numerics), False),
            _fold_view(
                "Activations and initialisation", layer_statistics(report.statistics), False
            ),
            _fold_view("Causality and padding", influence_map(report.influences), False),
            _facts(
                "What this contract leaves open, and the requirement that would notice it",
                {gap.requirement: gap.catches for gap in report.gaps},
            ),
            _facts("What the sandbox could promise", report.guarantees),
            _facts("Environment", {**report.environment, "evidence": hashes}),
        ]
    )
    return View(body, _text(report, spec))


def verdict_tables(
    verdicts: Sequence[Verdict],
    spec: Spec | None = None,
    draft: Draft | None = None,
    *,
    live: bool = False,
) -> Html:
    """Show verdicts, also while more are to come: by requirement, then the other checks.

    Args:
        verdicts: The verdicts in the order in which they were reached.
        spec: The spec, for its requirements; one without a verdict is shown as open.
        draft: The draft whose cells stand in the notebook.
        live: Show only the first line of the evidence, for a table that changes all the time.

    Returns:
        The markup.
    """

    said: set[str] = set()

    def evidence(verdict: Verdict) -> str:
        again = verdict.outcome == "skipped" and verdict.reason in said
        said.add(verdict.reason)
        if again:
            return sub("for the same reason")
        return _first(verdict) if live else _evidence(verdict, draft)

    required = [verdict for verdict in verdicts if verdict.requirement]
    others = [verdict for verdict in verdicts if not verdict.requirement]
    lines = {name: line.text for name, line in spec.requires.items()} if spec else {}
    names = dict.fromkeys([*lines, *(verdict.requirement for verdict in required)])
    rows: list[Sequence[object]] = []
    for name in names:
        found = [verdict for verdict in required if verdict.requirement == name]
        title = join([tag("b", name), tag("code", lines[name]) if name in lines else ""], " ")
        rows += [(*_first_cells(v), title, evidence(v), _seconds(v.seconds)) for v in found]
        if not found:
            rows.append((badge("open", "…"), "", title, sub("no evidence yet"), ""))
    titles = ["verdict_", "tier_", "requirement", "evidence+", "s#"]
    parts = [tag("h4", "Requirements"), table(titles, rows, "Requirements")] if rows else []
    if others:
        rows = [(*_first_cells(v), v.check, evidence(v), _seconds(v.seconds)) for v in others]
        titles = ["verdict_", "tier_", "check_", "evidence", "s#"]
        parts += [tag("h4", "Checks"), table(titles, rows, "Checks")]
    return join(parts)


def tests_piece(tests: Sequence[TestResult]) -> Html:
    """Show how the draft's own tests ended, those that did not pass first."""
    if not tests:
        return Html()
    bad = [test for test in tests if test.outcome in {"failed", "error"}]
    ordered = [*bad, *(test for test in tests if test not in bad)]
    rows = [
        (outcome(test.outcome), _test(test.id), test.message, _seconds(test.seconds))
        for test in ordered
    ]
    title = join(["The draft's own tests ", sub(_counts(test.outcome for test in tests))])
    titles = ["outcome_", "test", "message", "s#"]
    return fold(title, table(titles, rows, "Tests"), open_=bool(bad))


def _test(identity: str) -> Html:
    """Show a test by its name; its file, which most of them share, stands in the hint."""
    return tag("code", identity.partition("::")[2] or identity, title=identity)


def _kills(kills: KillTable | None) -> Html:
    if kills is None:
        return Html()
    title = join(["What the tests notice ", sub(kill_view.summary(kills))])
    return fold(title, kill_view.kill_piece(kills), open_=bool(kills.survivors))


def lesson(check: str) -> str:
    """Return what a check teaches: what holds, why, and how to fix it; ``""`` where unknown."""
    return ast.get_docstring(_parsed(check)) or ""


def tier_of(check: str) -> str:
    """Return the tier from which on a check runs; ``""`` where it is unknown."""
    for node in _parsed(check).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="TIER")], value=ast.Constant(value=tier)):
                return str(tier)
    return ""


@cache
def _parsed(check: str) -> ast.Module:
    """Read a check without importing it; an unknown one says nothing."""
    try:
        return ast.parse(registry.source("checks", check))
    except UsageError:
        return ast.Module([], [])


def _first_cells(verdict: Verdict) -> tuple[Html, Html]:
    return outcome(verdict.outcome), sub(tier_of(verdict.check))


def counted(verdicts: Sequence[Verdict]) -> str:
    """Count verdicts by outcome, in words."""
    return _counts(verdict.outcome for verdict in verdicts) or "no verdict"


def summary(report: Report) -> str:
    """Count verdicts and tests by outcome, in words."""
    tests = _counts(test.outcome for test in report.tests)
    killed = f" · {kill_view.summary(report.kills)}" if report.kills else ""
    return counted(report.verdicts) + (f" · tests: {tests}" if tests else "") + killed


def _counts(words: Iterable[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in Counter(words).items())


def _evidence(verdict: Verdict, draft: Draft | None = None) -> Html:
    """Show what was seen, and on click the lesson and how to see it again."""
    rows = [
        ("seen", verdict.seen),
        ("expected", verdict.expected),
        ("reason", verdict.reason),
        ("concern", verdict.concern),
        ("where", _place(verdict.where, draft)),
        ("fix", verdict.fix),
        ("with", ", ".join(f"{key}={value}" for key, value in verdict.conditions.items())),
        ("check", verdict.check),
    ]
    shown = [(tag("b", title), text) for title, text in rows if text]
    taught = lesson(verdict.check)
    return fold(
        _first(verdict),
        table(["_", ""], shown, "Evidence"),
        tag("pre", taught, class_="wb-wrap") if taught else "",
        open_=verdict.outcome == "failed",
        box=False,
    )


def _place(where: str, draft: Draft | None) -> str:
    """Show a place in a draft; where its cells stand in a notebook, a click jumps to the line."""
    found = located(draft, where) if draft and where else None
    if found is None:
        return where
    identity, line = found
    jump = tag(
        "button",
        f"show line {line} of cell {identity}",
        type="button",
        class_="wb-jump",
        data_wb_cell=identity,
        data_wb_line=line,  # the magic stands in line 0
    )
    return join([tag("code", where), jump], " ")


def _first(verdict: Verdict) -> str:
    return verdict.seen or verdict.reason or verdict.expected or verdict.check


def _fold_view(title: str, view: View, open_: bool) -> Html:
    return fold(title, view.body, open_=open_)


def _against(verdicts: Sequence[Verdict], draft: Draft | None) -> Html:
    """Show first what stands against the draft, where anything failed."""
    cards = [
        tag(
            "div",
            join([outcome(verdict.outcome), tag("b", _name(verdict)), verdict.seen], " "),
            *(
                tag("p", join([f"{title}: ", text]), class_="wb-dim")
                for title, text in (
                    ("Expected", verdict.expected),
                    ("Where", _place(verdict.where, draft)),
                    ("Try", verdict.fix),
                )
                if text
            ),
            class_="wb-card wb-bad",
        )
        for verdict in verdicts
        if verdict.outcome == "failed"
    ]
    return tag("div", *cards) if cards else Html()


def _concerns(verdicts: Sequence[Verdict]) -> Html:
    """Show what is odd though nothing asked for is broken by it."""
    cards = [
        tag("p", join([badge("concern", "!", "warn"), tag("b", _name(v)), v.concern], " "))
        for v in verdicts
        if v.good and v.concern
    ]
    return tag("div", *cards) if cards else Html()


def _name(verdict: Verdict) -> str:
    return f"{verdict.requirement} {verdict.check}".strip()


def _flow(report: Report) -> View:
    shown = shape_flow(report.flow)
    return View(join([cost(report.flow), shown.body]), shown.text) if report.flow else shown


def _facts(title: str, facts: Mapping[str, str]) -> Html:
    rows = [(tag("b", name), text) for name, text in facts.items()]
    return fold(title, table(["_", ""], rows, title)) if rows else Html()


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds else ""


def _text(report: Report, spec: Spec | None) -> str:
    state = "green" if report.green else "not green"
    lines = [f"report: {state}, {summary(report)}, {report.seconds:.1f} s"]
    for verdict in report.verdicts:
        line = spec.requires.get(verdict.requirement) if spec else None
        name = f"{verdict.requirement} {line.text if line else verdict.check}".strip()
        seen = verdict.seen or verdict.reason
        lines.append(f"  {verdict.outcome:12} {name}" + (f": {seen}" if seen else ""))
        lines += [f"  {'concern':12} {verdict.concern}"] if verdict.concern else []
    missing = [name for name in spec.requires if not report.of(name)] if spec else []
    lines += [f"  {'open':12} {name} without evidence" for name in missing]
    lines += [
        f"  test {test.outcome}: {test.id} {test.message}".rstrip()
        for test in report.tests
        if test.outcome in {"failed", "error"}
    ]
    return "\n".join(lines)
