"""The judge's own arithmetic, compared with torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workbench.checks import CannotLook
from workbench.checks._equation import Beside, NotDrawn, Unassigned, Undecided, solve
from workbench.checks._functions import FUNCTIONS
from workbench.spec import CHANCE, EQUATION_FUNCTIONS, Equation

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((5, 7)), RNG.standard_normal((5, 7))
LABELS = RNG.integers(0, 7, 5)
T, U, K = torch.from_numpy(X), torch.from_numpy(Y), torch.from_numpy(LABELS)

P, L = RNG.standard_normal((2, 4, 6, 6)), RNG.standard_normal((2, 4, 7))
Q, R = RNG.standard_normal((2, 5, 8)), RNG.standard_normal((2, 5, 4))
W = {
    "wide": RNG.standard_normal((6, 2, 3, 3)),
    "up": RNG.standard_normal((4, 3, 2, 2)),
    "line": RNG.standard_normal((4, 4, 3)),
    "map": RNG.standard_normal((3, 7)),
    "four": RNG.standard_normal(4),
    "six": RNG.random(6),
}
S, N, V, Z = (torch.from_numpy(each) for each in (P, L, Q, R))
G = {name: torch.from_numpy(each) for name, each in W.items()}
SPLIT = [each.unflatten(-1, (-1, 2)).transpose(1, 2) for each in (V, Z)]


def attended(**more):
    query, key = SPLIT[0], SPLIT[1].repeat_interleave(2, 1)
    mixed = F.scaled_dot_product_attention(query, key, key, **more)
    return mixed.transpose(1, 2).flatten(2)


NETWORK = {
    "linear(x, weights['map'], 1) - linear(x, weights['map'])": torch.ones(5, 3),
    "conv(p, weights['wide'], weights['six'], stride=2, padding=1, groups=2)": (
        F.conv2d(S, G["wide"], G["six"], stride=2, padding=1, groups=2)
    ),
    "conv(l, weights['line'], dilation=2)": F.conv1d(N, G["line"], dilation=2),
    "transposed_conv(p, weights['up'], 0.5, 2, 1)": (
        F.conv_transpose2d(S, G["up"], stride=2, padding=1) + 0.5
    ),
    "transposed_conv(p, weights['up'], stride=3, output_padding=1)": (
        F.conv_transpose2d(S, G["up"], stride=3, output_padding=1)
    ),
    "max_pool(p, 3, 2, 1)": F.max_pool2d(S, 3, 2, 1),
    "mean_pool(l, 3, stride=1, padding=1)": F.avg_pool1d(N, 3, 1, 1),
    "layer_norm(x, eps=0.1)": F.layer_norm(T, [7], eps=0.1),
    "rms_norm(x, 2)": 2 * F.rms_norm(T, [7], eps=1e-6),
    "group_norm(p, 2, weights['four'], weights['four'])": (
        F.group_norm(S, 2, G["four"], G["four"])
    ),
    "batch_norm(p, weights['four'], abs(weights['four']), 2, weights['four'])": F.batch_norm(
        S, G["four"], G["four"].abs(), torch.full((4,), 2.0).double(), G["four"]
    ),
    "attention(q, r, r, 4)": attended(),
    "attention(q, r, r, heads=4, causal=True, scale=1)": attended(is_causal=True, scale=1.0),
    "attention(q, r, r, 4, mask=arange(5) < 3)": attended(attn_mask=(torch.arange(5) < 3)[None]),
    "attention(q, r, r, 4, mask=-arange(5))": attended(attn_mask=-torch.arange(5).double()[None]),
    "patches(p, 3)": F.unfold(S, 3, stride=3).transpose(1, 2),
    "upsample(p, 2)": F.interpolate(S, scale_factor=2.0),
    "permute(reshape(q, size(q, 0), -1), 1, 0)": V.flatten(1).T,
    "concat(x, y, axis=0)": torch.cat([T, U]),
    "stack(x, y, axis=1)": torch.stack([T, U], 1),
    "chunk(q, 4, 1)": V.chunk(4, -1)[1],
    "flip(pad(x, 1, 2), 0)": F.pad(T, (1, 2)).flip(0),
    "zeros(2, 3) + ones(3)": torch.ones(2, 3),
    "gelu(x) + silu(y)": F.gelu(T) + F.silu(U),
    "sin(x) * cos(y)": T.sin() * U.cos(),
    "detach(x) * 2": T * 2,
    "x + normal(x) * uniform(x)": T + 3 * torch.full((5, 7), 0.5),
    "module('blocks.*', x)": -T,
}
SEQUENCES = RNG.standard_normal((3, 4, 8))  # (batch, time, features)
LENGTHS = np.array([3, 1, 0])
B = torch.from_numpy(SEQUENCES)
CELLS = {
    name: cell(8, 2, batch_first=True).double()
    for name, cell in {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}.items()
}
STATE = {
    f"{name}.{key}": value.detach().numpy()
    for name, cell in CELLS.items()
    for key, value in cell.named_parameters()
} | {f"part.{n}.weight": np.full((1, 1), float(n)) for n in (10, 2, 1)}


def of(cell: str) -> str:
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return ", ".join(f"weights['{cell}.{kind}_l0']" for kind in kinds)


def turned(x: Tensor, base: float, *, pairs: bool) -> Tensor:
    """Turn as complex numbers, which is the other way to write a rotation."""
    half = x.shape[-1] // 2
    two = x.unflatten(-1, (half, 2) if pairs else (2, half))
    two = two if pairs else two.transpose(-1, -2)
    powers = base ** (-torch.arange(half).double() / half)
    angles = torch.outer(torch.arange(x.shape[-2]).double(), powers)
    whole = torch.view_as_real(
        torch.view_as_complex(two.contiguous()) * torch.polar(torch.ones_like(angles), angles)
    )
    return (whole if pairs else whole.transpose(-1, -2)).flatten(-2)


LAYERS = {
    "joined(softmax(causal((h := heads(s, 2)) @ transpose(h) / sqrt(4))) @ h)": (
        F.scaled_dot_product_attention(
            *[B.unflatten(-1, (2, 4)).transpose(1, 2)] * 3, is_causal=True
        )
        .transpose(1, 2)
        .flatten(2)
    ),
    "repeat(x, 3, axis=0)": T.repeat_interleave(3, 0),
    "rotate(s, 100)": turned(B, 100.0, pairs=False),
    "rotate_pairs(s)": turned(B, 10000.0, pairs=True),
    "reverse(s) + reverse(s, n)": B.flip(1)
    + torch.stack(
        [torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(B, LENGTHS, strict=True)]
    ),
    "last(s, n)": torch.stack([B[0, 2], B[1, 0], torch.zeros(8)]),
    **{f"{name}(s, {of(name)})": cell(B)[0].detach() for name, cell in CELLS.items()},
    "sum(weights['part.*.weight'] * arange(3)[:, None, None])": torch.tensor(0 * 1 + 2 + 2 * 10.0),
}
BESIDE = Beside(
    module=lambda path, inputs: -inputs[0] if path == "blocks.*" else inputs[0],
    draws=[("normal", np.zeros((2, 2))), ("uniform", X * 0 + 0.5), ("normal", X * 0 + 3.0)],
)
CASES = {
    "reduce(-gather(log_softmax(x), k), 'mean')": F.cross_entropy(T, K),
    "sum(maximum(x, 0) - x * sigmoid(y) + log1p(exp(-abs(x))))": (
        F.binary_cross_entropy_with_logits(T, U.sigmoid(), reduction="sum")
    ),
    "mean(where(abs((d := x - y)) < 1, 0.5 * d**2, abs(d) - 0.5))": F.smooth_l1_loss(T, U),
    "logsumexp(x, axis=0)": torch.logsumexp(T, 0),
    "softmax(x, 0) + log_sigmoid(y)": T.softmax(0) + F.logsigmoid(U),
    "softplus(relu(x)) * tanh(y)": F.softplus(T.relu()) * U.tanh(),
    "0.5 * x * (1 + erf(x / sqrt(2)))": F.gelu(T),
    "sum(one_hot(k, size(x, 1)) * x, axis=1)": T.gather(1, K[:, None])[:, 0],
    "diagonal(x[:, :5] @ transpose(y)[:5])": (T[:, :5] @ U.T[:5]).diagonal(),
    "norm(x) / clip(norm(y), 1, 2)": T.norm(dim=1) / U.norm(dim=1).clip(1, 2),
    "cumsum(sort(x)) + eye(7)[0]": T.sort().values.cumsum(1) + torch.eye(7)[0],
    "x[argsort(max(x, 1))]": T[T.max(1).values.argsort()],
    "x[..., None] * arange(3)": T[..., None] * torch.arange(3),
    "argmax(x) == k": T.argmax(1) == K,
    "any(x > 0 and not y > 0, axis=1) or all(x < 0)": (
        ((T > 0) & ~(U > 0)).any(1) | (T < 0).all()  # axis by axis, and over everything
    ),
    "minimum(x, y) if word == 'small' else min(x)": torch.minimum(T, U),
    "x if word != 'small' else mean(log(exp(x)), 1)": T.mean(1),
    "gather(x, where(k == 3, -100, k))": torch.where(K == 3, 0.0, T.gather(1, K[:, None])[:, 0]),
    "reduce(x, 'mean', y**2) + reduce(x, 'sum')": (T.sum() / (U**2).sum()) + T.sum(),
    "reduce(x, 'none') ** 3 % 2 // 1": T**3 % 2 // 1,
    "floor(x) + ceil(y) + round(3 * x) * sign(y)": T.floor()
    + U.ceil()
    + (3 * T).round() * U.sign(),
    **NETWORK,
    **LAYERS,
}


@pytest.mark.parametrize("text", CASES)
def test_an_equation_gives_what_torch_gives(text):
    arrays = {"x": X, "y": Y, "p": P, "l": L, "q": Q, "r": R, "s": SEQUENCES, "n": LENGTHS}
    more = {"weights": {**W, **STATE}, "k": LABELS, "word": "small"}
    found = solve(Equation(text), {**arrays, **more}, BESIDE)
    np.testing.assert_allclose(found, CASES[text].numpy(), rtol=1e-12, atol=1e-12)


LEFT = {
    "one_of(2, 3, 5)": (3, 1.0, 3),
    "sometimes(0.25, 2, 3)": (2, 1.0, 3),
    "between(2, 4)": (0, 2.5, 2.5),
    "whole_between(2, 4)": (3, 1.0, 3),
}


@pytest.mark.parametrize("text", LEFT)
def test_what_is_left_to_chance_is_taken_as_it_was_decided(text):
    count, decided, wanted = LEFT[text]
    with pytest.raises(Undecided) as left:
        solve(Equation(text), {})
    assert left.value.choice.count == count
    assert solve(Equation(text), {}, Beside(chosen={left.value.choice.place: decided})) == wanted


def test_every_function_is_tried_and_known_on_both_sides():
    of_a_run = {"detach", "normal", "uniform", "module", *CHANCE}
    assert set(FUNCTIONS) | of_a_run == set(EQUATION_FUNCTIONS)
    joined = " ".join([*CASES, *LEFT])
    assert [name for name in EQUATION_FUNCTIONS if f"{name}(" not in joined] == []


@pytest.mark.parametrize(
    "text",
    [
        "x + k",
        "x[99]",
        "reduce(x, 'median')",
        "sum(x, 5)",
        "word + 1",
        "eye(100000)",
        "nothing",
        "transpose(1)",
        "conv(x, y)",
        "transposed_conv(x, y)",
        "patches(x, 2)",
        "module('encoder', x)",
    ],
)
def test_what_cannot_be_computed_is_no_verdict(text):
    with pytest.raises(CannotLook, match="cannot be computed"):
        solve(Equation(text), {"x": X, "k": LABELS, "word": "small"})


def test_noise_that_was_not_drawn_and_weights_that_are_not_known_are_told_apart():
    with pytest.raises(NotDrawn, match=r"normal \(2, 2\), uniform .* normal \(5, 7\) is wanted"):
        solve(Equation("normal(x) + normal(x)"), {"x": X}, BESIDE)
    with pytest.raises(Unassigned, match=r"\?gain"):
        solve(Equation("x * weights['?gain']"), {"x": X, "weights": {}})


def test_what_is_held_keeps_its_value():
    beside, equation = Beside(), Equation("x * detach(x)")
    solve(equation, {"x": X}, beside)
    np.testing.assert_array_equal(solve(equation, {"x": Y}, beside), Y * X)
