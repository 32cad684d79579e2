"""The description of an export for a pull request, as Markdown."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from workbench.records import Conformance, Draft, Hunk, Report, Study, Trial
from workbench.repo._message import clean, own_tests, subject
from workbench.spec import Spec, dumps


def page(
    study: Study,
    spec: Spec,
    draft: Draft,
    report: Report,
    *,
    hunks: Sequence[Hunk] = (),
    trial: Trial | None = None,
    conformance: Conformance | None = None,
) -> str:
    """Write what a reviewer wants to know.

    Args:
        study: What is known of the target.
        spec: What was asked for.
        draft: What was accepted.
        report: The verdicts.
        hunks: The changes outside the new files.
        trial: How the target's own tests ended.
        conformance: How far the draft is written as the target's authors write.

    Returns:
        Markdown; whatever the draft or its code has said is shown as text and cannot be markup.
    """
    parts = [f"# {_text(subject(study, spec, draft))}", *_what(draft)]
    parts += _table(
        "Requirements", ["", "requirement", "outcome", "seen"], _requirements(spec, report)
    )
    rows = [[v.check, v.outcome, _seen(v)] for v in report.verdicts if not v.requirement]
    parts += _table("Checks", ["check", "outcome", "seen"], rows)
    parts += _table(
        "Changes outside the new files",
        ["file", "kind", "why"],
        [[hunk.path, hunk.kind, hunk.reason] for hunk in hunks],
    )
    for kind in ("assumption", "concern", "improvement"):
        notes = [[n.about, n.text, n.reason] for n in draft.notes if n.kind == kind]
        parts += _table(f"{kind.capitalize()}s", ["about", "what", "why"], notes)
    parts += _tests(report, trial)
    if conformance is not None:
        rows = [[f"{d.path}:{d.line}", d.rule, d.seen, d.expected] for d in conformance.deviations]
        parts.append(f"Conformance with the habits of this repository: {conformance.score:.3f}.")
        parts += _table("Deviations", ["where", "rule", "seen", "house's way"], rows)
    parts.append(f"Spec `{spec.hash}`, draft `{draft.hash}`.")
    fenced = "\n".join("    " + line for line in clean(dumps(spec)).rstrip().split("\n"))
    parts.append(f"<details><summary>The spec</summary>\n\n{fenced}\n\n</details>")
    return "\n\n".join(parts) + "\n"


def _what(draft: Draft) -> Iterator[str]:
    for title, role in (("Adds", "module"), ("Tested in", "test")):
        paths = draft.files("module" if role == "module" else "test")
        if paths:
            yield f"{title} {', '.join(f'`{_text(path)}`' for path in paths)}."
    if draft.summary.strip():
        quoted = "\n".join(f"> {_text(line)}" for line in draft.summary.strip().split("\n"))
        yield f"In the words of the {_text(draft.implementer)} implementer:\n\n{quoted}"


def _requirements(spec: Spec, report: Report) -> list[list[str]]:
    return [
        [identifier, requirement.text, verdict.outcome, _seen(verdict)]
        for identifier, requirement in spec.requires.items()
        for verdict in report.of(identifier)
    ]


def _seen(verdict: object) -> str:
    return str(getattr(verdict, "seen", "") or getattr(verdict, "reason", ""))


def _tests(report: Report, trial: Trial | None) -> Iterator[str]:
    if report.tests:
        passed = sum(test.outcome == "passed" for test in report.tests)
        yield f"The draft's own tests: {passed} of {len(report.tests)} passed."
    if trial is not None:
        yield _text(own_tests(trial))
    if report.kills is not None and report.kills.kills:
        rows = [
            [kill.mutant.operator, f"{kill.mutant.path}:{kill.mutant.line}", kill.outcome]
            for kill in report.kills.kills
        ]
        yield from _table("Mistakes made on purpose", ["mistake", "where", "outcome"], rows)


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_text(cell)[:300] for cell in row)} |" for row in rows]
    return [f"## {title}", "\n".join(lines)]


def _text(text: str) -> str:
    """Write words so that Markdown and HTML leave them as they are."""
    line = html.escape(" ".join(clean(text).split()), quote=False)
    return "".join(f"\\{sign}" if sign in "\\`*_[]|#!~" else sign for sign in line).replace(
        "@", "@\u200b"
    )
