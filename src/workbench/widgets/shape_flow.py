"""The shape flow as a picture: what goes through the module at full size, step by step.

Blocks that repeat are drawn once, with their number. The picture shows what the report holds; that
the shapes are right is a check's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workbench.records import FlowStep
from workbench.widgets._html import join, tag
from workbench.widgets._pieces import number, sub, table
from workbench.widgets._style import GREEN
from workbench.widgets._svg import bar
from workbench.widgets._view import View

_INDENT, _BAR = 22, 120  # pixels


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
    shown = [_row(depth, step, total) for depth, step in rows]
    titles = ["step", "output_", "parameters#", "share_"]
    picture = tag("div", table(titles, shown, "Shape flow"), class_="wb-scroll wb-flow")
    text = [f"shape flow: {caption}"]
    text += [f"  {'  ' * depth}{step.line}" for depth, step in rows]
    return View(join([sub(caption), picture]), "\n".join(text))


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


def _row(depth: int, step: Step, total: int) -> tuple[object, ...]:
    times = tag("b", f"× {step.times}") if step.times > 1 else ""
    box = tag(
        "div",
        join([tag("b", step.title), tag("span", step.step.type, class_="wb-dim"), times], " "),
        class_="wb-node wb-group" if step.children else "wb-node",
        style=f"margin-left: {depth * _INDENT}px",
    )
    if not step.parameters:
        return box, tag("span", step.step.output, class_="wb-mono"), "", ""
    drawn = bar(_BAR, step.parameters / total, GREEN)
    return box, tag("span", step.step.output, class_="wb-mono"), f"{step.parameters:,}", drawn
