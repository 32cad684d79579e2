"""Relative self-attention agrees with slow loops written from the papers, and keeps its laws."""

from __future__ import annotations

import cmath
import logging
import math
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from workbench import registry

blueprint = registry.load("blueprints", "relative_attention")
RelativeSelfAttention = blueprint.RelativeSelfAttention

SMALL = {
    "embed_dim": 12,
    "num_heads": 3,
    "max_distance": 5,
    "num_buckets": 8,
    "dropout": 0.0,
}
COMBINATIONS = [
    dict(zip(blueprint.CHOICES, words, strict=True))
    for words in product(*blueprint.CHOICES.values())
]


def build(**changes: Any) -> nn.Module:
    return RelativeSelfAttention(**{**SMALL, **changes}).double().eval()


def vectors(batch: int, time: int, width: int = 12) -> Tensor:
    return torch.randn(batch, time, width, dtype=torch.float64)


@pytest.fixture(params=COMBINATIONS, ids=lambda choices: "-".join(choices.values()))
def choices(request: pytest.FixtureRequest) -> dict[str, str]:
    return request.param


def bucket_of(distance: int, causal: bool, num_buckets: int, max_distance: int) -> int:
    """The bucket of key minus query, as the T5 paper's appendix code computes it."""
    first = 0
    if not causal:
        num_buckets //= 2
        first = num_buckets if distance > 0 else 0
    distance = max(-distance, 0) if causal else abs(distance)
    exact = num_buckets // 2
    if distance < exact:
        return first + distance
    ratio = math.log(distance / exact) / math.log(max_distance / exact)
    return first + min(exact + int(ratio * (num_buckets - exact) + 1e-9), num_buckets - 1)


def published_slopes(heads: int) -> list[float]:
    """The slopes as the ALiBi paper's code defines them, recursively."""
    if math.log2(heads).is_integer():
        start = 2 ** (-(2 ** -(math.log2(heads) - 3)))
        return [start * start**head for head in range(heads)]
    below = 2 ** math.floor(math.log2(heads))
    return published_slopes(below) + published_slopes(2 * below)[0::2][: heads - below]


def rotated(vector: list[float], position: int) -> list[float]:
    """Each pair as a complex number, turned by its angle."""
    result: list[float] = []
    for pair in range(len(vector) // 2):
        number = complex(vector[2 * pair], vector[2 * pair + 1])
        number *= cmath.exp(1j * position * 10000 ** (-2 * pair / len(vector)))
        result += [number.real, number.imag]
    return result


def slow_attention(module: nn.Module, x: Tensor, real: Tensor) -> Tensor:
    """Attention of one example, by one loop per axis, from the equations of the four papers."""
    positions, causal = module.positions, module.causal == "yes"
    heads, width = module.num_heads, x.shape[-1] // module.num_heads
    query, key, value = (layer(x) for layer in (module.query, module.key, module.value))
    gathered = torch.zeros_like(x)
    for head, i in product(range(heads), range(len(x))):
        part = slice(head * width, (head + 1) * width)
        scores, values = {}, {}
        for j in (j for j in range(len(x)) if i == j or (real[j] and not (causal and j > i))):
            q, k, v = query[i, part].tolist(), key[j, part].tolist(), value[j, part].tolist()
            bias = 0.0
            if positions == "shaw":
                row = max(-module.shaw.max_distance, min(module.shaw.max_distance, j - i))
                row += module.shaw.max_distance
                k = [a + b for a, b in zip(k, module.shaw.keys.weight[row].tolist(), strict=True)]
                v = [a + b for a, b in zip(v, module.shaw.values.weight[row].tolist(), strict=True)]
            elif positions == "t5":
                row = bucket_of(j - i, causal, SMALL["num_buckets"], SMALL["max_distance"])
                bias = module.bucket_bias.bias.weight[row, head].item()
            elif positions == "alibi":
                bias = -published_slopes(heads)[head] * abs(j - i)
            else:
                q, k = rotated(q, i), rotated(k, j)
            scores[j] = sum(a * b for a, b in zip(q, k, strict=True)) / math.sqrt(width) + bias
            values[j] = torch.tensor(v, dtype=x.dtype)
        total = sum(math.exp(score) for score in scores.values())
        gathered[i, part] = sum(math.exp(scores[j]) / total * values[j] for j in scores)
    return module.output(gathered)


def test_agrees_with_the_papers(choices: dict[str, str]) -> None:
    module, x = build(**choices), vectors(2, 9)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(2)
        mask = torch.tensor([[True] * 9, [False, True, True, False] + [True] * 3 + [False] * 2])
        for found, keep in ((module(x), torch.ones(2, 9).bool()), (module(x, mask), mask)):
            for row in range(2):
                expected = slow_attention(module, x[row], keep[row])
                torch.testing.assert_close(found[row][keep[row]], expected[keep[row]])


@pytest.mark.parametrize("causal", ["no", "yes"])
@pytest.mark.parametrize(("num_buckets", "max_distance"), [(32, 128), (8, 5), (64, 1000), (10, 20)])
def test_buckets_are_those_of_t5(causal: str, num_buckets: int, max_distance: int) -> None:
    module = blueprint.BucketBias(1, num_buckets, max_distance, causal=causal)
    with torch.no_grad():
        module.bias.weight[:, 0] = torch.arange(num_buckets)
    time = 2 * max_distance + 3
    found = module(time)[0]
    for i, j in product((0, time // 2, time - 1), range(time)):
        if causal == "no" or j <= i:
            expected = bucket_of(j - i, causal == "yes", num_buckets, max_distance)
            assert found[i, j].item() == expected, f"distance {j - i}"


def test_t5_buckets_begin_where_the_published_ones_do() -> None:
    module = blueprint.BucketBias(1, 32, 128, causal="no")
    assert module.starts.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91]


@pytest.mark.parametrize("heads", [1, 2, 3, 6, 8, 12, 16, 25])
def test_alibi_slopes_are_the_published_ones(heads: int) -> None:
    query = torch.zeros(1, heads, 4, 2, dtype=torch.float64)
    bias = blueprint.alibi_bias(query)
    expected = torch.tensor(published_slopes(heads), dtype=torch.float64)
    torch.testing.assert_close(-bias[:, 2, 1], expected)
    torch.testing.assert_close(-bias[:, 0, 3], 3 * expected)
    assert not bias.diagonal(dim1=1, dim2=2).any()


def test_rotated_products_depend_on_the_distance_alone() -> None:
    query, key = vectors(1, 1, 8), vectors(1, 1, 8)
    angles = blueprint.rotary_angles(torch.zeros(1, 1, 40, 8, dtype=torch.float64))
    turned_query, turned_key = (
        blueprint.rotate(x.expand(1, 40, 8), angles)[0] for x in (query, key)
    )
    products = turned_query @ turned_key.T
    for offset in (-7, 0, 3):
        diagonal = products.diagonal(offset)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal))
    torch.testing.assert_close(turned_query.norm(dim=-1), query.norm().expand(40))


def test_half_precision_rounds_the_tables_once_and_not_their_positions() -> None:
    exact = torch.zeros(1, 6, 500, 8, dtype=torch.float64)
    angles = blueprint.rotary_angles(exact.bfloat16())
    torch.testing.assert_close(
        angles.double(), blueprint.rotary_angles(exact), rtol=1e-5, atol=1e-4
    )
    bias = blueprint.alibi_bias(exact.bfloat16())
    assert bias.dtype == torch.bfloat16
    torch.testing.assert_close(bias.double(), blueprint.alibi_bias(exact), rtol=2**-8, atol=0)


@pytest.mark.parametrize("batch", [0, 1, 4])
@pytest.mark.parametrize("time", [1, 3, 17])
def test_shape_and_dtype_are_kept(batch: int, time: int, choices: dict[str, str]) -> None:
    x = vectors(batch, time)
    for mask in (None, torch.ones(batch, time, dtype=torch.bool)):
        y = build(**choices)(x, mask)
        assert y.shape == x.shape
        assert y.dtype == x.dtype


def test_parameter_count_is_the_closed_form(choices: dict[str, str], quantity: Any) -> None:
    other = {"embed_dim": 20, "num_heads": 5, "max_distance": 9, "num_buckets": 16, "dropout": 0.1}
    for options in (SMALL, other):
        count = sum(parameter.numel() for parameter in build(**options, **choices).parameters())
        assert count == quantity(blueprint, "parameters", {**options, **choices})


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("positions", blueprint.CHOICES["positions"])
def test_causal_attention_never_looks_ahead(positions: str, masked: bool) -> None:
    module, x = build(positions=positions, causal="yes"), vectors(2, 8).requires_grad_()
    mask = torch.arange(8) >= torch.tensor([[0], [3]]) if masked else None
    y = module(x, mask)
    for time in range(7):
        (gradient,) = torch.autograd.grad(y[:, time].sum(), x, retain_graph=True)
        assert not gradient[:, time + 1 :].any()
        assert gradient[0, : time + 1].any(dim=-1).all()


@pytest.mark.parametrize("positions", blueprint.CHOICES["positions"])
def test_bidirectional_attention_looks_both_ways(positions: str) -> None:
    module, x = build(positions=positions, causal="no"), vectors(1, 8).requires_grad_()
    (gradient,) = torch.autograd.grad(module(x)[:, 3].sum(), x)
    assert gradient[0].any(dim=-1).all()


def test_padding_changes_nothing(choices: dict[str, str]) -> None:
    module, x = build(**choices), vectors(3, 9)
    mask = torch.arange(9) < torch.tensor([[9], [6], [0]])
    expected = module(x, mask)
    assert expected.isfinite().all()
    assert not expected[~mask].any()
    torch.testing.assert_close(module(torch.where(mask[:, :, None], x, -7 * x), mask), expected)
    torch.testing.assert_close(module(x[1:2, :6]), expected[1:2, :6])
    torch.testing.assert_close(module(x[:2], mask[:2]), expected[:2])


def test_gradients_stay_finite_beside_rows_of_padding_only(choices: dict[str, str]) -> None:
    module, x = build(**choices).train(), vectors(2, 5).requires_grad_()
    module(x, torch.tensor([[False] * 5, [False, False, True, True, False]])).sum().backward()
    assert x.grad is not None
    assert not x.grad[0].any()
    for tensor in (x, *module.parameters()):
        assert tensor.grad is not None
        assert tensor.grad.isfinite().all()


def test_each_example_is_attended_for_itself(choices: dict[str, str]) -> None:
    module, x = build(**choices), vectors(4, 6)
    mask = torch.arange(6) < torch.tensor([[6], [2], [4], [1]])
    together = module(x, mask)
    for row in range(4):
        torch.testing.assert_close(module(x[row : row + 1], mask[row : row + 1])[0], together[row])


def test_the_order_of_tokens_matters(choices: dict[str, str]) -> None:
    """A permutation that is no reversal: ALiBi in both directions is symmetric under that."""
    module, x = build(**choices), vectors(1, 7)
    order = torch.tensor([2, 0, 5, 1, 6, 4, 3])
    assert (module(x[:, order]) - module(x)[:, order]).abs().max() > 1e-3


def test_only_distances_matter_and_not_places(choices: dict[str, str]) -> None:
    module, x = build(**choices), vectors(1, 5)
    shifted = torch.cat([torch.zeros(1, 4, 12, dtype=torch.float64), x], dim=1)
    mask = torch.arange(9)[None, :] >= 4
    torch.testing.assert_close(module(shifted, mask)[:, 4:], module(x))


def test_every_parameter_learns(
    choices: dict[str, str], assert_gradients_reach: Callable[..., None]
) -> None:
    module = build(**choices).train()
    assert_gradients_reach(module, module(vectors(3, 9), torch.ones(3, 9).bool()))


def test_gradient_is_the_slope(choices: dict[str, str]) -> None:
    module, x = build(**choices), vectors(2, 4)
    tensors = [x, *module.parameters()]
    steps = [torch.randn_like(tensor) for tensor in tensors]
    direction = torch.randn_like(x)

    def moved(distance: float) -> Tensor:
        state = dict(zip(dict(module.named_parameters()), steps[1:], strict=True))
        changed = {name: p + distance * state[name] for name, p in module.named_parameters()}
        inputs = (x + distance * steps[0],)
        return (torch.func.functional_call(module, changed, inputs) * direction).sum()

    distance = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(moved(distance), distance)
    measured = (moved(1e-6) - moved(-1e-6)) / 2e-6
    torch.testing.assert_close(measured, slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_lower_precision_stays_close(dtype: torch.dtype, choices: dict[str, str]) -> None:
    exact, x = build(**choices), vectors(3, 40)
    mask = torch.arange(40) < torch.tensor([[40], [25], [0]])
    expected = exact(x, mask)
    found = exact.to(dtype)(x.to(dtype), mask)
    assert found.dtype == dtype
    torch.testing.assert_close(found.double(), expected, atol=0.06, rtol=0.05)


def test_autocast_gives_half_precision_and_stays_close(choices: dict[str, str]) -> None:
    module, x = build(**choices).float(), vectors(2, 8).float()
    mask = torch.arange(8) < torch.tensor([[8], [5]])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = module(x, mask)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), module(x, mask), atol=0.05, rtol=0.05)


def test_full_size_runs_without_memory(choices: dict[str, str]) -> None:
    with torch.device("meta"):
        module = RelativeSelfAttention(8192, 64, max_distance=128, **choices)
        x = torch.zeros(64, 512, 8192)
        assert module(x, x[..., 0].bool()).shape == x.shape


def test_state_survives_a_file(choices: dict[str, str], assert_round_trip: Any) -> None:
    assert_round_trip(build(**choices), build(**choices))


def test_dropout_acts_in_training_only(choices: dict[str, str]) -> None:
    module, x = build(**choices, dropout=0.5), vectors(2, 6)
    assert torch.equal(module(x), module(x))
    module.train()
    assert not torch.equal(module(x), module(x))


def test_building_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger=blueprint.__name__):
        build()
    assert "built RelativeSelfAttention: 3 heads of 4" in caplog.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_heads": 5}, "multiple of num_heads, got 12 and 5"),
        ({"num_heads": 0}, "multiple of num_heads"),
        ({"dropout": 1.0}, "at least 0 and below 1, got 1.0"),
        ({"positions": "shaw", "max_distance": 0}, "max_distance must be at least 1, got 0"),
        ({"positions": "t5", "num_buckets": 2}, "got 1 buckets"),
        ({"positions": "t5", "num_buckets": 8, "max_distance": 2}, "max_distance 2"),
        ({"positions": "rotary", "num_heads": 4}, "must be even, got 3"),
    ],
)
def test_impossible_options_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**change)


@pytest.mark.parametrize(
    ("x", "mask", "message"),
    [
        (torch.zeros(2, 3, 11), None, r"x must be \(batch, time, 12\), got shape \(2, 3, 11\)"),
        (torch.zeros(3, 12), None, r"x must be \(batch, time, 12\)"),
        (torch.zeros(2, 3, 12), torch.ones(2, 3), "must be bool .* torch.float32"),
        (torch.zeros(2, 3, 12), torch.ones(3, 3).bool(), r"of shape \(3, 3\)"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(x: Tensor, mask: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()(x.double(), mask)
