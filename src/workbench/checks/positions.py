"""Positions enter in the way that the spec names.

Why: Every scheme gives the same shapes, most the same parameters; a wrong table, a slope too many
or a rotation that is applied to the values too cannot be seen from outside, only in lengths that
were not trained.
Fix: Compare with the law of the scheme that the verdict names: which scores differ when all
positions have the same content, and how they depend on the distance.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._absolute import table_scheme
from workbench.checks._decision import Decision
from workbench.checks._relative import scheme
from workbench.checks._requirement import axis_of, chosen
from workbench.checks._scores import Profile, long_case, profiles
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {
    "positions": ("none", "learned", "sinusoidal", "shaw", "t5", "alibi", "rotary"),
}
COST = 80


def check(subject: Subject) -> Decision:
    """Read the scheme of every attention layer off its scores under the same content everywhere."""
    axis = axis_of(subject)
    case = long_case(subject, axis)
    found = profiles(subject, case)
    conditions = subject.conditions(case, mode="eval", weights="spread", axis=axis)
    if not all(profile.flat or profile.relative for profile in found):
        seen, words = table_scheme(subject, case, axis)
        return chosen(subject, seen, words, conditions)
    schemes = [_of_layer(subject, profile) for profile in found]
    names = sorted({name for name, _ in schemes})
    if len(names) > 1:
        words = ", ".join(f"{name} in layer {n}" for n, (name, _) in enumerate(schemes, start=1))
        return chosen(subject, "mixed", words, conditions, where=found[0].where)
    name, words = schemes[0]
    if name == "t5" and not _learned(subject, found):
        name, words = "other", "a bias for each distance that no parameter changes"
    return chosen(subject, name, words, conditions, where=found[0].where)


def _of_layer(subject: Subject, profile: Profile) -> tuple[str, str]:
    if profile.flat:
        return "none", "the same score for all positions"
    return scheme(profile, subject.options)


def _learned(subject: Subject, found: list[Profile]) -> bool:
    """Whether other weights give other scores."""
    case = long_case(subject, axis_of(subject))
    weights = subject.weights("spread", case.dtype)
    names = set(subject.learned(case.dtype))
    other = {n: v[::-1].copy() if n in names and v.ndim else v for n, v in weights.items()}
    changed = profiles(subject, case, weights=other)
    return any(
        np.nanmax(np.abs(one.scores - two.scores)) > one.noise
        for one, two in zip(found, changed, strict=True)
    )
