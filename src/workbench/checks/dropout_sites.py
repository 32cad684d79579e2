"""In training dropout acts at all places that the contract lists, and at no others of their kinds.

Why: A dropout that is forgotten behind one sublayer, or stands twice on one way, changes no shape
and no number of parameters; a model that is too large for its data tells it late.
Fix: embeddings: behind them, before the first map. attention: on its weights. branches: behind the
last map of each sublayer, before it is added. hidden: behind an activation, before the next map.
head: before the last map.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._dropped import SITES, Dropped
from workbench.checks._graph import graph
from workbench.checks._requirement import NUMBER, word
from workbench.checks._subject import Subject
from workbench.errors import nearest

TIER = "live"
KINDS = ()
_WORDS = {name.replace(" ", "_").replace("-", "_"): name for name in SITES}
DECIDES = {"dropout sites": (NUMBER, *_WORDS)}
EXAMPLE = "dropout sites == 'embeddings attention branches' | ..."
COST = 34


def check(subject: Subject) -> Decision:
    """Look for dropout at every place of each kind."""
    case = subject.bare()
    conditions = subject.conditions(case, mode="train", weights="spread")
    asked = _asked(subject)
    found = Dropped(graph(subject, case, train=True)).places()
    for name in asked:
        places = found[name]
        if not places.dropped and not places.plain:
            raise CannotLook(f"no place was seen that is one of {name}")
        if places.plain:
            count = len(places.plain) + len(places.dropped)
            seen = f"none at {len(places.plain)} of {count} {name}"
            return failed(seen, "dropout at each", conditions, where=places.plain[0])
    within = {"branches"} if any("branches" in name for name in asked) else set()
    within |= {name for name in SITES if "branches" in name} if "branches" in asked else set()
    for name in SITES:
        if name not in {*asked, *within} and found[name].dropped:
            where = found[name].dropped[0]
            return failed(f"dropout at {name} too", f"{', '.join(asked)}", conditions, where=where)
    told = [f"{len(found[name].dropped)} {name}" for name in asked]
    return passed(f"at {', '.join(told)}", **conditions)


def _asked(subject: Subject) -> list[str]:
    if word(subject) in _WORDS:
        return [_WORDS[word(subject)]]
    names = str(subject.phrase.expression.value(subject.options)).split()
    for name in names:
        if name not in _WORDS:
            raise CannotLook(f"{name!r} is no place of dropout: {nearest(name, _WORDS)}")
    return [_WORDS[name] for name in names]
