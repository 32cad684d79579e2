"""The router chooses among as many experts, and as many of them for each token, as the spec says.

Why: One expert more or less for each token, or experts that are built but never in the choice,
change the cost and the capacity, and no shape.
Fix: Score every expert, take the top k of the scores, and send the token to each of them.
"""

from __future__ import annotations

from workbench.checks import _implied
from workbench.checks._decision import CannotLook, Decision
from workbench.checks._graph import graph
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {"experts": (NUMBER,), "experts per token": (NUMBER,), "codebook size": (NUMBER,)}
COST = 25

_CHOICES = ("topk", "argmax", "argmin", "max", "min", "sort", "argsort")


def implied(spec: Spec) -> list[str]:
    """Read options for the number of experts, and of those that are chosen."""
    count = _implied.equal(spec, "experts", _implied.EXPERTS, int)
    chosen = _implied.equal(spec, "experts per token", _implied.CHOSEN, int)
    return [*count, *chosen] if count and chosen else []


def check(subject: Subject) -> Decision:
    """Find hard choices over the last axis of something that depends on an input."""
    case, phrase = subject.bare(), subject.phrase.phrase
    found = graph(subject, case)
    ends = ("argmin", "argmax", "min", "max") if phrase == "codebook size" else _CHOICES
    choices = [n for n in found.nodes if n.op in ends and n.dtype.startswith("int")]
    choices = [n for n in choices if found.varying(n) and found[found.varying(n)[0]].shape]
    if not choices:
        raise CannotLook("no hard choice (topk, argmax, argmin) was seen")
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for node in choices:
        scores = found[found.varying(node)[0]]
        if phrase == "experts per token":
            single = node.op.startswith(("arg", "m"))
            count, things = 1 if single else node.shape[-1], "experts for each token"
        else:
            count, things = scores.shape[-1], f"scores in a choice by {node.op}"
        decision = counted(subject, count, things, conditions, where=node.line)
        if decision.outcome == "failed":
            return decision
    return decision
