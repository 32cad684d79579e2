"""What the caller does with inputs and outputs after a call changes nothing inside the module.

Why: A module that returns its own table, or keeps the caller's tensor for the next call, is changed
by the next in-place operation outside; a loader that reuses its buffer is enough. One that writes
every result into the same memory changes what it returned before.
Fix: Return ``table.clone()`` or the result of an operation, and keep copies of what must be kept.
"""

from __future__ import annotations

from workbench.checks._compare import worst
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 8


def check(subject: Subject) -> Decision:
    """Overwrite the inputs and the outputs of one call, and call again."""
    case = subject.case(dtype="float32")
    subject.run(case)
    answer = subject.look("alias", case)
    conditions = subject.conditions(case, weights="spread")
    if answer["earlier"]:
        seen = f"the second call changed what the first returned as {', '.join(answer['earlier'])}"
        return failed(seen, "an output that belongs to the caller", conditions)
    for side in ("inputs", "outputs"):
        distance, name = worst(answer["plain"], answer[side])
        if distance > subject.repeatable:
            seen = f"{name} of the next call differs by {distance:.3g} after {side} are overwritten"
            return failed(seen, "the same output", conditions | {"overwritten": side})
    if answer["state"]:
        seen = f"{', '.join(answer['state'][:5])} changed when the caller overwrote its tensors"
        return failed(seen, "state that only the module changes", conditions)
    return passed("overwriting inputs and outputs changes nothing", **conditions)
