"""In training the output is random, or is not, as the spec says.

Why: A dropout that is never called leaves training without it; noise that is not declared makes a
run irreproducible where nobody looks for it.
Fix: Draw in training what the spec declares, from the framework's generator, and nothing else.
"""

from __future__ import annotations

from workbench.checks._compare import worst
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"random in training": (LAW,), "same in training": (LAW,)}
COST = 8


def check(subject: Subject) -> Decision:
    """Run twice in training, with different random numbers."""
    case = subject.case()
    one = subject.run(case, train=True).outputs
    two = subject.run(case, train=True, seed=1).outputs
    distance, name = worst(one, two)
    conditions = subject.conditions(case, mode="train", weights="spread", seeds=[0, 1])
    wanted = subject.phrase.phrase == "random in training"
    random = distance > subject.repeatable
    seen = f"{name} differs by {distance:.3g}" if random else "the same outputs"
    seen += " with other random numbers in training"
    if random == wanted:
        return passed(seen, **conditions)
    return failed(seen, subject.phrase.text, conditions)
