"""Every attention layer has as many heads as the spec says, joined position by position.

Why: The number of heads changes neither shapes nor parameters, so a wrong one is invisible: one
head of width 512 has exactly the weights of eight heads of width 64. A reshape that joins heads
before they are moved back puts several positions into one row.
Fix: Split the projected width into (heads, width / heads) and move the heads before the time axis;
move them back, ``transpose(1, 2)``, before they are joined.
"""

from __future__ import annotations

from workbench.checks import _implied
from workbench.checks._attention import layers
from workbench.checks._decision import CannotLook, Decision, failed
from workbench.checks._joined_heads import mixed
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {"attention heads": (NUMBER,)}
COST = 61


def implied(spec: Spec) -> list[str]:
    """Read an option for the number of heads."""
    return _implied.equal(spec, "attention heads", _implied.HEADS, int)


def check(subject: Subject) -> Decision:
    """Count the sets of attention weights of each example in each layer of one run."""
    case = subject.bare()
    found = layers(subject, case)
    if not found:
        raise CannotLook("no attention weights were seen, so there is nothing to count heads in")
    wanted = subject.phrase.expression.value(subject.options)
    if not subject.phrase.id and any(layer.heads == wanted for layer in found):
        # An option speaks of the attention that has several heads, not of a tokeniser with one.
        found = [layer for layer in found if layer.heads > 1] or found
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for number, layer in enumerate(found, start=1):
        words = f"heads in attention layer {number}"
        decision = counted(subject, layer.heads, words, conditions, where=layer.where)
        if decision.outcome == "failed":
            return decision
    where = mixed(subject, case)
    if where:
        seen = "rows that hold several positions are projected behind the heads"
        return failed(seen, "all heads of one position in each row", conditions, where=where)
    return counted(subject, found[0].heads, f"heads in each of {len(found)} layers", conditions)
