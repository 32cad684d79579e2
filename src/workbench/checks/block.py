"""Residual blocks are of the kind that the spec names: basic or bottleneck.

Why: Both kinds fit the same stages and widths; they differ in depth, cost and the weights that fit.
Fix: basic is two 3x3 convolutions; bottleneck is 1x1, 3x3 and 1x1, four times as wide at its end
(He et al. 2016, figure 5).
"""

from __future__ import annotations

from workbench.checks._blocks import Residual, residuals
from workbench.checks._decision import CannotLook, Decision, failed
from workbench.checks._graph import graph
from workbench.checks._requirement import chosen, word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
_KERNELS = {(3, 3): "basic", (1, 3, 1): "bottleneck"}
DECIDES = {"block": tuple(_KERNELS.values())}
COST = 27


def check(subject: Subject) -> Decision:
    """Read the kernels of each residual branch."""
    case = subject.bare()
    found = residuals(graph(subject, case))
    if not found:
        raise CannotLook("no residual connection was seen, so there are no blocks to look into")
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for number, residual in enumerate(found, start=1):
        kernels = _kernels(residual)
        if _KERNELS.get(kernels) != word(subject):
            shown = ", ".join(f"{kernel}x{kernel}" for kernel in kernels) or "no convolution"
            seen = f"{shown} in residual block {number}"
            return failed(seen, word(subject), conditions, where=residual.where)
    return chosen(subject, word(subject), f"{len(found)} {word(subject)} blocks", conditions)


def _kernels(residual: Residual) -> tuple[int, ...]:
    # A gate over channels squeezes the image away; its 1x1 convolutions see a single place.
    places = [node for node in residual.convolutions if max(node.shape[2:], default=1) > 1]
    return tuple(max(node.settings["kernel"], default=1) for node in places)
