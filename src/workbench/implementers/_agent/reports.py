"""Reports for the agent: small and actionable, and what has not changed is not said again."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterable, Mapping

from workbench.records import Draft, Report, TestResult, Verdict

LONGEST = 500  # characters of one field
SURVIVORS = 8


def named(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """Give each verdict an id: its requirement's, or its check's, numbered where that repeats."""
    ids: dict[str, Verdict] = {}
    for verdict in verdicts:
        name, number = verdict.requirement or verdict.check, 1
        identifier = name
        while identifier in ids:
            number += 1
            identifier = f"{name}.{number}"
        ids[identifier] = verdict
    return ids


def brief(draft: Draft, report: Report, former: Report | None, checks: Iterable[str] = ()) -> str:
    """Say what stands against a draft, and what has changed since the former report.

    Args:
        draft: The draft that was checked.
        report: Its report.
        former: The report that the agent has seen last, of the same tier, or None.
        checks: The names of all checks of the full tier, to say which a live report leaves out.

    Returns:
        The text.
    """
    now, before = named(report.verdicts), named(former.verdicts) if former else {}
    bad = {name: verdict for name, verdict in now.items() if not verdict.good}
    new = {name: verdict for name, verdict in bad.items() if not _same(before.get(name), verdict)}
    good = len(now) - len(bad)
    parts = [
        f"Report on draft {report.draft_hash} ({report.tier} tier): "
        f"{'green' if report.green else 'NOT green'}. {good} of {len(now)} verdicts hold."
    ]
    parts += [_against(name, verdict, draft) for name, verdict in new.items()]
    unchanged = [name for name in bad if name not in new]
    if unchanged:
        parts.append("As before, still not good:")
        parts += [f"  {name} {bad[name].outcome}: {_why(bad[name])}" for name in unchanged]
    if report.limited:
        parts.append(
            "Where a limit of the host is named, the draft has nothing to mend: run_checks looks "
            "again; if it stays so, call finish with 'open' naming it."
        )
    mended = [name for name, verdict in before.items() if not verdict.good and name not in bad]
    if mended:
        parts.append("Now good: " + ", ".join(name for name in mended if name in now))
    parts += _tests(report, former)
    parts += _survivors(report, former)
    left = [name for name in checks if name not in {verdict.check for verdict in report.verdicts}]
    if report.tier == "live" and left:
        parts.append("Left to the full tier: your tests, " + ", ".join(left))
    if not now:
        parts.append("No verdict was reached, and no evidence is not green.")
    return "\n".join(part for part in parts if part)


def full(report: Report, identifier: str, draft: Draft) -> str | None:
    """Show one verdict or test in full, or None where there is none of that id."""
    verdict = named(report.verdicts).get(identifier)
    if verdict is not None:
        values = verdict.model_dump(mode="json")
        text = _against(identifier, verdict, draft, longest=20_000)
        if values["conditions"].keys() <= {"seed"}:
            return f"{text}\n  There is no more to it than the report said."
        return f"{text}\n  conditions: {json.dumps(values['conditions'], sort_keys=True)}"
    for test in report.tests:
        if test.id == identifier:
            said = json.dumps(test.model_dump(mode="json"), ensure_ascii=False)
            return f"{said}\n{_source(draft, test.id)}".rstrip()
    for kill in report.kills.kills if report.kills else ():
        if kill.mutant.id == identifier:
            by = f" by {', '.join(kill.by)}" if kill.by else ""
            told = f"{identifier} {kill.outcome}{by}: {kill.reason}"
            return f"{told}\n{kill.mutant.diff}\n{kill.mutant.what} {kill.mutant.fix}"
    return None


def _source(draft: Draft, identifier: str) -> str:
    """Show the function behind a test's id, as the draft has it."""
    path, _, name = identifier.partition("::")
    name = name.split("::")[-1].split("[")[0]
    for file, source in draft.files("test").items():
        if path.endswith(file) or file.endswith(path):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    return ast.get_source_segment(source, node) or ""
    return ""


def near(report: Report, identifier: str) -> str:
    """Name what `full` can show that is nearest to a word; everything would be a long list."""
    mutants = [kill.mutant.id for kill in report.kills.kills] if report.kills else []
    known = [*named(report.verdicts), *(test.id for test in report.tests), *mutants]
    close = difflib.get_close_matches(identifier, known, n=4, cutoff=0.4)
    close += [name for name in known if identifier in name and name not in close][:4]
    return "the nearest are: " + ", ".join(close or known[:4])


def _same(former: Verdict | None, verdict: Verdict) -> bool:
    keys = ("outcome", "seen", "expected", "where", "reason")
    return former is not None and all(getattr(former, k) == getattr(verdict, k) for k in keys)


def _against(name: str, verdict: Verdict, draft: Draft, longest: int = LONGEST) -> str:
    title = name if name == verdict.check else f"{name} {verdict.check}"
    where = verdict.where + _line(draft, verdict.where)
    rows = (
        ("seen", verdict.seen),
        ("expected", verdict.expected),
        ("where", where),
        ("reason", verdict.reason),
        ("fix", verdict.fix),
    )
    shown = [f"  {title}: {_cut(text, longest)}" for title, text in rows if text]
    return "\n".join([f"{title} {verdict.outcome}", *shown])


def _line(draft: Draft, where: str) -> str:
    """Quote the line, because the draft's layout may differ from the cell's."""
    path, _, number = where.rpartition(":")
    source = {**draft.files("module"), **draft.files("test")}.get(path, "")
    rows = source.split("\n")
    if not number.isdigit() or not 1 <= int(number) <= len(rows):
        return ""
    return f"  `{rows[int(number) - 1].strip()[:160]}`"


def _tests(report: Report, former: Report | None) -> Iterable[str]:
    if not report.tests:
        return
    bad = [test for test in report.tests if test.outcome in {"failed", "error"}]
    before: Mapping[str, TestResult] = {test.id: test for test in former.tests} if former else {}
    yield f"Tests: {len(report.tests) - len(bad)} of {len(report.tests)} hold."
    for test in bad:
        seen = before.get(test.id)
        if seen is None or (seen.outcome, seen.message) != (test.outcome, test.message):
            place = f" (line {test.line})" if test.line else ""
            yield f"  {test.id} {test.outcome}{place}: {_cut(test.message, LONGEST)}"
        else:
            yield f"  {test.id} {test.outcome}, as before"


def _survivors(report: Report, former: Report | None) -> Iterable[str]:
    table = report.kills
    if table is None or table.reason:
        if report.tests and report.tier != "live":
            why = table.reason if table else "they are made once all else holds, if at all"
            yield f"Mutants: none has met your tests: {_cut(why, LONGEST)}"
        return
    known = {kill.mutant.id for kill in former.kills.survivors} if former and former.kills else ()
    survivors, killed = table.survivors, len(table.with_outcome("killed"))
    yield f"Mutants: {killed} killed, {len(survivors)} survive your tests."
    if not survivors:
        return
    yield "  (Survivors do not keep a report from being green, and one may change nothing at all.)"
    for kill in survivors[:SURVIVORS]:
        mutant = kill.mutant
        again = " (as before)" if mutant.id in known else ""
        yield f"  survives{again}: {mutant.id}: {mutant.what}"
        yield from (f"    {row}" for row in _changed(mutant.diff))
        if not again:
            yield f"    {_cut(kill.reason, LONGEST)}; {_cut(mutant.fix, LONGEST)}"
    if len(survivors) > SURVIVORS:
        rest = ", ".join(kill.mutant.id for kill in survivors[SURVIVORS:])
        yield f"  and, shown by read_verdict: {rest}"


def _changed(diff: str) -> list[str]:
    """Give the original and the mutated lines of a change."""
    rows = [row for row in diff.split("\n") if row[:1] in "-+" and row[:3] not in ("---", "+++")]
    return [row[:160] for row in rows if row.strip()][:6]


def _why(verdict: Verdict) -> str:
    return _cut(verdict.seen or verdict.reason, 200)


def _cut(text: str, longest: int) -> str:
    flat = text.strip()
    return flat if len(flat) <= longest else flat[:longest] + " ... (read_verdict shows it all)"
