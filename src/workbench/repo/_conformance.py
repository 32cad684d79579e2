"""How far a draft is written as the target's authors write, and what is repaired by machine."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from workbench.records import Cell, Conformance, Deviation, Draft, Role, Study, Suspect
from workbench.repo import topics
from workbench.repo._format import format_source
from workbench.repo._redocument import redocument
from workbench.repo._reinvented import reinvented, twin
from workbench.repo._rules import RULES, File
from workbench.repo._tree import Unreadable

_CLEAR = 0.6  # share of the target's places that make a habit a rule
_REPAIRED = {"line length", "licence header", "docstring style", "future annotations", "format"}
_FUTURE = "from __future__ import annotations\n"


def conformance(study: Study, draft: Draft, twins: Sequence[Suspect] = ()) -> Conformance:
    """Compare a draft with the target's habits.

    Args:
        study: What is known of the target.
        draft: The draft.
        twins: What of it was run beside the target's own and answered the same.

    Returns:
        The score and every deviation, each with the house's way beside it.
    """
    looked: dict[str, int] = defaultdict(int)
    deviations: list[Deviation] = []
    for file in _files(study, draft):
        try:
            file.source  # noqa: B018 - parsed here, so that what is no Python has no score
        except Unreadable:
            continue
        for rule, places in _places(file):
            looked[rule] += 1
            if places is not None:
                deviations.append(places)
    again = {(one.path, one.line): one for one in (twin(study, other) for other in twins)}
    again |= {(one.path, one.line): one for one in reinvented(study, draft)}
    looked["reinvented"] += len(again)
    deviations += again.values()
    looked["reinvented"] = looked["reinvented"] or 1
    against: dict[str, int] = defaultdict(int)
    for one in deviations:
        against[one.rule] += 1
    shares = [1 - against[rule] / count for rule, count in looked.items()]
    score = round(sum(shares) / len(shares), 3) if shares else 0.0
    return Conformance(score=score, looked=dict(looked), deviations=tuple(deviations))


def repair(study: Study, draft: Draft) -> Draft:
    """Put right what is mechanical: format, import order, docstring style, header, future import.

    Args:
        study: What is known of the target.
        draft: The draft.

    Returns:
        The draft with repaired cells; a cell that is no Python by itself stays as it is. Its digest
        is another one where anything changed, so it has to be checked again.
    """
    first = {cell.path: cell.id for cell in reversed(draft.cells)}
    own = [draft.module.partition(".")[0]]

    def repaired(cell: Cell) -> Cell:
        opens = first[cell.path] == cell.id
        try:
            ast.parse(cell.source)
        except (SyntaxError, ValueError):
            return cell
        source = _repaired(study, cell, own, opens=opens)
        return cell if source == cell.source else cell.model_copy(update={"source": source})

    return draft.model_copy(update={"cells": tuple(map(repaired, draft.cells))})


def _repaired(study: Study, cell: Cell, own: list[str], *, opens: bool) -> str:
    source = redocument(cell.source, str(study.value(topics.DOCSTRING_STYLE, "")))
    if opens:
        header = str(study.value(topics.LICENCE_HEADER, ""))
        file = File(cell.path, cell.role, source, study)
        wrong = {rule for rule, one in _places(file) if one is not None}
        if "future annotations" in wrong:
            add = study.value(topics.FUTURE_ANNOTATIONS) is True
            if add:
                source = _FUTURE + source if '"""' not in source[:3] else source
            elif "|" not in source:  # without it, such an annotation needs a newer Python
                source = source.replace(_FUTURE, "", 1)
        if header and "licence header" in wrong:
            source = f"{header}\n\n{source.lstrip()}"
    return format_source(study, cell.path, source, own)


def _files(study: Study, draft: Draft) -> Iterator[File]:
    roles: tuple[Role, Role] = ("module", "test")
    for role in roles:
        for path, text in draft.files(role).items():
            yield File(path, role, text, study)


def _places(file: File) -> Iterator[tuple[str, Deviation | None]]:
    for name, (rule, topic) in RULES.items():
        finding = file.study.find(topic)
        if finding is None or finding.share < _CLEAR:
            continue
        for place in rule(file):
            if not place.wrong:
                yield name, None
                continue
            yield (
                name,
                Deviation(
                    rule=name,
                    path=file.path,
                    line=place.line,
                    seen=place.wrong,
                    expected=place.expected,
                    repairable=name in _REPAIRED,
                    evidence=finding.evidence,
                ),
            )
    if file.study.value(topics.FORMATTER) in {"ruff", "black"}:
        yield "format", _format(file)


def _format(file: File) -> Deviation | None:
    own = [PurePosixPath(file.path).parts[0]]
    formatted = format_source(file.study, file.path, file.text, own)
    if formatted == file.text:
        return None
    pairs = zip(file.text.split("\n"), formatted.split("\n"), strict=False)
    line = next((n for n, (a, b) in enumerate(pairs, start=1) if a != b), 1)
    return Deviation(
        rule="format",
        path=file.path,
        line=line,
        seen=file.text.split("\n")[line - 1].strip()[:80],
        expected=(formatted.split("\n")[line - 1 : line] or [""])[0].strip()[:80],
        repairable=True,
    )
