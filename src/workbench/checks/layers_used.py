"""Every registered layer is called.

Why: A layer that is created and not called is a line that was forgotten: the dropout that does
not drop, the norm that was replaced in one place only. It has no parameters to complain about.
Fix: Call it where the design says, or delete it.
"""

from __future__ import annotations

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 9


def check(subject: Subject) -> Decision:
    """Run in training, with and without the optional inputs, and count the calls."""
    called: dict[str, int] = {}
    told = {}
    cases = [subject.case(dtype="float32")]
    if subject.optional:
        cases.append(subject.case(dtype="float32", without=subject.optional))
    for case in cases:
        for entry in subject.look("calls", case, weights="born", train=True)["modules"]:
            used = entry["called"] + entry["read"]  # ``self.drop.p`` is a use as well
            called[entry["name"]] = called.get(entry["name"], 0) + used
            told[entry["name"]] = entry
    conditions = subject.conditions(cases[0], mode="train", weights="born")
    # A layer's own weight may be used without a call; `gradient_flow` looks after those.
    idle = [
        name
        for name, count in called.items()
        if not count and not _excused(name, told) and not told[name]["parameters"]
    ]
    if idle:
        shown = ", ".join(f"{name} ({told[name]['type']})" for name in idle[:5])
        return failed(f"never called: {shown}", "every layer called", conditions)
    return passed(f"{len(called)} layers, each called or used", **conditions)


def _excused(name: str, told: dict[str, dict[str, object]]) -> bool:
    """Containers are never called, and torch's own layers use their parts as they like."""
    if told[name]["container"] or any(
        told[other]["parameters"] for other in told if other.startswith(f"{name}.")
    ):
        return True
    parent = name
    while parent:
        parent = parent.rpartition(".")[0]
        if told[parent]["torch"] and not told[parent]["container"]:
            return True
    return False
