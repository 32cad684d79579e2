"""Building and calling leaves the process as it was: random numbers, types, modes and switches.

Why: A module that seeds, sets the default type or switches gradients off changes every other part
of the program; runs become alike that should differ, and nobody looks for it there.
Fix: Use a generator of your own, a context manager, and arguments instead of global settings.
"""

from __future__ import annotations

from workbench.checks._compare import worst
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer")
DECIDES = {"leaves no trace": (LAW,)}
COST = 7


def check(subject: Subject) -> Decision:
    """Compare global settings before and after, and outputs with gradients and modes on and off."""
    case = subject.case(dtype="float32")
    answer = subject.surroundings(case)
    conditions = subject.conditions(case, mode="eval", weights="born")
    for when in ("building", "calling"):
        changed = answer[when]
        if changed:
            first = changed[0]
            return failed(f"{when} changes {first}", "a process that is left as it was", conditions)
    ways = {"on": "where gradients are recorded", "watched": "where modes of torch look on"}
    for way, words in ways.items():
        distance, name = worst(answer["off"], answer[way])
        if distance > 1e-5:
            seen = f"{name} differs by {distance:.3g} {words}"
            return failed(seen, "the same output with and without", conditions)
    return passed("settings and random numbers are left alone", **conditions)
