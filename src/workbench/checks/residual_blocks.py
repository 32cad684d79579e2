"""As many residual connections lie on the stream as the spec says.

Why: A dropped skip trains a while, then not at all when the network gets deeper; shapes and
parameters do not show it.
Fix: Add each block's input, projected where its shape changes, to the block's result.
"""

from __future__ import annotations

from workbench.checks._blocks import residuals
from workbench.checks._decision import Decision
from workbench.checks._graph import graph
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"residual blocks": (NUMBER,), "residual connections": (NUMBER,)}
COST = 26


def check(subject: Subject) -> Decision:
    """Count the additions of one run where the stream meets what was computed from it."""
    case = subject.bare()
    count = len(residuals(graph(subject, case)))
    conditions = subject.conditions(case, mode="eval", weights="spread")
    return counted(subject, count, "residual connections", conditions)
