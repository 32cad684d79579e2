"""Enters a new model into the documents that list the target's models, as its siblings are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.records import Edit, Study
from workbench.repo import topics
from workbench.repo._insertion import Item, edits, insert_line
from workbench.repo._names import snake
from workbench.repo._snapshot import Snapshot
from workbench.spec import Spec

_FEWEST = 2  # entries that are written alike make a pattern
_LONGEST = 100  # characters of a description
_BULLET = re.compile(
    r"^(?P<head>\s*[-*+]\s+[`*\[]*)(?P<name>\w+)(?P<tail>[`*\]]*)(?P<mark>\s*(?::|-|–|—)\s+)\S"
)


@dataclass(frozen=True)
class _Row:
    """One entry: its line's index, and the model that it names."""

    number: int
    name: str
    line: str


def entries(study: Study, files: Snapshot, spec: Spec) -> list[Edit]:
    """Write the entries that documents have for each model.

    Args:
        study: What is known of the target.
        files: Its files.
        spec: The new model.

    Returns:
        The changes; none where no document lists most of the models in lines that are alike.
    """
    finding = study.find(topics.MODEL_PAGES)
    if finding is None or spec.kind != "model" or spec.existing:
        return []
    made: list[Edit] = []
    for path, names in finding.value.items():
        text = files.text(path)
        if text is None or 2 * len(names) < finding.seen or re.search(rf"\b{spec.name}\b", text):
            continue
        new = _with_entry(text, [str(name) for name in names], spec)
        if new is not None:
            made += edits(path, text, new, f"lists {spec.name} as the other models are")
    return made


def _with_entry(text: str, names: Sequence[str], spec: Spec) -> str | None:
    rows = []
    for number, line in enumerate(text.split("\n")):
        found = [name for name in names if re.search(rf"\b{name}\b", line)]
        if len(found) == 1:
            rows.append(_Row(number, found[0], line))
    for write in (_table_row, _same_line, _described_line):
        alike, line = write(text, rows, spec)
        if line:
            among = [Item(row.name, row.number, 0, row.number, len(row.line)) for row in alike]
            return insert_line(text, line, spec.name, among)
    return None


def _table_row(text: str, rows: Sequence[_Row], spec: Spec) -> tuple[list[_Row], str]:
    """Fill the columns of a Markdown table whose meaning is known; the others stay empty."""
    own = [row for row in rows if row.line.lstrip().startswith("|")]
    lines = text.split("\n")
    if len(own) < _FEWEST:
        return [], ""
    top = own[0].number
    while top and lines[top - 1].lstrip().startswith("|"):
        top -= 1
    own = [row for row in own if _contiguous(lines, top, row.number)]
    titles, first = _cells(lines[top]), _cells(own[0].line)
    if len(own) < _FEWEST or len(titles) != len(first):
        return [], ""
    filled = [_cell(*pair, own[0].name, spec) for pair in zip(titles, first, strict=True)]
    return own, f"| {' | '.join(filled)} |"


def _contiguous(lines: Sequence[str], start: int, end: int) -> bool:
    return all(line.lstrip().startswith("|") for line in lines[start : end + 1])


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _cell(title: str, sibling: str, name: str, spec: Spec) -> str:
    for known, new in ((name, spec.name), (snake(name), snake(spec.name))):
        if sibling.strip("`* ") == known:
            return sibling.replace(known, new)
    word = title.strip("`* ").lower()
    code = "`" if sibling.startswith("`") else ""
    if re.search(r"\b(what|description|about|summary|notes?)\b", word):
        return _description(spec)
    if word.startswith(("input", "output")):
        tensors = spec.inputs if word.startswith("input") else spec.outputs
        return f"{code}({', '.join(_shape(tensors))}){code}" if tensors else ""
    return ""


def _shape(tensors: object) -> list[str]:
    first = next(iter(tensors.values())) if isinstance(tensors, dict) else None
    return str(getattr(first, "shape", "") or "").split()


def _same_line(text: str, rows: Sequence[_Row], spec: Spec) -> tuple[list[_Row], str]:
    """Repeat a line that is the same for several models but for the name."""
    patterns = Counter(re.sub(rf"\b{row.name}\b", "\0", row.line) for row in rows)
    pattern, count = patterns.most_common(1)[0] if patterns else ("", 0)
    if count < _FEWEST or pattern.lstrip().startswith(("|", "#")):
        return [], ""
    alike = [row for row in rows if re.sub(rf"\b{row.name}\b", "\0", row.line) == pattern]
    return alike, pattern.replace("\0", spec.name)


def _described_line(text: str, rows: Sequence[_Row], spec: Spec) -> tuple[list[_Row], str]:
    """Write an entry of a list in which each model has a few words."""
    found = [(row, _BULLET.match(row.line)) for row in rows]
    fits = [(row, match) for row, match in found if match and match["name"] == row.name]
    forms = Counter(match.group("head", "tail", "mark") for _, match in fits)
    form, count = forms.most_common(1)[0] if forms else (("", "", ""), 0)
    if count < _FEWEST:
        return [], ""
    head, tail, mark = form
    alike = [row for row, match in fits if match.group("head", "tail", "mark") == form]
    return alike, f"{head}{spec.name}{tail}{mark}{_description(spec)}"


def _description(spec: Spec) -> str:
    """Return the first sentence of the spec's own words, on one line and without markup."""
    text = " ".join(spec.text.replace("|", "/").replace("`", "").split())
    sentence = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0].rstrip(".")
    return sentence if len(sentence) <= _LONGEST else sentence[: _LONGEST - 3].rstrip() + "..."
