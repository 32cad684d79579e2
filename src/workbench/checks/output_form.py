"""The output is what the spec calls it: logits, probabilities, log probabilities, unit vectors.

Why: A softmax too many trains, slowly, with a loss that adds another; probabilities where logits
are declared make every threshold downstream wrong.
Fix: Return the last linear map for logits; apply softmax, log softmax or a normalisation once, over
the declared axis, for the others.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.checks._decision import CannotLook, Decision
from workbench.checks._inputs import Array, Case
from workbench.checks._requirement import chosen
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {
    "output": (
        "logits",
        "probabilities",
        "log_probabilities",
        "independent_probabilities",
        "normalised",
        "bounded",
    )
}
COST = 6
_DRAWS = 12
_ENOUGH = 64  # values

_WORDS = {
    "probabilities": "rows that sum to one and are not negative",
    "log_probabilities": "rows whose exponentials sum to one",
    "normalised": "rows of length one",
    "independent_probabilities": "values between zero and one, rows that sum to anything",
    "bounded": "values between minus one and one",
    "logits": "values without bound, rows without a sum of their own",
}


def implied(spec: Spec) -> list[str]:
    """A first output that is called logits is no probability."""
    first = next(iter(spec.outputs), "")
    words = {"logits": "logits", "probabilities": "probabilities", "probs": "probabilities"}
    words |= {"log_probabilities": "log_probabilities", "log_probs": "log_probabilities"}
    axes = spec.outputs[first].axes if first else ()
    return [f"output == {words[first]}"] if first in words and len(axes) > 1 else []


def check(subject: Subject) -> Decision:
    """Look at the rows of the first output for weights of ordinary and of larger size."""
    case = subject.case()
    if not subject.floating:
        raise CannotLook("no output is declared as floating point")
    near = 1e-6 if case.dtype == "float64" else 1e-3
    rows = _rows(subject, case)
    for seed in range(1, _DRAWS):  # a few values may lie between zero and one by chance
        if _form(rows, near) != "independent_probabilities" or rows.size >= _ENOUGH:
            break
        rows = np.concatenate([rows, _rows(subject, replace(case, seed=case.seed + seed))])
    seen = _form(rows, near)
    return chosen(subject, seen, _WORDS[seen], subject.conditions(case, mode="eval"))


def _rows(subject: Subject, case: Case) -> Array:
    rows = []
    for factor in (1.0, 4.0):
        usual = subject.weights("spread", case.dtype)
        # Buffers may be places in tables, and stay.
        larger = {name: factor * usual[name] for name in subject.learned(case.dtype)}
        weights = {**usual, **larger}
        values = next(iter(subject.run(case, weights=weights).outputs.values()))
        if values.ndim < 1 or values.shape[-1] < 2 or not values.size:
            raise CannotLook(f"rows of the shape {values.shape} are too short to tell")
        rows.append(values.reshape(-1, values.shape[-1]).astype(np.float64))
    return np.concatenate(rows)


def _form(rows: Array, near: float) -> str:
    with np.errstate(over="ignore"):
        exponentials = np.exp(rows).sum(1)
    if rows.min() >= 0 and np.abs(rows.sum(1) - 1).max() <= near:
        return "probabilities"
    if np.abs(exponentials - 1).max() <= near:
        return "log_probabilities"
    if np.abs(np.linalg.norm(rows, axis=1) - 1).max() <= near:
        return "normalised"
    if rows.min() >= 0 and rows.max() <= 1 + near:
        return "independent_probabilities"
    return "bounded" if np.abs(rows).max() <= 1 + near else "logits"
