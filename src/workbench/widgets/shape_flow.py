"""The shape flow as a picture: what goes through the module at full size, step by step.

Blocks that repeat are drawn once, with their number. The picture shows what the report holds; that
the shapes are right is a check's word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from workbench.records import FlowStep
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import number, sub, table
from workbench.widgets._style import GREEN
from workbench.widgets._svg import bar
from workbench.widgets._view import View

_INDENT, _BAR = 22, 90  # pixels
_TENSOR = re.compile(r"(\w+) \(([\d, ]*)\)")


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
    total = _total(flow)
    caption = f"{number(len(flow), 'step')} at full size · {number(total, 'parameter')}"
    shown = [_row(depth, step, total) for depth, step in rows]
    titles = ["step", "output_", "holds#", "keeps#", "parameters#", "share_", "FLOP#"]
    picture = tag("div", table(titles, shown, "Shape flow"), class_="wb-scroll wb-flow")
    text = [f"shape flow: {caption}"]
    text += [f"  {'  ' * depth}{step.line}" for depth, step in rows]
    legend = "holds: the memory of its output · keeps: what it keeps for a backward pass"
    return View(join([sub(f"{caption} · {legend}"), picture]), "\n".join(text))


def cost(flow: Sequence[FlowStep]) -> Html:
    """Show what a module costs at full size, in four figures."""
    count = _total(flow)
    operations = next((step.flops for step in flow if not step.name), 0)
    kept = next((step.saved for step in flow if not step.name), 0)
    figures = [
        (f"{count:,}", "parameters"),
        (_size(4 * count), "of weights as float32"),
        (f"{_scaled(operations)}FLOP", "for one forward at the largest sizes"),
        (_size(kept), "of activations kept for a backward pass"),
    ]
    shown = (tag("div", tag("b", figure), sub(words)) for figure, words in figures)
    return tag("div", *shown, class_="wb-figures", role="group", aria_label="Predicted cost")


def _total(flow: Sequence[FlowStep]) -> int:
    # A module that is called twice has its parameters once.
    return sum({step.name: step.parameters for step in flow}.values())


def _bytes(output: str) -> int:
    """Count the bytes of what a step puts out, read from how it is shown."""
    found = 0
    for dtype, shape in _TENSOR.findall(output):
        bits = re.search(r"\d+", dtype)
        width = int(bits[0]) // 8 if bits else 1
        found += width * math.prod(int(axis) for axis in shape.split(",") if axis.strip())
    return found


def _size(count: float) -> str:
    return f"{_scaled(count)}B"


def _scaled(count: float) -> str:
    """Write a number with three digits and its prefix."""
    for prefix in ("", "k", "M", "G", "T"):
        if count < 1000:
            return f"{count:.3g} {prefix}"
        count /= 1000
    return f"{count:.3g} P"


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
    held = _bytes(step.step.output)
    memory = _size(held) if held else ""
    kept = _size(step.step.saved * step.times) if step.step.saved else ""
    drawn = bar(_BAR, step.parameters / total, GREEN) if step.parameters else ""
    counted = f"{step.parameters:,}" if step.parameters else ""
    flops = _scaled(step.step.flops * step.times) if step.step.flops else ""
    output = tag("span", step.step.output, class_="wb-mono")
    return box, output, memory, kept, counted, drawn, flops
