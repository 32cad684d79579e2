"""Relative attention, recomputed pair by pair and head by head from the papers' formulas."""

from __future__ import annotations

import cmath
import math
from typing import Any

import torch
from torch import Tensor

from workbench.implementers._test_cells.setup import (
    INPUT,
    OPTIONS,
    TIME_AXIS,
    build,
    make_inputs,
    spread,
)


def bucket(distance: int, *, causal: str = "no") -> int:
    """Give the bucket of a distance (Raffel et al. 2020, section 2.1)."""
    buckets, start = OPTIONS["num_buckets"], 0
    if causal == "no":
        buckets //= 2
        start = buckets if distance > 0 else 0
        distance = abs(distance)
    else:
        distance = max(-distance, 0)
    exact = buckets // 2
    if distance < exact:
        return start + distance
    growth = math.log(distance / exact) / math.log(OPTIONS["max_distance"] / exact)
    return start + min(exact + int(growth * (buckets - exact) + 1e-6), buckets - 1)


def slope(head: int) -> float:
    """Give the slope of a head (Press et al. 2022, section 3)."""
    heads = OPTIONS["num_heads"]
    power = 2 ** math.floor(math.log2(heads))
    steps = [8 / power * (n + 1) for n in range(power)]
    steps += [4 / power * (n + 1) for n in range(0, 2 * power, 2)]
    return 2 ** -steps[head]


def turned(vector: Tensor, place: int) -> Tensor:
    """Turn pairs of features (Su et al. 2021, equation 34)."""
    pairs = vector.reshape(-1, 2).tolist()
    waves = [cmath.exp(1j * place / 10000 ** (2 * i / len(vector))) for i in range(len(pairs))]
    numbers = [complex(*pair) * wave for pair, wave in zip(pairs, waves, strict=True)]
    return torch.tensor([[z.real, z.imag] for z in numbers], dtype=torch.float64).flatten()


def learned(table: Any, distance: int, *, causal: str = "no") -> Tensor:
    """Give the vector of a distance (Shaw et al. 2018, section 3.2)."""
    furthest = OPTIONS["max_distance"]
    last = 2 * furthest if causal == "no" else furthest
    return table.weight[max(0, min(distance + furthest, last))]


def gathered(
    layer: Any, x: Tensor, here: int, head: int, *, positions: str = "shaw", causal: str = "no"
) -> Tensor:
    """Compute what one head gathers at one position of one sequence."""
    size = x.shape[1] // OPTIONS["num_heads"]
    part = slice(head * size, (head + 1) * size)
    query, key, value = (step(x)[:, part] for step in (layer.query, layer.key, layer.value))
    seen = range(len(x)) if causal == "no" else range(here + 1)
    scores, values = [], []
    for there in seen:
        if positions == "shaw":
            score = query[here] @ (key[there] + learned(layer.shaw.keys, there - here))
            values.append(value[there] + learned(layer.shaw.values, there - here))
        elif positions == "rotary":
            score = turned(query[here], here) @ turned(key[there], there)
            values.append(value[there])
        else:
            score = query[here] @ key[there]
            values.append(value[there])
        score = score / math.sqrt(size)
        if positions == "t5":
            score = score + layer.bucket_bias.bias.weight[bucket(there - here), head]
        elif positions == "alibi":
            score = score - slope(head) * abs(there - here)
        scores.append(score)
    return torch.stack(scores).softmax(dim=0) @ torch.stack(values)


@torch.no_grad()
def test_agrees_with_the_written_out_formulas() -> None:
    """The output is that of the formulas, pair by pair, head by head.

    Covers: positions, causal, attention heads, attention layers
    """
    layer, x = spread(build()).double().eval(), make_inputs(batch=2, time=9)[INPUT].double()
    output = layer(x)
    for row, sequence in enumerate(x):
        for here in range(len(sequence)):
            heads = [gathered(layer, sequence, here, h) for h in range(OPTIONS["num_heads"])]
            expected = layer.output(torch.cat(heads))
            torch.testing.assert_close(output[row, here], expected, rtol=1e-10, atol=1e-10)


def long_time(*, positions: str = "shaw") -> int:
    """Give a length at which the largest distance is left behind."""
    return 24 if positions in ("alibi", "rotary") else 2 * OPTIONS["max_distance"] + 3


@torch.no_grad()
def test_far_distances_agree_with_the_written_out_formulas() -> None:
    """Distances beyond the largest one follow the formulas too.

    Covers: positions
    """
    time = long_time()
    layer, x = spread(build()).double().eval(), make_inputs(batch=1, time=time)[INPUT].double()
    output = layer(x)[0]
    for here in (0, time // 2, time - 1):
        heads = [gathered(layer, x[0], here, head) for head in range(OPTIONS["num_heads"])]
        torch.testing.assert_close(output[here], layer.output(torch.cat(heads)))


def test_only_distances_count() -> None:
    """Padding in front moves nothing: positions are relative.

    Covers: positions
    """
    layer, inputs = spread(build()).double().eval(), make_inputs(batch=2, time=9)
    x = inputs[INPUT].double()
    padding = torch.zeros_like(x[:, :3])
    mask = torch.ones(2, 12, dtype=torch.bool)
    mask[:, :3] = False
    moved = layer(torch.cat((padding, x), dim=TIME_AXIS), mask)[:, 3:]
    torch.testing.assert_close(moved, layer(x))


@torch.no_grad()
def test_padding_gives_zero() -> None:
    """The output at padding is zero.

    Covers: padding invariant
    """
    x = make_inputs(batch=1, time=5)[INPUT]
    mask = torch.tensor([[True, True, True, False, False]])
    output = spread(build()).eval()(x, mask)
    assert output[0, 3:].abs().max() == 0
    assert output[0, :3].abs().min(dim=1).values.max() > 0


@torch.no_grad()
def test_dropout_acts_on_the_weights() -> None:
    """In training the output scatters around that of evaluation.

    Needs: dropout
    """
    layer, x = build(dropout=0.5).double().train(), make_inputs(batch=1, time=9)[INPUT].double()
    mean = torch.stack([layer(x) for _ in range(400)]).mean(dim=0)
    exact = layer.eval()(x)
    assert (mean - exact).abs().mean() < 0.2 * exact.abs().mean()


def tables(layer: Any, *, positions: str = "shaw") -> list[tuple[Tensor, float]]:
    """Give the learned tables of positions and the spread that they start with."""
    if positions == "shaw":
        spread_of = (OPTIONS["embed_dim"] // OPTIONS["num_heads"]) ** -0.5
        return [(layer.shaw.keys.weight, spread_of), (layer.shaw.values.weight, spread_of)]
    elif positions == "t5":
        return [(layer.bucket_bias.bias.weight, 0.1)]
    else:
        return []


def test_initial_weights_are_spread_as_declared() -> None:
    """Projections are drawn after Glorot; the bias starts at zero."""
    layer = build()
    for table, expected in tables(layer):
        # The more numbers, the closer is their spread to the true one.
        assert abs(table.std() / expected - 1) < 5 / math.sqrt(2 * table.numel())
    for part in (layer.query, layer.key, layer.value, layer.output):
        bound = math.sqrt(6 / (part.in_features + part.out_features))
        assert 0.8 * bound < part.weight.abs().max() <= bound
    assert layer.output.bias.eq(0).all()
