"""Tells schemes of relative positions apart by the law that each obeys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.checks._inputs import Array
from workbench.checks._scores import Profile

_BASE = 10000.0
_TAIL = 3  # so many equal values at the far end show that distances are clipped


def scheme(profile: Profile, options: Mapping[str, Any]) -> tuple[str, str]:
    """Name the scheme of a layer whose scores depend on the difference of positions.

    alibi   content-free and linear in the distance (Press et al. 2022, section 3)
    t5      content-free, a constant for each bucket of distances (Raffel et al. 2020, section 2.1)
    shaw    depends on the content, clipped at a distance (Shaw et al. 2018, equation 4)
    rotary  depends on the content, a sum of sines and cosines of the distance that never settles
            (Su et al. 2021, equation 16)

    Args:
        profile: The layer's scores.
        options: The options in use; they may give the base of a rotation.

    Returns:
        The scheme and what was seen, in words; the scheme is ``other`` where no law fits.
    """
    scores = profile.by_distance  # (batch, heads, distances)
    if profile.content_free:
        return _content_free(scores[0], profile.noise)
    if _clipped(scores, profile.noise):
        return "shaw", "a score for each distance that depends on the content, alike far away"
    return _rotation(scores, profile.width, options)


def _content_free(scores: Array, noise: float) -> tuple[str, str]:
    heads, extent = scores.shape
    distance = np.abs(np.arange(extent) - extent // 2)
    slopes = -np.nanmean(np.where(distance == 1, scores, np.nan), axis=1)  # (heads,)
    linear = np.nanmax(np.abs(scores + slopes[:, None] * distance)) <= noise
    if not linear:
        return "t5", "a score for each distance that does not depend on the content"
    if np.allclose(slopes, alibi_slopes(heads), rtol=1e-4):
        return "alibi", f"scores that fall linearly, with the {heads} slopes of ALiBi"
    shown = ", ".join(f"{slope:.4g}" for slope in slopes[:8])
    wanted = ", ".join(f"{slope:.4g}" for slope in alibi_slopes(heads)[:8])
    return "other", f"scores that fall linearly with slopes {shown}; ALiBi has {wanted}"


def alibi_slopes(heads: int) -> Array:
    """Return ALiBi's slopes: for 2^n heads a geometric sequence that ends at 2^-8.

    Other numbers of heads add every second slope of the next power of two (Press et al. 2022,
    section 3 and its published code).
    """
    power = 2 ** (heads.bit_length() - 1)
    first = [2.0 ** (-8 * (head + 1) / power) for head in range(power)]
    more = [2.0 ** (-4 * (2 * head + 1) / power) for head in range(heads - power)]
    return np.array(first + more)


def _clipped(scores: Array, noise: float) -> bool:
    """Whether scores are the same for all far distances, on each side that is seen."""
    sides = [scores[..., :_TAIL], scores[..., -_TAIL:]]
    seen = [side for side in sides if not np.any(np.isnan(side))]
    return bool(seen) and all(np.max(np.ptp(side, axis=-1)) <= noise for side in seen)


def _rotation(scores: Array, width: int, options: Mapping[str, Any]) -> tuple[str, str]:
    extent = scores.shape[-1]
    distance = np.arange(extent) - extent // 2
    seen = ~np.isnan(scores[0, 0])
    samples = scores[..., seen].reshape(-1, int(seen.sum())).T  # (distances, batch * heads)
    bases = [_BASE, *(v for v in options.values() if isinstance(v, int | float) and v > 1)]
    # As many frequencies as there are samples would fit anything.
    most = min(width or len(samples), len(samples) // 2)
    for base in bases:
        for turned in range(2, most + 1, 2):
            if _fits(samples, distance[seen], float(base) ** (-np.arange(0, turned, 2) / turned)):
                words = f"a rotation by {base:g}^(-2i/{turned}) per position"
                return "rotary", f"scores that follow {words}"
    if _rank(samples) <= most + 1:
        return "other", "a rotation whose frequencies are not 10000^(-2i/d) for any d"
    return "shaw", "a score for each distance that depends on the content"


def _fits(samples: Array, distance: Array, frequencies: Array) -> bool:
    """Whether sequences are sums of a constant and of sines and cosines of given frequencies."""
    angles = distance[:, None] * frequencies[None, :]  # (distances, frequencies)
    basis = np.concatenate([np.ones((len(distance), 1)), np.cos(angles), np.sin(angles)], axis=1)
    left, sizes, _ = np.linalg.svd(basis, full_matrices=False)
    left = left[:, sizes > 1e-10 * sizes[0]]
    rest = samples - left @ (left.T @ samples)
    return bool(np.max(np.abs(rest)) <= 1e-7 * max(1.0, float(np.max(np.abs(samples)))))


def _rank(samples: Array) -> int:
    """Count the exponentials that make up sequences, by the rank of their Hankel matrices."""
    length = len(samples)
    rows = length // 2 + 1
    hankel = np.concatenate(
        [np.lib.stride_tricks.sliding_window_view(column, rows) for column in samples.T[:8]]
    )
    sizes = np.linalg.svd(hankel, compute_uv=False)
    return int(np.sum(sizes > 1e-8 * sizes[0])) if sizes[0] > 0 else 0
