"""The numerics dossier as a picture: kinds of input against floating point types.

A cell shows how far the outputs are from float64 on the same weights, darker with each power of
ten; what is not finite and what was raised is named. That a gap is too large is a check's word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.records import Numeric
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge, sub
from workbench.widgets._view import View

_LOW, _HIGH = -8, 0  # powers of ten, from no tint to the full one
_WORDS = {
    "ordinary": "drawn as usual",
    "zeros": "all zero",
    "constant": "all one",
    "large": "times 100",
    "larger": "times 1,000",
    "tiny": "times 1e-39",
    "masked": "everything hidden",
    "long": "the largest sizes",
}


def numerics_map(numerics: Sequence[Numeric]) -> View:
    """Draw the dossier.

    Args:
        numerics: One entry per kind of input and type.

    Returns:
        The view; it says so where there is nothing to draw.
    """
    if not numerics:
        words = "no numerics were taken: the full tier takes them where outputs are floating point"
        return View(sub(words), words)
    found = {(one.input, one.type): one for one in numerics}
    types = list(dict.fromkeys(one.type for one in numerics))
    rows = [tag("tr", *(tag("th", word, scope="col") for word in ("input", *types)))]
    for kind in dict.fromkeys(one.input for one in numerics):
        title = join([kind, " ", sub(_WORDS.get(kind, ""))])
        cells = [_cell(found.get((kind, type_))) for type_ in types]
        rows.append(tag("tr", tag("th", title, scope="row"), *cells))
    said = sub("relative error against float64 on the same weights, root mean square")
    table = tag("table", *rows, class_="wb-heat wb-figured", aria_label="Numerics")
    return View(join([said, table]), "\n".join(map(_words, numerics)))


def _cell(one: Numeric | None) -> Html:
    if one is None:
        return tag("td", "·", title="not tried")
    if one.raised:
        return tag("td", badge("raised", "✗", "bad"), title=one.raised)
    if one.broken:
        return tag("td", badge(f"{one.broken:,} not finite", "✗", "bad"))
    marks = badge("gradient", "!", "warn") if one.gradients else Html()
    hint = f"not finite: the gradient of {', '.join(one.gradients)}" if one.gradients else None
    if one.error is None:
        return tag("td", "·", marks, title=hint or "nothing to compare")
    power = math.log10(one.error) if one.error > 0 else _LOW
    strength = min(max((power - _LOW) / (_HIGH - _LOW), 0.0), 1.0)
    style = f"background: color-mix(in srgb, var(--wb-note) {0.7 * strength:.0%}, transparent)"
    return tag("td", f"{one.error:.0e}" if one.error else "0", " ", marks, style=style, title=hint)


def _words(one: Numeric) -> str:
    if one.raised or one.broken:
        return f"{one.input} in {one.type}: {one.raised or f'{one.broken} values not finite'}"
    return f"{one.input} in {one.type}: error {one.error}"
