"""What the module computes can be saved and loaded: all that matters is in its state.

Why: A tensor that is not registered as parameter or buffer is missing in every checkpoint; the
model that was trained and the one that is loaded differ, and no error says so.
Fix: Register tensors with ``nn.Parameter`` or ``register_buffer`` (persistent where it cannot be
computed again), and layers in ``nn.ModuleList`` or ``nn.ModuleDict``, not in plain lists.
"""

from __future__ import annotations

from workbench.checks._compare import worst
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 30


def check(subject: Subject) -> Decision:
    """Save one instance, load into one that was born with other random numbers, and compare."""
    case = subject.case()
    other = subject.seed + 1
    conditions = subject.conditions(case, mode="eval", weights="spread", other_seed=other)
    answer = subject.reload(case, other=other)
    if answer["strict"]:
        return failed(answer["strict"], "a state that loads strictly", conditions)
    distance, name = worst(answer["before"], answer["after"])
    if distance > subject.repeatable:
        seen = f"{name} differs by {distance:.3g} after loading into a fresh instance"
        return failed(seen, "the same output", conditions)
    return passed(f"the same output from {len(answer['state'])} saved tensors", **conditions)
