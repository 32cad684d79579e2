"""The output head uses the table of the embedding, or has one of its own, as the spec says.

Why: An untied head has the right shapes and as many parameters again; a head that copies the table
once is tied on the first step only.
Fix: Tied: ``head.weight = embedding.weight``, the same parameter, not a copy of its values.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision
from workbench.checks._graph import graph
from workbench.checks._requirement import chosen
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"tied embeddings": ("yes", "no")}
COST = 25


def check(subject: Subject) -> Decision:
    """Look whether a parameter is looked up in and multiplied with as well."""
    case = subject.bare()
    found = graph(subject, case)
    tables: set[int] = set()
    for node in found.each("lookup"):
        tables |= {found.bare(s) for s in node.sources if found[found.bare(s)].kind == "parameter"}
    if not tables:
        raise CannotLook("nothing is looked up in a parameter")
    heads = [node for node in found.each("product") if found.is_linear(node)]
    shared = [n for n in heads if tables & {found.bare(s) for s in n.sources}]
    names = ", ".join(sorted(found[number].name for number in tables))
    seen = "yes" if shared else "no"
    words = f"{names} is {'' if shared else 'not '}multiplied with as well"
    conditions = subject.conditions(case, mode="eval", weights="spread")
    where = shared[0].line if shared else heads[-1].line if heads else ""
    return chosen(subject, seen, words, conditions, where=where)
