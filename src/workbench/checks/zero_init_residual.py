"""Residual branches begin at zero, or do not, as the spec says.

Why: With branches that begin at zero the network begins as the identity, which large batches need;
the switch is one line that is easily applied to the wrong norm.
Fix: Set the scale of the last norm of every residual branch to zero (Goyal et al. 2017, section
5.1).
"""

from __future__ import annotations

import numpy as np

from workbench.checks._blocks import residuals
from workbench.checks._decision import CannotLook, Decision
from workbench.checks._graph import graph
from workbench.checks._requirement import chosen
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"zero init residual": ("yes", "no")}
COST = 30


def check(subject: Subject) -> Decision:
    """Run with the weights that the module was built with, and look at what each branch adds."""
    case = subject.bare()
    found = residuals(graph(subject, case, weights="born"))
    if not found:
        raise CannotLook("no residual connection was seen, so there are no branches to look at")
    branches = [residual.branch for residual in found]
    values = graph(subject, case, weights="born", whole=branches).kept
    silent = [residual for residual in found if not np.any(values[residual.branch])]
    seen = {0: "no", len(found): "yes"}.get(len(silent), "mixed")
    words = f"{len(silent)} of {len(found)} residual branches begin at zero"
    conditions = subject.conditions(case, mode="eval", weights="born")
    odd = next((residual for residual in found if residual not in silent), found[0])
    return chosen(subject, seen, words, conditions, where=odd.where if seen == "mixed" else "")
