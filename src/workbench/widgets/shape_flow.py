"""The shape flow as a picture: what goes through the module at full size, step by step.

Blocks that repeat are drawn once, with their number. The picture shows what the report holds; that
the shapes are right is a check's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workbench.records import FlowStep
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import number, sub
from workbench.widgets._style import BLUE, GREEN
from workbench.widgets._svg import picture, words
from workbench.widgets._view import View

_ROW, _BOX, _INDENT, _LETTER = 38, 28, 22, 7.6
_TIMES, _OUTPUT, _PARAMETERS, _BAR = 430, 446, 776, 100


@dataclass(frozen=True)
class Step:
    """One box of the picture.

    Args:
        step: What the report holds.
        children: The boxes inside it.
        times: How often it repeats, one behind the other.
        last: The last of the repeated steps.
        outer: The name of its caller.
    """

    step: FlowStep
    children: tuple[Step, ...] = ()
    times: int = 1
    last: FlowStep | None = None

    @property
    def parameters(self) -> int:
        """All parameters in it, in each of its repetitions."""
        inside = sum(part.parameters for part in self.children)
        return self.times * (self.step.parameters + inside)

    @property
    def signature(self) -> tuple[object, ...]:
        """What two repeated steps have in common."""
        parts = tuple((part.signature, part.times) for part in self.children)
        return self.step.type, self.step.output, self.step.parameters, parts

    outer: str = ""

    @property
    def title(self) -> str:
        """Its name inside its caller, or the first and last name where it repeats."""
        name = self.step.name.removeprefix(f"{self.outer}.") or "the whole"
        return name if self.last is None else f"{name} … {self.last.name.rpartition('.')[2]}"

    @property
    def line(self) -> str:
        """The step in one line of text."""
        times = f" × {self.times}" if self.times > 1 else ""
        return f"{self.title}{times}: {self.step.type} -> {self.step.output}"


def shape_flow(flow: Sequence[FlowStep]) -> View:
    """Draw the shape flow.

    Args:
        flow: One step per call of a submodule, in the order in which the calls ended.

    Returns:
        The view; it says so where there is nothing to draw.
    """
    if not flow:
        return View(sub("no shape flow was recorded"), "no shape flow was recorded")
    rows = list(_walk(nested(flow), 0))
    # A module that is called twice has its parameters once.
    total = sum({step.name: step.parameters for step in flow}.values())
    caption = f"{number(len(flow), 'step')} at full size · {number(total, 'parameter')}"
    drawn = [
        _row(index, depth, step, total, index + 1 < len(rows))
        for index, (depth, step) in enumerate(rows)
    ]
    svg = picture(f"Shape flow: {caption}", len(rows) * _ROW + 4, *drawn)
    text = [f"shape flow: {caption}"]
    text += [f"  {'  ' * depth}{step.line}" for depth, step in rows]
    return View(join([sub(caption), svg]), "\n".join(text))


def nested(flow: Sequence[FlowStep]) -> tuple[Step, ...]:
    """Put each step inside the one that called it, and repeated ones together.

    Args:
        flow: The steps in the order in which they ended: a caller comes after what it called.

    Returns:
        The outermost steps, in the order in which they began.
    """
    open_: list[Step] = []
    for step in flow:
        first = len(open_)
        while first and _inside(open_[first - 1].step.name, step.name):
            first -= 1
        children = [replace(child, outer=step.name) for child in open_[first:]]
        open_[first:] = [Step(step, _together(children))]
    return _together(open_)


def _inside(name: str, outer: str) -> bool:
    return name != outer and (not outer or name.startswith(outer + "."))


def _together(steps: Sequence[Step]) -> tuple[Step, ...]:
    joined: list[Step] = []
    for step in steps:
        if joined and joined[-1].signature == step.signature:
            former = joined.pop()
            step = replace(former, times=former.times + 1, last=step.step)
        joined.append(step)
    return tuple(joined)


def _walk(steps: Sequence[Step], depth: int) -> Iterator[tuple[int, Step]]:
    for step in steps:
        yield depth, step
        yield from _walk(step.children, depth + 1)


def _row(index: int, depth: int, step: Step, total: int, follows: bool) -> Html:
    left, top = 2 + depth * _INDENT, 2 + index * _ROW
    room = int((_TIMES - 60 - left) / _LETTER)
    title = _cut(step.title, max(room - 12, 8))
    kind = _cut(step.step.type, max(room - len(title) - 2, 4))
    parts = [
        tag("title", f"{step.line}, {step.parameters:,} parameters"),
        _box(left, top, _TIMES + 4 - left, group=bool(step.children)),
        words(left + 10, top + 19, title, weight=600),
        words(left + 10 + (len(title) + 1.5) * _LETTER, top + 19, kind, opacity=0.8),
        words(_OUTPUT, top + 19, _cut(step.step.output, 34)),
    ]
    if step.times > 1:
        parts.append(words(_TIMES - 6, top + 19, f"× {step.times}", weight=600, anchor="end"))
    if step.parameters:
        parts.append(words(_PARAMETERS, top + 19, f"{step.parameters:,}", anchor="end"))
        parts.append(_bar(top, min(1.0, step.parameters / total)))
    if follows:
        path = f"M{left + 16} {top + _BOX} v{_ROW - _BOX - 3} m-3 -3 l3 3 l3 -3"
        parts.append(tag("path", d=path, fill="none", stroke="currentColor", opacity=0.5))
    return tag("g", *parts)


def _box(left: float, top: float, width: float, *, group: bool) -> Html:
    colour = "currentColor" if group else BLUE
    return tag(
        "rect",
        x=left,
        y=top,
        width=width,
        height=_BOX,
        rx=5,
        fill=colour,
        fill_opacity=0.04 if group else 0.12,
        stroke=colour,
        stroke_opacity=0.35 if group else 0.7,
        stroke_dasharray="4 3" if group else None,
    )


def _bar(top: float, share: float) -> Html:
    width = f"{max(1.0, _BAR * share):.1f}"
    return tag(
        "rect",
        x=_PARAMETERS + 12,
        y=top + 9,
        width=width,
        height=10,
        fill=GREEN,
        fill_opacity=0.75,
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
