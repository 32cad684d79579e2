"""A map to a wider space is not followed by another map with nothing in between.

Why: Two linear maps in a row are one. An activation behind the second one instead of between them,
or none at all, keeps every shape and the number of parameters, and leaves a network without depth.
Fix: Apply the activation to the wide result, before it is mapped back.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import graph
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject
from workbench.checks.activation import folded
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {"no folded maps": (LAW,)}
COST = 26


def implied(spec: Spec) -> list[str]:
    """Ask it of every draft; a factor that is narrower than both ends is no matter."""
    del spec
    return ["no folded maps"]


def check(subject: Subject) -> Decision:
    """Find a product with a wide result that goes into the next product as it is."""
    if not subject.phrase.id and not subject.words.sentences:
        raise CannotLook("the code is not the draft's own")
    case = subject.bare()
    found = graph(subject, case)
    node = folded(found, wide=True)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    if node is None:
        return passed("no wide map is followed by another one", **conditions)
    seen = "a linear map reads nothing but the wider result of another one"
    where = found.where(node.number)
    return failed(seen, "a function of each element between them", conditions, where=where)
