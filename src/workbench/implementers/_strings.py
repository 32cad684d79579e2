"""Strings that are longer than a line of the target: two strings side by side instead of one."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider


def fit_strings(source: str, width: int) -> str:
    """Split strings that reach beyond a width, where they stand in brackets.

    Args:
        source: Python, formatted.
        width: Longest line.

    Returns:
        The same program. A string without a space to split at stays as it is.
    """
    lines = source.split("\n")
    if all(len(line) <= width for line in lines):
        return source
    found = _Long(width)
    MetadataWrapper(cst.parse_module(source)).visit(found)
    for row, column, opening, start in reversed(found.splits):
        line = lines[row]
        lines[row] = f"{line[:column]}{opening[-1]}\n{' ' * start}{opening}{line[column:]}"
    return "\n".join(lines)


class _Long(cst.CSTVisitor):
    """Finds where to split: row, column, the string's opening, the column where it starts."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self._depth = 0
        self.splits: list[tuple[int, int, str, int]] = []

    def visit_Arg(self, node: cst.Arg) -> None:
        self._depth += 1

    def leave_Arg(self, original_node: cst.Arg) -> None:
        self._depth -= 1

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        span = self._span(node)
        if span and len(node.quote) == 1 and "\\" not in node.value:
            self._split(span, node.prefix + node.quote, [(span.start.column, node.value)])

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        span = self._span(node)
        if span and len(node.end) == 1:
            texts = [part for part in node.parts if isinstance(part, cst.FormattedStringText)]
            starts = [self.get_metadata(PositionProvider, text).start.column for text in texts]
            values = [text.value for text in texts]
            self._split(span, node.start, list(zip(starts, values, strict=True)))
        return False

    def _span(self, node: cst.CSTNode) -> CodeRange | None:
        """Give the place of a string that is too long and stands in brackets."""
        span = self.get_metadata(PositionProvider, node)
        long = span.start.line == span.end.line and span.end.column > self._width
        return span if long and self._depth else None

    def _split(self, span: CodeRange, opening: str, texts: list[tuple[int, str]]) -> None:
        """Split behind the last space that leaves room for the closing quote."""
        places = [
            start + index + 1
            for start, text in texts
            for index, character in enumerate(text)
            if character == " " and start + index + 2 <= self._width
        ]
        if places:
            self.splits.append((span.start.line - 1, max(places), opening, span.start.column))
