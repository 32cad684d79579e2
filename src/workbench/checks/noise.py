"""The noise that training draws is of the declared kind, and each example has its own.

Why: Uniform noise for normal noise, one draw for the whole batch or a single number keep shapes,
and the mean over many steps; a latent space that was trained with it is another one.
Fix: Draw in the shape of what it is added to, ``torch.randn_like(mean)``, from the declared
distribution.
"""

from __future__ import annotations

from collections import Counter

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._requirement import word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"noise": ("normal", "uniform", "none")}
COST = 8


def check(subject: Subject) -> Decision:
    """Note what a run in training draws; dropout, and choices among classes, are no noise."""
    case = subject.case()
    more = {"path": "", "train": True, "draws": True}
    answer = subject.part(case, subject.inputs(case), "spread", more)
    draws = [(kind, values) for kind, values in answer["draws"] if kind != "other"]
    conditions = subject.conditions(case, mode="train", weights="spread")
    wanted, batch = word(subject), case.sizes.get("batch", 1)
    counted = Counter((kind, values.shape) for kind, values in draws)
    words = ", ".join(f"{kind} {shape} {n} times" for (kind, shape), n in counted.items())
    words = words or "no noise"
    kinds = {kind for kind, _ in draws} or {"none"}
    if kinds != {wanted}:
        return failed(words, wanted, conditions)
    shared = [values.shape for _, values in draws if batch > 1 and values.shape[:1] != (batch,)]
    if shared:
        return failed(words, f"{wanted}, of its own for each of {batch} examples", conditions)
    return passed(words, **conditions)
