"""Positions enter in the way that the spec names.

Why: Every scheme gives the same shapes, most the same parameters; a wrong table, a slope too many
or a rotation that is applied to the values too cannot be seen from outside, only in lengths that
were not trained.
Fix: Compare with the law of the scheme that the verdict names: which scores differ when all
positions have the same content, and how they depend on the distance.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _implied
from workbench.checks._absolute import table_scheme
from workbench.checks._decision import Decision, failed
from workbench.checks._meetings import values_by_place
from workbench.checks._relative import scheme
from workbench.checks._requirement import axis_of, chosen
from workbench.checks._scores import Profile, long_case, profiles
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {
    "positions": ("none", "learned", "sinusoidal", "shaw", "t5", "alibi", "rotary"),
}
COST = 80

_MANY = 600  # places of a table that are looked at all at once


def implied(spec: Spec) -> list[str]:
    """Read an option for the base of a rotation."""
    return ["positions == rotary"] if _implied.option(spec, _implied.ROTATION, int, float) else []


def check(subject: Subject) -> Decision:
    """Read the scheme of every attention layer off its scores under the same content everywhere."""
    axis = axis_of(subject)
    case = long_case(subject, axis)
    found = profiles(subject, case)
    conditions = subject.conditions(case, mode="eval", weights="spread", axis=axis)
    if not all(profile.flat or profile.relative for profile in found):
        seen, words, table = table_scheme(subject, case, axis)
        unread = _unread(subject, axis, table) if seen == "learned" else ""
        if unread:
            return failed(unread, "a row for each place", conditions)
        return chosen(subject, seen, words, conditions)
    schemes = [_of_layer(subject, profile) for profile in found]
    names = sorted({name for name, _ in schemes})
    if len(names) > 1:
        words = ", ".join(f"{name} in layer {n}" for n, (name, _) in enumerate(schemes, start=1))
        return chosen(subject, "mixed", words, conditions, where=found[0].where)
    name, words = schemes[0]
    if name == "t5" and not _learned(subject, found):
        name, words = "other", "a bias for each distance that no parameter changes"
    moved = values_by_place(subject, case) if name in ("rotary", "alibi", "t5") else ""
    if moved:
        return failed(moved, "values that are alike where the content is", conditions)
    return chosen(subject, name, words, conditions, where=found[0].where)


def _unread(subject: Subject, axis: str, table: str) -> str:
    """Say which rows of a table, as long as the longest sequence, no place reads."""
    longest = subject.spec.sizes[axis].bounds(subject.options)[1]
    rows = len(subject.weights("spread", subject.exact).get(table, ()))
    if rows != longest or rows > _MANY:
        return ""
    case = subject.bare({axis: longest})
    cotangents = subject.cotangents(subject.run(case), 1)
    pulled = subject.run(case, cotangents=cotangents, wrt=["parameters"]).gradients[0]
    gradient = pulled["parameters"].get(table)
    if gradient is None:
        return ""
    unread = np.flatnonzero(~np.any(gradient.reshape(rows, -1), axis=1))
    few = ", ".join(map(str, unread[:4]))
    some = 0 < len(unread) < rows  # with none at all positions have no influence, or no way out
    return f"{len(unread)} of {rows} rows of {table} are read by no place: {few}" if some else ""


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
