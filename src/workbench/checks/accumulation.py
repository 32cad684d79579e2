"""A second step works, and gradients add up until they are cleared.

Why: A hidden state that is kept with its graph makes the second backward pass raise; a module
that writes into ``.grad`` or clears it turns accumulation over small batches into the last one
alone.
Fix: Detach what is carried from call to call; leave ``.grad`` and ``zero_grad`` to the training
loop.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 10

_NOISE = 1e-9


def check(subject: Subject) -> Decision:
    """Pull the same cotangent back twice: the gradients double."""
    if not subject.floating or not subject.learned(subject.exact):
        return passed("nothing learns, so nothing accumulates")
    case = subject.case()
    cotangents = subject.cotangents(subject.run(case), 1)
    conditions = subject.conditions(case, mode="eval", weights="spread", passes=2)
    try:
        answer = subject.look("steps", case, cotangents=cotangents, count=2)
    except CandidateRaised as error:
        if "backward through the graph" not in error.message:
            raise CannotLook(f"a backward pass stops: {error}") from error
        seen = f"the second step raises: {error.message[:200]}"
        return failed(seen, "a second step like the first", conditions, where=error.where)
    first, second = answer["gradients"]
    rough = 1e-9 if subject.exact == "float64" else 1e-4
    for name, size in first.items():
        if abs(second.get(name, 0.0) - 2 * size) > rough * max(1.0, size):
            seen = f"the gradient of {name} goes from {size:.4g} to {second.get(name, 0.0):.4g}"
            return failed(seen, "twice as much after the second pass", conditions)
    return passed(f"{len(first)} gradients double with a second pass", **conditions)
