"""A kind of operation occurs as often as the contract says.

Why: An activation that is left out behind the last sum, a pool too many or a softmax that the loss
takes a second time changes no shape and no parameter.
Fix: Go through the calls in the order of the stream, and count what the verdict names.
"""

from __future__ import annotations

from collections import Counter

from workbench.checks._decision import Decision
from workbench.checks._operations import operations
from workbench.checks._pointwise import FUNCTIONS, GATES
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject
from workbench.spec import OPERATIONS

TIER = "live"
KINDS = ()
EXAMPLE = "activation layers == ... | <operation> operations == ..."
_EACH = {
    f"{name} operations": name for name in OPERATIONS if name not in ("torch", "add positions")
}
DECIDES = dict.fromkeys(("activation layers", "pooling layers", *_EACH), (NUMBER,))
COST = 47

_POOLS = ("max pool", "mean pool", "adaptive pool")
_IN_TRAINING = ("dropout operations", "add noise operations", "multiply noise operations")


def check(subject: Subject) -> Decision:
    """Count the operations of a run, a function or a norm as one however it is written."""
    case, phrase = subject.bare(), subject.phrase.phrase
    train = phrase in _IN_TRAINING
    run = operations(subject, case, train=train)
    names = _names(subject)
    seen = [each for each in run.seen if each.name in names]
    told = Counter(each.name for each in seen)
    words = " and ".join(f"{count} {name}" for name, count in told.items()) or phrase
    mode = "train" if train else "eval"
    conditions = subject.conditions(case, mode=mode, weights="spread")
    things = f"{phrase}{f' ({words})' if len(told) > 1 else ''}"
    return counted(subject, len(seen), things, conditions, where=seen[-1].line if seen else "")


def _names(subject: Subject) -> set[str]:
    phrase = subject.phrase.phrase
    if phrase == "pooling layers":
        return set(_POOLS)
    if phrase != "activation layers":
        name = _EACH[phrase]
        return {name, "gelu (tanh form)"} if name == "gelu" else {name}
    declared = [x.right for x in subject.spec.requires.values() if x.phrase == "activation"]
    gates = GATES - {word.strip("'\"").replace("_", " ") for word in declared}
    return ({*FUNCTIONS, "prelu"} - gates) | {"leaky relu"}
