"""The parts that the pictures share: the frame and its words, in the page's own colour."""

from __future__ import annotations

from workbench.widgets._html import Html, tag

WIDTH = 900  # fixed, so that no text shrinks below the 12 px that it is written in


def picture(title: str, height: int, *drawn: Html) -> Html:
    """Frame a picture.

    Args:
        title: What it shows, for screen readers.
        height: In pixels.
        *drawn: What is in it.

    Returns:
        The markup, in a frame that scrolls where the page is narrower.
    """
    svg = tag(
        "svg",
        tag("title", title),
        *drawn,
        role="img",
        aria_label=title,
        width=WIDTH,
        height=height,
        viewBox=f"0 0 {WIDTH} {height}",
    )
    return tag("div", svg, class_="wb-scroll")


def words(
    x: float, y: float, text: str, *, weight: int = 400, opacity: float = 1, anchor: str = "start"
) -> Html:
    """Write text at a place in a picture."""
    return tag(
        "text",
        text,
        x=f"{x:.0f}",
        y=f"{y:.0f}",
        font_size=12,
        font_weight=weight,
        fill="currentColor",
        opacity=opacity if opacity < 1 else None,
        text_anchor=anchor if anchor != "start" else None,
    )
