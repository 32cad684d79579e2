"""What attention hides it hides by a rule: the same at every length, and nothing else tells it.

Why: A triangle that is off by one, turned over or cut from the wrong corner, a mask of -10 and
heads that are mixed with positions all run and train; a model that was meant to see the past alone
reads the future.
Fix: ``torch.ones(time, time).tril()`` hides what is later; fill with minus infinity, take the upper
left corner of a larger mask, and move the heads before the axis of time.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._attention import Layer, layers
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Case
from workbench.checks._requirement import place
from workbench.checks._subject import Subject
from workbench.checks.causal import later_gradient

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 60

_LEAST = 5  # positions; with fewer a pattern is a matter of chance
_FAINT = 0.02  # of the largest weight of a row; random scores do not hide like that
_FEW = 2  # later positions that nobody shows on purpose


def check(subject: Subject) -> Decision:
    """Read off which keys are visible, at two lengths, and follow gradients where they are few."""
    masks = {line.under for line in subject.spec.requires.values()}
    if any(t.dtype == "bool" and n not in masks for n, t in subject.spec.inputs.items()):
        return passed("an input may be a mask, so what is hidden is not a matter of places alone")
    case = subject.bare()
    try:
        found = [layer for layer in layers(subject, case) if _own(layer)]
    except CannotLook as error:
        return passed(f"no rule of places is looked for: {error}")
    axis = _axis(subject, case, found)
    if not axis:
        return passed("no attention of positions to themselves was seen")
    conditions = subject.conditions(case, mode="eval", weights="spread", axis=axis)
    for number, layer in enumerate(found, start=1):
        seen = _pattern(layer.weights)
        if seen:
            words = f"{seen} in attention layer {number}"
            return failed(words, "the past, or everything", conditions, where=layer.where)
    patterns = [_visible(layer.weights) for layer in found]
    seen = _other_length(subject, case, axis, patterns)
    if seen:
        return failed(seen, "the same keys at every length", conditions, where=found[0].where)
    if all(np.array_equal(pattern, np.tril(pattern)) for pattern in patterns):
        ends = {name: place(subject, name, axis) for name in subject.spec.outputs}
        leak = "" if None in ends.values() else later_gradient(subject, case, axis, ends)
        if leak:
            expected = f"no later {axis}, which all attention layers hide"
            return failed(leak, expected, conditions, where=found[0].where)
    return passed(f"a rule of places in {len(found)} attention layers", **conditions)


def _own(layer: Layer) -> bool:
    """Whether positions look at themselves: as many keys as queries, and weights over the keys."""
    queries, keys = layer.weights.shape[-2:]
    return layer.over_keys and queries == keys >= _LEAST


def _axis(subject: Subject, case: Case, found: list[Layer]) -> str:
    lengths = {layer.weights.shape[-1] for layer in found}
    names = [n for n, size in case.sizes.items() if size in lengths and n != "batch"]
    shared = {axis.text for tensor in subject.spec.inputs.values() for axis in tensor.axes}
    names = [name for name in names if name in shared]
    return names[0] if len(lengths) == 1 and len(names) == 1 else ""


def _visible(weights: Array) -> Array:
    """Which keys get any weight, ``(queries, keys)``; a head may hide more than another."""
    return np.asarray((weights > 0).any((0, 1)))


def _pattern(weights: Array) -> str:
    """Say what is odd about the keys that are visible."""
    seen, time = _visible(weights), weights.shape[-1]
    later = np.triu(np.ones((time, time), bool), 1)
    if seen[later].any() and not seen[later.T].any():
        return "only the later positions are visible"
    for more in range(1, _FEW + 1):
        if np.array_equal(seen, np.tril(np.ones_like(seen), more)):
            return f"all earlier positions are visible, and {more} later"
    share = weights / weights.max(-1, keepdims=True)  # (batch, heads, queries, keys)
    if seen[later].any() and share[..., later].max() < _FAINT < np.median(share[..., later.T]):
        most = weights[..., later].max()
        return f"later positions are nearly hidden, and get a weight of up to {most:.3g}"
    return ""


def _other_length(subject: Subject, case: Case, axis: str, patterns: list[Array]) -> str:
    """Compare with a longer sequence, whose first positions see the same of each other."""
    low, high, step = subject.spec.sizes[axis].bounds(subject.options)
    longer = case.sizes[axis] + step * max(1, 4 // step)
    if not low <= longer <= high:
        return ""
    try:
        found = [each for each in layers(subject, subject.bare({axis: longer})) if _own(each)]
    except CannotLook:
        return ""
    if len(found) != len(patterns):
        return ""
    for number, (pattern, layer) in enumerate(zip(patterns, found, strict=True), start=1):
        whole, time = _visible(layer.weights), len(pattern)
        hides = not pattern.all() or not whole.all()
        if hides and not np.array_equal(whole[:time, :time], pattern):
            return f"other keys are hidden at length {longer} in attention layer {number}"
    return ""
