"""Put one import, one name or one entry into a file that the target already has.

Each function takes a text and returns it with the one addition, in the file's own order, quotes and
indentation; `edits` turns the difference into the smallest changes whose place is unmistakable.
"""

from __future__ import annotations

import ast
import difflib
import io
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.records import Edit

Span = tuple[int, int, int, int]
_ORDERED = 0.8  # share of neighbours in order that makes a list ordered


@dataclass(frozen=True)
class Item:
    """Something in a file that stands in an order: a statement or an element of a list.

    Args:
        key: What it is sorted by.
        row: The index of its first line.
        column: Where it starts there, in characters.
        last_row: The index of its last line.
        last_column: Where it ends there.
    """

    key: str
    row: int
    column: int
    last_row: int
    last_column: int


def item(text: str, key: str, first: ast.stmt | ast.expr, last: ast.expr | None = None) -> Item:
    """Locate a piece of a file.

    Args:
        text: The file.
        key: What the piece is sorted by.
        first: The node with which it starts.
        last: The node with which it ends, where that is another one.
    """
    lines, end = _lines(text), last or first
    row, last_row = first.lineno - 1, (end.end_lineno or end.lineno) - 1
    # Syntax trees count columns in bytes of UTF-8.
    column = len(lines[row].encode()[: first.col_offset].decode(errors="ignore"))
    last_column = len(lines[last_row].encode()[: end.end_col_offset or 0].decode(errors="ignore"))
    return Item(key, row, column, last_row, last_column)


def insert_line(text: str, line: str, key: str, among: Sequence[Item]) -> str:
    """Add a line among statements of its kind, sorted where they are sorted, else after them.

    Args:
        text: The file.
        line: The new line.
        key: What it is sorted by.
        among: The statements of its kind, in the order of the file; at least one.

    Returns:
        The file with the line.
    """
    lines = _lines(text)
    position = _position([one.key for one in among], key)
    at = among[position].row if position < len(among) else among[-1].last_row + 1
    if at and not lines[at - 1].endswith("\n"):
        lines[at - 1] += "\n"
    return "".join([*lines[:at], line + "\n", *lines[at:]])


def insert_element(text: str, among: Sequence[Item], key: str, written: str, width: int) -> str:
    """Add an element to a list, tuple or dictionary that is written out in a file.

    Args:
        text: The file.
        among: The elements that are there, at least one.
        key: What the new one is sorted by.
        written: The new element as source.
        width: The longest line that is allowed.

    Returns:
        The file with the element.
    """
    lines = _lines(text)
    at = _position([one.key for one in among], key)
    if all(not lines[one.row][: one.column].strip() for one in among):  # each on its own line
        return _own_line(lines, among, at, written)
    if at == 0:
        return _splice(lines, among[0].row, among[0].column, f"{written}, ")
    before = among[at - 1]
    if len(lines[before.last_row].rstrip("\n")) + len(written) + 2 <= width:
        return _splice(lines, before.last_row, before.last_column, f", {written}")
    row = next(one for one in among if one.row == before.row)  # the first of its line
    return _splice(lines, before.last_row, before.last_column, f",\n{' ' * row.column}{written}")


def edits(path: str, old: str, new: str, reason: str) -> list[Edit]:
    """Turn the difference of two texts into changes whose place is unmistakable.

    Args:
        path: The file.
        old: What it holds.
        new: What it shall hold.
        reason: Why.

    Returns:
        Changes whose ``before`` stands exactly once in the old text.
    """
    if not old:
        return [Edit(path=path, before="", after=new, reason=reason)]
    before, after = _lines(old), _lines(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    merged: list[Span] = []
    for tag, *span in matcher.get_opcodes():
        if tag == "equal":
            continue
        a, b, c, d = _widened(before, old, (span[0], span[1], span[2], span[3]))
        if merged and a < merged[-1][1]:
            former = merged.pop()
            a, b, c, d = former[0], max(b, former[1]), former[2], max(d, former[3])
        merged.append((a, b, c, d))
    return [
        Edit(path=path, before="".join(before[a:b]), after="".join(after[c:d]), reason=reason)
        for a, b, c, d in merged
    ]


def occurrences(text: str, part: str) -> list[int]:
    """Find every place of a part in a text, also those that overlap."""
    found, at = [], text.find(part)
    while at >= 0 and part:
        found.append(at)
        at = text.find(part, at + 1)
    return found


def _widened(lines: Sequence[str], text: str, span: Span) -> Span:
    """Take in lines around a change until it stands only once in the text."""
    a, b, c, d = span
    upwards = True
    while a == b or len(occurrences(text, "".join(lines[a:b]))) != 1:
        if (upwards and a > 0) or b == len(lines):
            a, c = a - 1, c - 1
        else:
            b, d = b + 1, d + 1
        upwards = not upwards
    return a, b, c, d


def _position(keys: Sequence[str], key: str) -> int:
    """Tell before which key a new one belongs; where the keys are in no order, at the end.

    A few keys out of order do not make a list unordered: the new one goes where it adds least.
    """
    steps = list(itertools.pairwise(keys))
    orders: tuple[Callable[[str], tuple[int, str]], ...] = (
        lambda name: (0, name),
        lambda name: (0, name.casefold()),
        _constants_first,
    )
    rising = [sum(order(one) <= order(two) for one, two in steps) for order in orders]
    if max(rising) < _ORDERED * len(steps):
        return len(keys)
    order = orders[rising.index(max(rising))]
    own = order(key)
    wrong = [
        sum(order(one) > own for one in keys[:at]) + sum(order(one) < own for one in keys[at:])
        for at in range(len(keys) + 1)
    ]
    return len(keys) - wrong[::-1].index(min(wrong))


def _constants_first(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def _own_line(lines: list[str], among: Sequence[Item], at: int, written: str) -> str:
    if at < len(among):
        row = among[at].row
        indent = lines[row][: among[at].column]
        return "".join([*lines[:row], f"{indent}{written},\n", *lines[row:]])
    last = among[-1]
    indent = lines[last.row][: last.column]
    rest = lines[last.last_row][last.last_column :]
    if not rest.lstrip().startswith(","):
        lines[last.last_row] = lines[last.last_row][: last.last_column] + "," + rest
    if rest.strip(" ,\n").startswith(("]", ")", "}")):  # the bracket closes on the same line
        return _splice(lines, last.last_row, last.last_column + 1, f"\n{indent}{written}")
    at_row = last.last_row + 1
    return "".join([*lines[:at_row], f"{indent}{written},\n", *lines[at_row:]])


def _splice(lines: list[str], row: int, column: int, text: str) -> str:
    lines[row] = lines[row][:column] + text + lines[row][column:]
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """Split at line feeds only, as syntax trees count lines."""
    return list(io.StringIO(text, newline="\n"))
