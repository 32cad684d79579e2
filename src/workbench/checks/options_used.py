"""Every number among the options has an influence: on what comes out, or on what is learned.

Why: An option that is stored and never read, or read in one place and written out in another, looks
right with its default value and does nothing with any other.
Fix: Use the option where the number stands; take an option away that nothing needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Arrays
from workbench.checks._loss import variant
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 20

# Whether in training, the size of the inputs, the seed; an epsilon is seen where values are small.
_CASES = (
    *((True, 1.0, 3), (False, 1.0, 3), (False, 1e-4, 3)),
    *((True, 1e-4, 4), (True, 1.0, 4), (False, 1.0, 4)),
)


def check(subject: Subject) -> Decision:
    """Build with other values of each fractional option, and compare with the same weights."""
    subject.run(subject.case())  # it has to run, whether or not there is such an option
    silent, looked = [], []
    for name, value in subject.options.items():
        answers = _answers(subject, name, value) if isinstance(value, float) else []
        looked += [name] if answers else []
        silent += [name] if answers and not any(answers) else []
    if silent:
        seen = f"nothing changes with {', '.join(silent)}"
        conditions = {"options": dict(subject.options), "tried": silent}
        return failed(seen, "an influence of every option", conditions)
    return passed(f"{', '.join(looked) or 'no option'} could be varied, each with influence")


def _answers(subject: Subject, name: str, value: float) -> list[bool]:
    """Tell for each possible value whether anything changes, up to the first that does."""
    found: list[bool] = []
    for other in _others(value):
        changed = _changes(subject, name, other)
        found += [] if changed is None else [changed]
        if changed:
            break
    return found


def _others(value: float) -> Iterator[float]:
    """Yield values that a sound module may refuse, but not ignore."""
    if 0 <= value < 1:
        yield 0.5 if abs(value - 0.5) > 0.2 else 0.1
        yield value / 2 + 1e-3
    yield 3.0 * value + (value == 0)


def _changes(subject: Subject, name: str, other: float) -> bool | None:
    """Tell whether anything is different; nothing where that value is not possible."""
    varied = _varied(subject, {**subject.options, name: other})
    try:
        born, state = (each.build(subject.exact)["state"] for each in (subject, varied))
        if _differ(born, state):
            return True
        return any(_differ(_seen(subject, subject, c), _seen(varied, subject, c)) for c in _CASES)
    except (CandidateRaised, CannotLook):
        return None


def _varied(subject: Subject, options: Mapping[str, Any]) -> Subject:
    made = variant(subject, **options)
    made.__dict__["options"] = dict(options)  # these ones, whether or not smaller ones would do
    return made


def _differ(one: Arrays, other: Arrays) -> bool:
    return one.keys() != other.keys() or any(
        one[key].shape != other[key].shape
        or not np.array_equal(one[key], other[key], equal_nan=one[key].dtype.kind == "f")
        for key in one
    )


def _seen(varied: Subject, subject: Subject, how: tuple[bool, float, int]) -> Arrays:
    """Return what comes out for the same weights."""
    train, size, seed = how
    case = subject.case(seed=seed)
    inputs = {
        name: size * values if values.dtype.kind == "f" else values
        for name, values in subject.inputs(case).items()
    }
    weights = subject.weights("spread", subject.exact)
    return varied.run(case, inputs=inputs, weights=weights, train=train, seed=seed).outputs
