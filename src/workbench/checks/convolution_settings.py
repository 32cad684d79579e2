"""Convolutions have the kernel, stride, dilation and groups that the spec says.

Why: With matching padding, another kernel, dilation or number of groups gives the same shapes; the
receptive field, the cost and the weights that fit are others.
Fix: Pass the declared numbers to every convolution, in the order of the stream; a list in the
options gives one number for each.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import Node, graph
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
_SETTINGS = {"kernel size": "kernel", "stride": "stride", "dilation": "dilation"}
DECIDES = dict.fromkeys((*_SETTINGS, "groups", "convolution widths"), (NUMBER,))
COST = 25


def check(subject: Subject) -> Decision:
    """Read the settings of each convolution that an output depends on."""
    line, case = subject.phrase, subject.bare()
    found = list(graph(subject, case).each("convolution"))
    if not found:
        raise CannotLook("no convolution was seen")
    wanted = line.expression.value(subject.options)
    each = wanted if isinstance(wanted, list) else [wanted] * len(found)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    if len(each) != len(found):
        return failed(f"{len(found)} convolutions", f"{len(each)}, one for each", conditions)
    for number, (node, number_wanted) in enumerate(zip(found, each, strict=True), start=1):
        seen = _seen(node, line.phrase)
        if any(_breaks(value, line.comparison, number_wanted) for value in seen):
            shown = "x".join(map(str, seen))
            words = f"{line.phrase} {shown} in convolution {number}"
            return failed(words, f"{line.comparison} {number_wanted}", conditions, where=node.line)
    return passed(f"{line.phrase} {line.comparison} {wanted} in {len(found)}", **conditions)


def _seen(node: Node, phrase: str) -> list[int]:
    if phrase == "groups":
        return [int(node.settings["groups"])]
    if phrase == "convolution widths":
        return [int(node.settings["channels"][1])]
    # Over one dimension torch adds a second one of length one.
    values = [int(value) for value in node.settings.get(_SETTINGS[phrase], [])]
    return values or [1]


def _breaks(seen: int, comparison: str, wanted: int) -> bool:
    return not {"==": seen == wanted, "<=": seen <= wanted, ">=": seen >= wanted}[comparison]
