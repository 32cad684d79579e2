"""The gradient flow as a picture: how large the gradient of each parameter is, on a log scale.

A parameter without a gradient is marked as dead, one far above all others or not finite as
exploding. The marks help to look; that the gradients are right is a check's word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from workbench.records import Gradient
from workbench.widgets._html import join, tag
from workbench.widgets._pieces import badge, number, sub, table
from workbench.widgets._style import BLUE, ORANGE, VERMILION
from workbench.widgets._svg import bar
from workbench.widgets._view import View

# A root mean square this many times the median is worth a look (only a mark, never a verdict).
EXPLODING = 1e3

_BAR = 420  # pixels
_SIGNS = {
    "dead": (badge("dead", "✗", "warn"), ORANGE),
    "exploding": (badge("exploding", "▲", "bad"), VERMILION),
}


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
    marks = [mark(gradient, middle) for gradient in gradients]
    rows = [_row(one, word, low, high) for one, word in zip(gradients, marks, strict=True)]
    found = {word: marks.count(word) for word in ("dead", "exploding") if word in marks}
    summary = ", ".join(f"{count} {word}" for word, count in found.items()) or "none dead"
    caption = sub(f"root mean square of the gradient of {count}, a line for each power of ten · ")
    text = [f"gradient flow of {count}: {summary}"]
    text += [f"  {word}: {g.name}" for g, word in zip(gradients, marks, strict=True) if word]
    titles = ["parameter_", f"1e{low} to 1e{high}, log scale_", "value#", ""]
    picture = tag("div", table(titles, rows, "Gradient flow"), class_="wb-scroll wb-flow")
    body = join([caption, tag("b", summary), picture])
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


def _row(gradient: Gradient, word: str, low: int, high: int) -> tuple[object, ...]:
    value = "none" if gradient.norm is None else f"{gradient.norm:.2g}"
    sign, colour = _SIGNS.get(word, ("", BLUE))
    lines = [(power - low) / (high - low) for power in range(low + 1, high)]
    drawn = bar(_BAR, _share(gradient.norm, low, high), colour, lines=lines)
    return tag("span", gradient.name, class_="wb-mono"), drawn, value, sign


def _share(norm: float | None, low: int, high: int) -> float:
    """Place a norm on the log scale, 0 to 1; what is not finite fills it."""
    if not norm:
        return 0.0
    return (math.log10(norm) - low) / (high - low) if math.isfinite(norm) else 1.0
