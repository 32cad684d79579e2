"""Bars, drawn without a word in them.

A notebook that is not trusted yet keeps its text and its tables, and loses every drawing. So the
words of a picture stand in a table, and only what no word can say is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.widgets._html import Html, tag


def bar(
    width: int, share: float, colour: str, *, height: int = 12, lines: Sequence[float] = ()
) -> Html:
    """Draw a horizontal bar.

    Args:
        width: Of the whole scale, in pixels.
        share: How much of the scale is filled, 0 to 1; a little of it is always seen.
        colour: Of the bar.
        height: In pixels.
        lines: Where the scale has lines, each as a share of it.

    Returns:
        The drawing; the number that it shows belongs beside it.
    """
    filled = max(2.0, width * min(max(share, 0.0), 1.0))
    drawn = [
        tag("rect", x=0, y=0, width=f"{filled:.1f}", height=height, rx=2, fill=colour),
        *(_line(width * place, height) for place in lines),
    ]
    view = f"0 0 {width} {height}"
    return tag("svg", *drawn, width=width, height=height, viewBox=view, aria_hidden="true")


def _line(x: float, height: int) -> Html:
    return tag(
        "line",
        x1=f"{x:.1f}",
        x2=f"{x:.1f}",
        y1=0,
        y2=height,
        stroke="currentColor",
        stroke_opacity=0.3,
    )
