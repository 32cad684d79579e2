"""Outputs are finite numbers for ordinary inputs, at every legal size.

Why: A logarithm or a division that meets zero, an overflow or a softmax over nothing spreads
through a whole batch, and a loss that is not a number ends a run hours later.
Fix: Use the stable form (log-softmax, log-sum-exp), add an epsilon where a divisor can be zero, and
give an empty set a defined result.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 3


def check(subject: Subject) -> Decision:
    """Look at the outputs at all sizes, with weights as built and of ordinary size."""
    cases = subject.tried()
    subject.run(cases[0], weights="born")
    for case in cases:
        for weights in ("born", "spread") if case is cases[0] else ("born",):
            try:
                outputs = subject.run(case, weights=weights).outputs
            except CandidateRaised:
                continue  # `output_shape` reports it
            for name, values in outputs.items():
                broken = int(np.sum(~np.isfinite(values))) if values.dtype.kind in "fc" else 0
                if broken:
                    seen = f"{broken} of {values.size} values of {name} are not finite"
                    conditions = subject.conditions(case, mode="eval", weights=weights)
                    return failed(seen, "finite values", conditions)
    return passed(f"finite at {len(cases)} sets of sizes")
