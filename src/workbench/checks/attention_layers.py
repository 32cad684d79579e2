"""As many attention layers lie one behind the other as the spec says.

Why: A loop that stops early, a layer that is built but skipped, or one whose result is thrown away
keeps shapes and parameters as they should be.
Fix: Follow the stream through the blocks: each block's result goes into the next. The softmax of
attention runs over the keys, the last axis of the scores.
"""

from __future__ import annotations

from workbench.checks._attention import layers
from workbench.checks._decision import Decision, failed
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"attention layers": (NUMBER,)}
COST = 60


def check(subject: Subject) -> Decision:
    """Count attentions by depth in the graph of one run; only what reaches an output counts."""
    case = subject.bare()
    found = layers(subject, case)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for number, layer in enumerate(found, start=1):
        if not layer.over_keys:
            seen = f"the weights of attention layer {number} sum to one over the queries"
            return failed(seen, "a softmax over the keys", conditions, where=layer.where)
    where = found[-1].where if found else ""
    return counted(subject, len(found), "attention layers in a row", conditions, where=where)
