"""The gradient flow as a picture: how large the gradient of each parameter is, on a log scale.

A parameter without a gradient is marked as dead, one far above all others or not finite as
exploding. The marks help to look; that the gradients are right is a check's word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from workbench.records import Gradient
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import number, sub
from workbench.widgets._style import BLUE, ORANGE, VERMILION
from workbench.widgets._svg import picture, words
from workbench.widgets._view import View

# A root mean square this many times the median is worth a look (only a mark, never a verdict).
EXPLODING = 1e3

_ROW, _NAME, _BAR, _LETTERS = 24, 330, 400, 42
_TOP = 26


def gradient_flow(gradients: Sequence[Gradient]) -> View:
    """Draw the gradient flow.

    Args:
        gradients: One entry per parameter, in the module's order.

    Returns:
        The view; it says so where there is nothing to draw.
    """
    if not gradients:
        return View(sub("no gradients were recorded"), "no gradients were recorded")
    norms = [one.norm for one in gradients if one.norm and math.isfinite(one.norm)]
    count = number(len(gradients), "parameter")
    middle = median(norms) if norms else 1.0
    low, high = _decades(norms)
    height = _TOP + len(gradients) * _ROW + 4
    drawn = [_axis(low, high, height)]
    marks = [mark(gradient, middle) for gradient in gradients]
    for index, (gradient, word) in enumerate(zip(gradients, marks, strict=True)):
        drawn.append(_row(_TOP + index * _ROW, gradient, word, low, high))
    found = {word: marks.count(word) for word in ("dead", "exploding") if word in marks}
    summary = ", ".join(f"{count} {word}" for word, count in found.items()) or "none dead"
    svg = picture(f"Gradient flow: {count}, {summary}", height, *drawn)
    caption = sub(f"root mean square of the gradient, log scale · {count} · ")
    text = [f"gradient flow of {count}: {summary}"]
    text += [f"  {word}: {g.name}" for g, word in zip(gradients, marks, strict=True) if word]
    body = join([caption, tag("b", summary), svg])
    return View(body, "\n".join(text))


def mark(gradient: Gradient, middle: float) -> str:
    """Say what is striking about a gradient.

    Args:
        gradient: The gradient of one parameter.
        middle: The median of all that are finite and not zero.

    Returns:
        ``dead``, ``exploding`` or ``""``. A parameter without elements has nothing to show.
    """
    if gradient.norm is None or gradient.norm == 0:
        return "dead" if gradient.size else ""
    if not math.isfinite(gradient.norm) or gradient.norm > EXPLODING * middle:
        return "exploding"
    return ""


def _decades(norms: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten around all norms, at least two apart."""
    if not norms:
        return -2, 0
    low, high = math.floor(math.log10(min(norms))), math.ceil(math.log10(max(norms)))
    return (low, high) if high - low >= 2 else (low - 1, max(high, low + 1))


def _x(norm: float, low: int, high: int) -> float:
    share = (math.log10(norm) - low) / (high - low)
    return _NAME + _BAR * min(max(share, 0.01), 1.0)


def _axis(low: int, high: int, height: int) -> Html:
    step = max(1, (high - low) // 6)
    parts = []
    for power in range(low, high + 1, step):
        x = f"{_NAME + _BAR * (power - low) / (high - low):.1f}"
        line = {"x1": x, "x2": x, "y1": _TOP - 4, "y2": height, "stroke": "currentColor"}
        parts.append(tag("line", **line, stroke_opacity=0.18))
        parts.append(words(float(x), 14, f"1e{power}", anchor="middle", opacity=0.75))
    return tag("g", *parts)


def _row(top: float, gradient: Gradient, word: str, low: int, high: int) -> Html:
    value = "none" if gradient.norm is None else f"{gradient.norm:.2g}"
    finite = gradient.norm is not None and math.isfinite(gradient.norm)
    end = _NAME if not gradient.norm else _x(gradient.norm, low, high) if finite else _NAME + _BAR
    colour = {"dead": ORANGE, "exploding": VERMILION}.get(word, BLUE)
    sign = {"dead": "✗ dead", "exploding": "▲ exploding"}.get(word, "")
    name = gradient.name if len(gradient.name) <= _LETTERS else "…" + gradient.name[1 - _LETTERS :]
    bar = tag(
        "rect",
        x=_NAME,
        y=top + 5,
        width=f"{max(end - _NAME, 2):.1f}",
        height=_ROW - 10,
        rx=2,
        fill=colour,
        fill_opacity=0.8,
    )
    return tag(
        "g",
        tag("title", f"{gradient.name}: {value}, {gradient.size:,} elements"),
        words(_NAME - 10, top + 16, name, anchor="end"),
        bar,
        words(_NAME + _BAR + 70, top + 16, value, anchor="end"),
        words(_NAME + _BAR + 80, top + 16, sign, weight=600) if sign else "",
    )
