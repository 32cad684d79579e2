"""The commit's message, in the target's style of titles, with the evidence and the spec in it."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from workbench.records import (
    Conformance,
    Draft,
    Kill,
    KillTable,
    Note,
    Report,
    Study,
    Trial,
    Verdict,
)
from workbench.repo import topics
from workbench.spec import Spec, dumps

_WIDTH = 72
_TOLD_OF = 8  # tests of a kill table that a commit tells of
_DEVIATIONS = 12  # listed
_SHOWN = 160  # characters of evidence for each line
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_FEATURE = re.compile(r"^\[(feat|feature|new|add)\w*\]$", re.IGNORECASE)
_TESTS = re.compile(r"^\[(test|tests|ut|unit ?tests?)\]$", re.IGNORECASE)


def message(
    study: Study,
    spec: Spec,
    draft: Draft,
    report: Report,
    trial: Trial | None = None,
    conformance: Conformance | None = None,
) -> str:
    """Write the message of an export's commit.

    Args:
        study: What is known of the target; its style of commit titles is followed.
        spec: What was asked for.
        draft: What was accepted.
        report: The verdicts.
        trial: How the target's own tests ended, where they were run.
        conformance: How far the draft is written as the target's authors write.

    Returns:
        The message: title, what and where, requirements, checks, tests, notes, digests, spec.
    """
    parts = [
        subject(study, spec, draft),
        *_what(spec, draft),
        _summary(draft),
        _listed("Requirements", _requirements(spec, report)),
        _listed("Checks", [_line(v.check, v) for v in report.verdicts if not v.requirement]),
        _tests(report),
        own_tests(trial),
        _kills(report),
        _habits(conformance),
        *_notes(draft),
        _conditions(report),
        f"Spec {spec.hash}, draft {draft.hash}.",
        "The spec:\n\n" + textwrap.indent(clean(dumps(spec)).rstrip(), "    "),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def subject(study: Study, spec: Spec, draft: Draft) -> str:
    """Write the commit's title as the target's authors would.

    Args:
        study: What is known of the target.
        spec: What was asked for.
        draft: What was accepted.

    Returns:
        For example ``models: add TextClassifier`` or ``[Feature] Add TextClassifier``.
    """
    style = study.value(topics.COMMITS, {})
    verb = {"past": "added", "present": "adds"}.get(style.get("mood", ""), "add")
    what = f"tests of {spec.name}" if spec.existing else spec.name
    prefix = _prefix(style, spec, draft)
    capitalised = style.get("capitalised", True)
    title = f"{prefix}{verb.capitalize() if capitalised else verb} {what}"
    return title + "." if style.get("period") else title


def _prefix(style: dict[str, object], spec: Spec, draft: Draft) -> str:
    kind = style.get("prefix", "none")
    area = _area(draft)
    words = style.get("words")
    known = [str(word) for word in words] if isinstance(words, list) else []
    if kind == "conventional":
        word = "test" if spec.existing else "feat"
        return f"{word}({area}): " if style.get("scope") and area else f"{word}: "
    if kind == "area":
        return f"{next((word for word in known if word.rpartition('/')[2] == area), area)}: "
    if kind == "bracket":
        pattern = _TESTS if spec.existing else _FEATURE
        return next((f"{word} " for word in known if pattern.match(word)), "")
    return ""


def _area(draft: Draft) -> str:
    """Name the part of the target that a draft is for: the folder of its first file."""
    paths = [*draft.files("module"), *draft.files("test")]
    folder = PurePosixPath(paths[0]).parent.name if paths else ""
    return folder or (PurePosixPath(paths[0]).stem if paths else "")


def _what(spec: Spec, draft: Draft) -> Iterator[str]:
    modules, tests = draft.files("module"), draft.files("test")
    if modules:
        said = f"Adds {spec.name} ({spec.kind}) in {_and(list(modules))}"
        yield _wrapped(said + (f", tested in {_and(list(tests))}." if tests else "."))
    elif tests:
        yield _wrapped(f"Adds tests of {spec.name} ({spec.existing}) in {_and(list(tests))}.")
    if draft.edits:
        reasons = dict.fromkeys((edit.path, edit.reason) for edit in draft.edits)
        lines = [f"{path}: {reason}" if reason else path for path, reason in reasons]
        yield _listed("Also changed" if modules or tests else "Changed", lines)


def _summary(draft: Draft) -> str:
    """Quote the implementer; its words stand indented, so that none can pass for a verdict."""
    text = clean(draft.summary).strip()
    if not text:
        return ""
    wrapped = "\n".join(
        textwrap.fill(line, _WIDTH, initial_indent="    ", subsequent_indent="    ")
        for line in text.split("\n")
    )
    return f"In the words of the {clean(draft.implementer)} implementer:\n\n{wrapped}"


def _requirements(spec: Spec, report: Report) -> list[str]:
    lines = []
    for identifier, requirement in spec.requires.items():
        lines += [
            _line(f"{identifier} {requirement.text}", verdict) for verdict in report.of(identifier)
        ]
    return lines


def _line(name: str, verdict: Verdict) -> str:
    facts = [("seen", verdict.seen), ("expected", verdict.expected), ("because", verdict.reason)]
    said = "; ".join(f"{word} {_one_line(text)}" for word, text in facts if text)
    return f"{_one_line(name)}: {verdict.outcome}" + (f" ({said})" if said else "")


def _tests(report: Report) -> str:
    if not report.tests:
        return ""
    counts = Counter(test.outcome for test in report.tests)
    return f"Tests: {', '.join(f'{count} {outcome}' for outcome, count in sorted(counts.items()))}."


def own_tests(trial: Trial | None) -> str:
    """Say in a sentence how the target's own tests ended; ``""`` where nobody asked."""
    if trial is None:
        return ""
    if not (trial.passed or trial.skipped or trial.known):
        return _wrapped(f"The target's own tests were not run: {_one_line(trial.reason)}.")
    said = f"The target's own tests with this change: {trial.passed} passed"
    said += f", {trial.skipped} skipped" if trial.skipped else ""
    said += f", {len(trial.known)} fail without it as well" if trial.known else ""
    return _wrapped(said + ("." if trial.complete else f"; not all were run: {trial.reason}."))


def _habits(conformance: Conformance | None) -> str:
    if conformance is None:
        return ""
    places = sum(conformance.looked.values())
    said = f"Written as this repository is: {conformance.score:.3f} of 1, in {places} places."
    lines = [
        f"{one.path}:{one.line} {one.rule}: {_one_line(one.seen)} (here: {_one_line(one.expected)})"
        for one in conformance.deviations[:_DEVIATIONS]
    ]
    listed = _listed("Otherwise", lines)
    return f"{_wrapped(said)}\n\n{listed}" if listed else _wrapped(said)


def _kills(report: Report) -> str:
    table = report.kills
    if table is None or not table.kills:
        return ""
    counts = Counter(kill.outcome for kill in table.kills)
    said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    alive = [
        _one_line(f"{row.mutant.id}: {row.mutant.what} {_missing(row)}", 400)
        for row in table.survivors
    ]
    return "\n\n".join(
        part
        for part in (
            f"Mistakes made on purpose: {said}.",
            _listed("No test noticed", alive),
            _listed("Would fail if", _would_fail(table)),
            _economy(table),
        )
        if part
    )


def _missing(row: Kill) -> str:
    return f"Missing test: {row.suggestion}" if row.suggestion else row.mutant.fix


def _would_fail(table: KillTable) -> list[str]:
    """Say of the tests that notice most what they notice."""
    told = {
        test.id.partition("::")[2] or test.id: table.would_fail_if(test.id) for test in table.tests
    }
    most = sorted(told.items(), key=lambda entry: -len(entry[1]))[:_TOLD_OF]
    return [_one_line(f"{name}: {' '.join(would[:3])}", 300) for name, would in most if would]


def _economy(table: KillTable) -> str:
    chosen = table.smallest()
    if chosen is None:  # not every mutant met every test
        return ""
    return _wrapped(f"{len(chosen)} of the {len(table.tests)} tests would notice as much.")


def _notes(draft: Draft) -> Iterator[str]:
    titles = {"assumption": "Assumptions", "concern": "Concerns", "improvement": "Improvements"}
    for kind, title in titles.items():
        yield _listed(title, [_note(note) for note in draft.notes if note.kind == kind])


def _note(note: Note) -> str:
    text = f"{note.about}: {note.text}" if note.about else note.text
    text += f" (why: {note.reason})" if note.reason else ""
    return _one_line(text + (f" (instead of: {note.alternative})" if note.alternative else ""), 400)


def _conditions(report: Report) -> str:
    versions = [f"{name} {version}" for name, version in sorted(report.environment.items())]
    versions = [version for version in versions if len(version) < 60]
    where = ", ".join([f"on {report.device}", f"tier {report.tier}", *versions])
    held = report.guarantees.items()
    lost = [f"{name} {text}" for name, text in held if text != "enforced"]
    said = f"Checked {where}." + (f" Sandbox: {'; '.join(lost)}." if lost else "")
    return _wrapped(_one_line(said, 600))


def _listed(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    wrapped = [
        textwrap.fill(
            clean(line),
            _WIDTH,
            initial_indent="- ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines
    ]
    return "\n".join([f"{title}:", *wrapped])


def _and(paths: list[str]) -> str:
    return " and ".join([", ".join(paths[:-1]), paths[-1]] if len(paths) > 1 else paths)


def _one_line(text: str, longest: int = _SHOWN) -> str:
    line = " ".join(clean(text).split())
    return line if len(line) <= longest else line[: longest - 3] + "..."


def _wrapped(text: str) -> str:
    return textwrap.fill(clean(text), _WIDTH, break_long_words=False, break_on_hyphens=False)


def clean(text: str) -> str:
    """Take out what is no text, and characters that hide or turn around what follows them."""
    return _CONTROL.sub("", text.encode(errors="replace").decode())
