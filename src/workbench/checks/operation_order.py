"""The operations come in the order that the contract writes down.

Why: A norm behind its activation, a second activation that is missing, a mean for a maximum, a
stride at another stage or a residual that is halved keep all shapes and parameters.
Fix: Compare with the order of the contract at the operation that the verdict names; what is not
said of a convolution is stride 1, dilation 1 and one group.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._operations import Operations, operations
from workbench.checks._order import compare
from workbench.checks._requirement import SEQUENCE
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"runs": (SEQUENCE,)}
EXAMPLE = "runs conv 3x3, batch norm, relu, ... | <class> runs linear, gelu, linear"
COST = 46

_SHOWN = 12


def check(subject: Subject) -> Decision:
    """Read the operations of a run, or of each module inside that is meant."""
    line, case = subject.phrase, subject.bare()
    sequence = line.sequence
    if sequence is None:
        raise CannotLook("the requirement holds no order of operations")
    run = operations(subject, case, train=sequence.in_training)
    mode = "train" if sequence.in_training else "eval"
    conditions = subject.conditions(case, mode=mode, weights="spread")
    told = ""
    for path in _paths(run, line.of):
        chosen = run.within(path)
        stopped = compare(sequence, subject.options, run, chosen)
        if stopped is not None:
            seen = str(stopped.seen) if stopped.seen else "nothing more"
            at = chosen.index(run.seen.index(stopped.seen)) if stopped.seen else len(chosen)
            words = (
                f"{f'{path}: ' if path else ''}{seen} at place {at + 1} of {_list(run, chosen, at)}"
            )
            where = stopped.seen.line if stopped.seen else ""
            return failed(words, " or ".join(stopped.expected), conditions, where=where)
        told = _list(run, chosen, 0)
    return passed(told or "no operation", **conditions)


def _paths(run: Operations, of: str) -> list[str]:
    """Name the modules that are meant; nothing stands for the whole."""
    if not of:
        return [""]
    found = [path for path in run.paths(of) if run.within(path)]
    if not found:
        raise CannotLook(f"nothing runs in a module {of!r}; classes are {', '.join(run.classes)}")
    return found


def _list(run: Operations, chosen: list[int], at: int) -> str:
    start = max(0, min(at - _SHOWN // 2, len(chosen) - _SHOWN))
    texts = [str(run.seen[place]) for place in chosen[start : start + _SHOWN]]
    before = ["..."] if start else []
    after = ["..."] if start + _SHOWN < len(chosen) else []
    return ", ".join([*before, *texts, *after])
