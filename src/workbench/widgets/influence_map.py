"""The causality and padding map: which outputs each position of the input reaches."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.records import Influence
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import sub
from workbench.widgets._view import View

_FAINT = 0.06


def influence_map(maps: Sequence[Influence]) -> View:
    """Draw the maps.

    Args:
        maps: One for each input, output and padding.

    Returns:
        The view; it says so where there is nothing to draw.
    """
    if not maps:
        words = "no input has positions whose influence could be drawn"
        return View(sub(words), words)
    shown = [_map(one) for one in maps]
    said = sub("each row changes one position of the input; a filled cell is an output that moves")
    body = join([said, tag("div", *shown, class_="wb-maps")])
    return View(body, "\n".join(map(_words, maps)))


def _map(one: Influence) -> Html:
    most = max((value for row in one.rows for value in row), default=0.0) or 1.0
    pooled = len(one.rows[0]) == 1 if one.rows else True
    top = [tag("th", f"{one.axis}", scope="col")]
    top += [tag("th", one.output if pooled else j, scope="col") for j in range(len(one.rows[0]))]
    rows = [tag("tr", *top)]
    for position, row in enumerate(one.rows):
        hidden = " (padding)" if position in one.padding else ""
        cells = [tag("th", f"{position}{hidden}", scope="row")]
        cells += [_cell(value, most) for value in row]
        rows.append(tag("tr", *cells))
    title = f"{one.input} → {one.output}" + (", the end is padding" if one.padding else "")
    return tag("figure", tag("figcaption", tag("b", title)), tag("table", *rows, class_="wb-heat"))


def _cell(value: float, most: float) -> Html:
    if value == 0:
        return tag("td", "·", title="no change")
    strength = _FAINT + (1 - _FAINT) * value / most
    style = f"background: color-mix(in srgb, var(--wb-note) {strength:.0%}, transparent)"
    return tag("td", "■" if value / most < 0.02 else "", style=style, title=f"{value:.3g}")


def _words(one: Influence) -> str:
    still = [str(at) for at, row in enumerate(one.rows) if not any(row)]
    reach = f"positions without influence: {', '.join(still)}" if still else "all positions reach"
    padding = f" with padding at {', '.join(map(str, one.padding))}" if one.padding else ""
    return f"{one.input} -> {one.output}{padding}: {reach}"
