"""The loss is never negative.

Why: A loss that is bounded by zero says how far there is to go; one below zero shows a wrong sign,
a forgotten constant or a probability above one.
Fix: Look at signs and at normalisation: probabilities sum to one, log-probabilities are at most 0.
"""

from __future__ import annotations

from workbench.checks import _loss
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array, Arrays
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("loss",)
DECIDES = {"non-negative": (LAW,)}
COST = 5

_DRAWS = 5
_SLACK = 1e-9


def _alike(inputs: Arrays, names: list[str]) -> Arrays:
    """Make the inputs of one shape equal, as a perfect prediction is."""
    first: dict[tuple[int, ...], Array] = {}
    for name in names:
        if name in inputs:
            first.setdefault(inputs[name].shape, inputs[name])
    return {name: first[inputs[name].shape] for name in names if name in inputs}


def check(subject: Subject) -> Decision:
    """Look at ordinary and at large inputs."""
    case = subject.case()
    names = [name for name, t in subject.spec.inputs.items() if "float" in t.dtype and not t.high]
    for draw in range(_DRAWS):
        at = subject.case(seed=draw)
        inputs = subject.inputs(at)
        scaled = {name: inputs[name] * 3.0 for name in names if name in inputs}
        for words, given in (
            ("ordinary", inputs),
            ("large", {**inputs, **scaled}),
            ("equal", {**inputs, **_alike(inputs, names)}),
        ):
            least = float(_loss.value(subject, at, given).min(initial=0.0))
            if least < -_SLACK:
                seen = f"a loss of {least:.6g} at {words} inputs"
                return failed(seen, "no loss below 0", subject.conditions(at, inputs=words))
    return passed(f"never below 0 in {3 * _DRAWS} draws", **subject.conditions(case))
