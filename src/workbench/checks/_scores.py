"""How attention weights depend on positions when every position has the same content.

With the same content everywhere, whatever still makes a difference between keys is position. The
logarithm of the weights is the score up to a constant per query, so the scores of fused and of
hand-written attention can be had from the weights alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from workbench.checks._attention import Layer, layers
from workbench.checks._decision import CannotLook
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject

_LONG = 61


@dataclass(frozen=True)
class Profile:
    """Scores of one attention layer, relative to the score of a query with its own position.

    Args:
        scores: ``(batch, heads, queries, keys)``; not a number where the key is hidden. Each
            example of the batch has a content of its own.
        width: How many features of a query meet those of a key; 0 where that was not seen.
        noise: How large a difference rounding can make.
        where: ``file:line`` in the draft.
    """

    scores: Array
    width: int
    noise: float
    where: str

    @property
    def level(self) -> float:
        """The largest score."""
        return float(np.nanmax(np.abs(self.scores), initial=0.0))

    @property
    def flat(self) -> bool:
        """Whether positions make no difference at all."""
        return self.level <= self.noise

    @property
    def relative(self) -> bool:
        """Whether scores depend on the difference of positions alone."""
        by_distance = self.by_distance
        time = self.scores.shape[-1]
        distance = np.arange(time)[None, :] - np.arange(time)[:, None] + time - 1
        spread = self.scores - by_distance[..., distance]
        return bool(np.nanmax(np.abs(spread), initial=0.0) <= self.noise)

    @property
    def by_distance(self) -> Array:
        """The score by key position minus query position, ``(batch, heads, 2 * time - 1)``."""
        time = self.scores.shape[-1]
        found = np.full((*self.scores.shape[:2], 2 * time - 1), np.nan)
        for distance in range(-time + 1, time):
            # Of each distance one pair stands for all: the first, which the others must agree with.
            query, key = max(0, -distance), max(0, distance)
            found[..., distance + time - 1] = self.scores[..., query, key]
        return found

    @property
    def content_free(self) -> bool:
        """Whether scores are the same for every content."""
        spread = self.scores - self.scores[:1]
        return bool(np.nanmax(np.abs(spread), initial=0.0) <= self.noise)


def long_case(subject: Subject, axis: str) -> Case:
    """Choose a case that is long enough to see far distances, with one content everywhere."""
    low, high, step = subject.spec.sizes[axis].bounds(subject.options)
    longest = low + (min(high, _LONG) - low) // step * step
    return replace(subject.bare({axis: longest}), alike=axis)


def profiles(subject: Subject, case: Case, *, weights: str | Arrays = "spread") -> list[Profile]:
    """Look at all attention layers of a run with the same content everywhere.

    Args:
        subject: What is looked at.
        case: What `long_case` gave.
        weights: As for a run.

    Returns:
        One profile for each layer, in order of depth.

    Raises:
        CannotLook: There is no attention over that axis.
    """
    found = layers(subject, case, weights=weights)
    if not found:
        raise CannotLook("no attention weights were seen, so positions cannot be read off them")
    return [_profile(layer) for layer in found]


def _profile(layer: Layer) -> Profile:
    weights = layer.weights
    if not layer.over_keys:
        raise CannotLook("the weights sum to one over the queries, so they are no scores of keys")
    if weights.shape[-1] != weights.shape[-2]:
        raise CannotLook("queries and keys are not at the same positions")
    own = np.diagonal(weights, axis1=-2, axis2=-1)[..., None]  # (batch, heads, queries, 1)
    if np.any(own <= 0):
        raise CannotLook("a position does not see itself")
    hidden = weights <= 0
    scores = np.log(np.where(hidden, 1.0, weights)) - np.log(own)
    exact = weights.dtype == np.float64
    noise = (1e-9 if exact else 1e-3) * max(1.0, float(np.max(np.abs(scores), initial=0.0)))
    return Profile(np.where(hidden, np.nan, scores), layer.width, noise, layer.where)
