"""A call leaves training and evaluation mode as they are, in every layer.

Why: A ``self.eval()`` inside the call switches dropout off, and batch statistics to the running
ones, for the rest of the training run; a ``self.train()`` does the opposite in production.
Fix: Leave the mode to the caller and read ``self.training``; freeze a part by its parameters.
"""

from __future__ import annotations

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 9


def check(subject: Subject) -> Decision:
    """Call in both modes and look at the mode of each layer before and after."""
    case = subject.case(dtype="float32")
    for train in (True, False):
        answer = subject.look("calls", case, weights="born", train=train)
        mode = "train" if train else "eval"
        if answer["switched"]:
            seen = f"the mode of {', '.join(answer['switched'][:5])} is another one after the call"
            conditions = subject.conditions(case, mode=mode, weights="born")
            return failed(seen, f"{mode} mode, as before", conditions)
    return passed("both modes stay as they are", **subject.conditions(case, weights="born"))
