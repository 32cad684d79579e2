"""The draft leaves alone what answers for it.

Why: Code that patches torch, Python or the workbench while it is checked answers for something
else than what it is; no other verdict on it is worth anything.
Fix: Define the module and nothing else. Change no class, function or setting of a library, use no
frames, garbage collector, audit hooks or raw file descriptors, and import nothing of the workbench.
"""

from __future__ import annotations

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = frozenset({"model", "layer", "loss", "metric", "dataset", "training"})
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 1e9  # it looks at what all others have left


def check(subject: Subject) -> Decision:
    """Compare what answers depend on with what it was before the draft was imported."""
    touched, outside = subject.tampering()
    if touched:
        return failed("; ".join(touched), "nothing is touched that answers depend on")
    place = "from outside its process" if outside else "from inside its process only"
    return passed(f"nothing was touched, seen {place}", outside=outside)
