"""Two names of layers stand for two layers.

Why: ``self.norm2 = self.norm1`` or ``[Block()] * n`` shares every weight: shapes, outputs and the
loss look right, the network has half of its parameters.
Fix: Build a layer for each name and each place in a list, or say that they share their weights.
"""

from __future__ import annotations

from workbench.checks import _parts
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 10


def check(subject: Subject) -> Decision:
    """Read the constructors of what a run calls; what is said to be shared is shared."""
    doubles = subject.words.doubles
    if not doubles:
        subject.describe()  # there has to be something that could have names
        return passed("no layer stands under two names")
    case = subject.bare()
    run = {part["type"].rpartition(".")[2] for part in _parts.called(subject, case)}
    for each in doubles:
        if each.owner in run | {subject.spec.name}:
            seen = f"{each.text} in {each.owner}: one layer, called under each of its names"
            conditions = subject.conditions(case)
            return failed(seen, "a layer for each", conditions, where=each.where)
    return passed("what has two names is not called")
