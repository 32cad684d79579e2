"""A low-rank adapter (LoRA): ``W x + (alpha / r) B A x``, zero at the start, with W frozen.

Source: Hu et al. 2022, equation 3 and section 4.1: A is random and B is zero at the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from workbench.laws._part import Array, Claim, Part, Unsuited
from workbench.laws.spectral_norm import read_off


def law(part: Part) -> Iterator[Claim]:
    """Look at the start, at what learns, and at the product that is added."""
    rank = part.option("rank", "r", "lora_rank")
    if rank is None:
        raise Unsuited("no option rank says how low the rank is")
    matrix, _ = read_off(part)  # (in, out)
    frozen = [v.T for n, v in part.state.items() if v.ndim == 2 and v.T.shape == matrix.shape]
    if not frozen:
        raise Unsuited("it has no matrix with the shape of its map")
    born, _ = read_off(part, born=True)
    wanted = [v.T for v in part.born.values() if v.ndim == 2 and v.T.shape == matrix.shape]
    yield Claim("at the start the adapter adds nothing", born, wanted)
    large = [n for n in part.learned if part.state[n].shape in (matrix.shape, matrix.T.shape)]
    square = min(matrix.shape) <= rank
    yield Claim("the matrix that is adapted does not learn", float(bool(large) and not square), 0.0)
    added = matrix - frozen[0]
    scale = float(part.option("alpha", "lora_alpha", default=rank)) / rank
    lows = [v for v in part.state.values() if v.ndim == 2 and rank in v.shape]
    products = [scale * p for a, b in permutations(lows, 2) for p in _products(a, b, matrix.shape)]
    if not products:
        found = float(np.linalg.matrix_rank(added))
        yield Claim(f"two factors of rank {rank}", found, float(rank))
        raise Unsuited(f"it has no two factors of rank {rank}")
    yield Claim("alpha / r times B A", added, products)
    learning = [n for n in part.learned if part.state[n].ndim == 2 and rank in part.state[n].shape]
    yield Claim("both factors learn", float(len(learning) >= 2), 1.0)
    singular = np.linalg.svd(added, compute_uv=False)
    yield Claim(
        f"of rank {rank}",
        float((singular > 1e-9 * singular[0]).sum()),
        float(min(rank, *matrix.shape)),
    )


def _products(a: Array, b: Array, shape: tuple[int, ...]) -> list[Array]:
    found = [one @ two for one in (a, a.T) for two in (b, b.T) if one.shape[1] == two.shape[0]]
    return [each for each in found if each.shape == shape]
