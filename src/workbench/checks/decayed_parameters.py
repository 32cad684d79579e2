"""Weight decay acts on the declared parameters: on all, on matrices only, or on none.

Why: Decay on biases and on the gains of norms pulls them to zero for no reason; a group that is
matched by name misses the layer that was named differently.
Fix: Make two groups: parameters with two or more axes with the decay, the others with 0.
"""

from __future__ import annotations

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import word
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("training",)
DECIDES = {"decayed parameters": ("matrices", "all", "none")}
COST = 30


def check(subject: Subject) -> Decision:
    """Read the groups of the optimizer that the loop built."""
    if "optimizer" in subject.spec.roles:
        raise CannotLook("the optimizer is handed in, so its groups are not the loop's doing")
    data = _training.data(subject, _training.steps_of(subject, "accumulation"))
    (trace,) = _training.train(subject, _training.Setting(data=data))
    if not trace.groups:
        raise CannotLook("no optimizer took a step")
    decayed = {name for group in trace.groups if group["decay"] > 0 for name in group["names"]}
    learned = {entry["name"]: entry["axes"] for entry in trace.parameters if entry["learned"]}
    wanted = {
        "all": set(learned),
        "none": set(),
        "matrices": {name for name, axes in learned.items() if axes >= 2},
    }[word(subject)]
    wrong = sorted((decayed & learned.keys()) ^ wanted)
    if wrong:
        more = ", ".join(name for name in wrong if name in decayed)
        less = ", ".join(name for name in wrong if name not in decayed)
        words = [f"{more} with decay"] if more else []
        words += [f"{less} without decay"] if less else []
        return failed("; ".join(words), f"decay on {word(subject)}")
    return passed(f"decay on {word(subject)}: {len(wanted)} of {len(learned)} parameters")
