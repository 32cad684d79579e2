"""The small pieces that several views are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import DiffLexer, PythonLexer

from workbench.widgets._html import Html, join, plain, tag

# Sign and tone of each outcome; the word itself always stands beside the sign.
SIGNS: dict[str, tuple[str, str]] = {
    "passed": ("✓", "good"),
    "proved": ("✓✓", "good"),
    "failed": ("✗", "bad"),
    "error": ("✗", "bad"),
    "inconclusive": ("?", "warn"),
    "exempt": ("○", "note"),
    "skipped": ("–", "none"),
}

# JupyterLab aligns the cells of a table to the right where it has taken our style sheet away.
_LEFT = "text-align: left"
_KINDS = {"#": "wb-number", "_": "wb-tight", "+": "wb-wide"}


def badge(word: str, sign: str = "", tone: str = "none") -> Html:
    """Show a state: its sign, its word and a tint behind both."""
    return tag("span", f"{sign} {word}".strip(), class_=f"wb-badge wb-{tone}")


def outcome(word: str) -> Html:
    """Show the outcome of a check or a test."""
    sign, tone = SIGNS.get(word, ("?", "warn"))
    return badge(word, sign, tone)


def head(title: object, *beside: object) -> Html:
    """Show the first line of a view."""
    return tag("div", join([tag("b", title, class_="wb-title"), *beside], " "), class_="wb-head")


def sub(text: object) -> Html:
    """Show something of less weight."""
    return tag("span", text, class_="wb-sub")


def table(titles: Sequence[str], rows: Iterable[Sequence[object]], label: str) -> Html:
    """Show a table.

    Args:
        titles: The columns' titles; a title that ends in ``#`` makes a column of numbers, one
            that ends in ``_`` a column that is as narrow as its words, in ``+`` a wide one.
        rows: The cells.
        label: What the table is, for screen readers.

    Returns:
        The markup.
    """
    kinds = [_KINDS.get(title[-1:]) for title in titles]
    top = tag("tr", *(tag("th", title.rstrip("#_+"), scope="col", style=_LEFT) for title in titles))
    body = [_row(kinds, row) for row in rows]
    return tag("table", tag("thead", top), tag("tbody", *body), class_="wb-table", aria_label=label)


def fold(title: object, *content: object, open_: bool = False, box: bool = True) -> Html:
    """Show a title that opens on click."""
    return tag(
        "details",
        tag("summary", title),
        *content,
        open=open_,
        class_="wb-box" if box else None,
    )


def code(source: str) -> Html:
    """Show Python with its syntax coloured."""
    return tag("pre", _coloured(source, PythonLexer(stripnl=False)))


def difference(before: str, after: str) -> Html:
    """Show what a change takes away and adds."""
    lines = [*(f"-{line}" for line in before.splitlines())]
    lines += [f"+{line}" for line in after.splitlines()]
    return difference_lines("\n".join(lines))


def difference_lines(diff: str) -> Html:
    """Show a change that is written as a diff already."""
    return tag("pre", _coloured(diff, DiffLexer(stripnl=False))) if diff else Html()


def copied(text: str) -> Html:
    """Show text that is to be taken elsewhere; where the page has our front end, by one click."""
    copy = tag("button", "Copy", type="button", class_="wb-jump", data_wb_copy=True)
    return tag("div", copy, tag("pre", text, class_="wb-wrap wb-all"), class_="wb-copied")


def opened(path: str, shown: str) -> Html:
    """Show a file that is opened on click where it lies below the folder that Jupyter serves."""
    return tag("button", shown, type="button", class_="wb-jump", data_wb_open=path)


def number(count: int, word: str) -> str:
    """Count things in words: ``1 cell``, ``2 cells``."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def listed(words: Iterable[object]) -> Html:
    """Show words of code in a row."""
    return join((tag("code", word) for word in words), " ")


def _row(kinds: Sequence[str | None], row: Sequence[object]) -> Html:
    cells = []
    for kind, cell in zip(kinds, row, strict=True):
        left = None if kind == "wb-number" else _LEFT
        cells.append(tag("td", cell, class_=kind, style=left))
    return tag("tr", *cells)


def _coloured(source: str, lexer: PythonLexer | DiffLexer) -> Html:
    # Pygments escapes every token.
    return Html(highlight(plain(source), lexer, HtmlFormatter(nowrap=True)))
