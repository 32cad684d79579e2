"""The module keeps no more after the hundredth call than after the first.

Why: A list of losses, a history of hidden states or a cache for every length keeps each call's
tensors, often with their graphs, alive; memory grows with every step until the run ends in the
night.
Fix: Return what the caller should have and keep nothing; if something must be kept, detach it and
replace the former.
"""

from __future__ import annotations

import itertools

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 8


def check(subject: Subject) -> Decision:
    """Call several times and count what stands in attributes and containers."""
    case = subject.case(dtype="float32")
    answer = subject.look("attributes", case, weights="born", calls=4, fresh=True)
    conditions = subject.conditions(case, weights="born", calls=4)
    for name, counts in answer["held"].items():
        # The first call may build something; what grows with each one after it never ends.
        later = counts[1:]
        if all(before < after for before, after in itertools.pairwise(later)):
            seen = f"{name} holds {', '.join(map(str, counts))} items after each call"
            return failed(seen, "no more after each call", conditions)
    return passed("no attribute grows", **conditions)
