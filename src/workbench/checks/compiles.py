"""Compiled or exported, the module gives what it gives as it stands.

Why: What torch.compile and torch.export read is the graph of one call: a branch on a value, a list
that grows or a number taken out of a tensor splits the graph, stops the exporter, or is frozen as
it was in that call, and then the deployed model answers something else.
Fix: Go to the line that is named: choose with ``torch.where`` instead of a branch on values, keep
sizes as sizes, and keep ``.item()``, printing and Python containers out of ``forward``.
"""

from __future__ import annotations

from workbench.checks._compare import tolerance, worst
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._line import Answer
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "deep"
KINDS = ("model", "layer")
DECIDES = {"compiles": (LAW,), "exports": (LAW,)}
EXAMPLE = "exports"
COST = 4000

_WAYS = {"compiles": "compiled", "exports": "exported"}


def check(subject: Subject) -> Decision:
    """Compare three ways to run it; one graph is only a duty where the spec asks for it."""
    case = subject.case(dtype="float32")
    asked = _WAYS[subject.requirement.phrase] if subject.requirement else ""
    answer = subject.look("compiled", case)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for way in _WAYS.values():
        distance, name = worst(answer["plain"], answer[way].get("outputs", answer["plain"]))
        if distance > tolerance("float32"):
            seen = f"{name} differs by {distance:.3g} when it is {way}"
            return failed(seen, "the same output", conditions)
    told = {way: _told(answer[way]) for way in _WAYS.values()}
    if asked and told[asked] != "one graph":
        where = str(answer[asked].get("where", ""))
        return failed(f"{asked}: {told[asked]}", "one graph", conditions, where=where)
    return passed("; ".join(f"{way}: {words}" for way, words in told.items()), **conditions)


def _told(found: Answer) -> str:
    """Tell in how many graphs it came out, or why in none."""
    if "raised" in found:
        return f"not at all: {found['raised'][:200]}"
    if found["graphs"] == 1 and not found["breaks"]:
        return "one graph"
    reasons = "; ".join(str(reason).splitlines()[0][:120] for reason in found["breaks"][:3])
    return f"{found['graphs']} graphs{': ' if reasons else ''}{reasons}"
