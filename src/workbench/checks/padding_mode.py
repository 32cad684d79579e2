"""Edges are continued as the contract says: zeros, a mirror image, the last or opposite values.

Why: Each way of padding has the same shapes and the same middle; the edges differ, and with every
layer more of what lies next to them, so weights that were trained with one are wrong with another.
Fix: Pass ``padding_mode`` to every convolution, or ``mode`` to the call that pads.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Graph, graph
from workbench.checks._operations import operations
from workbench.checks._requirement import word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"padding mode": ("zeros", "reflect", "replicate", "circular", "none")}
COST = 48

_NAMES = {
    "reflection pad": "reflect",
    "replication pad": "replicate",
    "circular pad": "circular",
    "concat number": "zeros",
}


def check(subject: Subject) -> Decision:
    """Find all that is padded in a run, by convolutions and before them."""
    case = subject.bare()
    found = graph(subject, case)
    seen = [
        (_NAMES[each.name], each.line)
        for each in operations(subject, case).seen
        if each.name in _NAMES
    ]
    seen += [("zeros", line) for line in _zeros(found)]
    conditions = subject.conditions(case, mode="eval", weights="spread")
    asked = word(subject)
    words = ", ".join(dict.fromkeys(name for name, _ in seen)) or "no padding"
    if not seen and asked != "none":
        if not any(True for _ in found.each("convolution")):
            raise CannotLook("no convolution was seen that could be padded")
        return failed("no padding", asked, conditions)
    for name, line in seen:
        if name != asked:
            return failed(words, asked, conditions, where=line)
    return passed(f"{words} in {len(seen)} places", **conditions)


def _zeros(found: Graph) -> list[str]:
    """Give the lines where zeros are put at the edges."""
    lines = [node.line for node in found.each("other") if node.op == "constant_pad_nd"]
    for node in found.each("convolution"):
        padding = node.settings.get("padding") or ()
        if any(int(number) for number in padding) and not node.settings.get("transposed"):
            lines.append(node.line)
    return lines
