"""At the start the cross entropy is that of a guess: near ln C for C classes.

Why: A head that starts large, a softmax before the loss or an embedding that is not scaled gives a
first loss far from ln C, and the first hundred steps go into unlearning it.
Fix: Draw the last map small (0.02, or zero); return logits.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"initial loss": (NUMBER,)}
COST = 4

_NEAR = 0.1


def check(subject: Subject) -> Decision:
    """Compute the cross entropy of the first output, as built, against targets drawn evenly.

    Over all targets alike it is the mean of ``logsumexp(z) - mean(z)``, so no target is drawn. It
    has to be within a tenth of what is declared.
    """
    case = subject.case()
    values = next(iter(subject.run(case, weights="born").outputs.values()))
    if values.ndim < 2 or values.shape[-1] < 2 or not values.size:
        raise CannotLook(f"an output of shape {values.shape} holds no logits of classes")
    rows = values.reshape(-1, values.shape[-1]).astype(np.float64)
    top = rows.max(1)
    losses = top + np.log(np.exp(rows - top[:, None]).sum(1)) - rows.mean(1)
    seen, line = float(losses.mean()), subject.phrase
    wanted = float(line.expression.value(subject.options))
    conditions = subject.conditions(case, mode="eval", weights="born")
    near = {
        "==": abs(seen - wanted) <= _NEAR * wanted,
        "<=": seen <= (1 + _NEAR) * wanted,
        ">=": seen >= (1 - _NEAR) * wanted,
    }[line.comparison]
    words = f"a first cross entropy of {seen:.4g}"
    if near:
        return passed(f"{words}; {wanted:.4g} is declared", **conditions)
    return failed(words, f"{line.comparison} {wanted:.4g}, within a tenth", conditions)
