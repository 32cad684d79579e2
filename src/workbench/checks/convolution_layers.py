"""As many convolutions run as the spec says.

Why: A stage that is too short or a projection that is missing keeps the output's shape.
Fix: Count along the stream: the stem, each block's convolutions, and the projections of skips.
"""

from __future__ import annotations

from workbench.checks._decision import Decision
from workbench.checks._graph import graph
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"convolution layers": (NUMBER,)}
COST = 25


def check(subject: Subject) -> Decision:
    """Count the convolutions of one run that an output depends on."""
    case = subject.bare()
    count = len(list(graph(subject, case).each("convolution")))
    conditions = subject.conditions(case, mode="eval", weights="spread")
    return counted(subject, count, "convolutions", conditions)
