"""The judge's own arithmetic, compared with torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from workbench.checks import CannotLook
from workbench.checks._equation import _FUNCTIONS, solve
from workbench.spec import EQUATION_FUNCTIONS, Equation

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((5, 7)), RNG.standard_normal((5, 7))
LABELS = RNG.integers(0, 7, 5)
T, U, K = torch.from_numpy(X), torch.from_numpy(Y), torch.from_numpy(LABELS)

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
}


@pytest.mark.parametrize("text", CASES)
def test_an_equation_gives_what_torch_gives(text):
    found = solve(Equation(text), {"x": X, "y": Y, "k": LABELS, "word": "small"})
    np.testing.assert_allclose(found, CASES[text].numpy(), rtol=1e-12, atol=1e-12)


def test_every_function_is_tried_and_known_on_both_sides():
    assert set(_FUNCTIONS) == set(EQUATION_FUNCTIONS)
    joined = " ".join(CASES)
    assert [name for name in _FUNCTIONS if f"{name}(" not in joined] == []


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
    ],
)
def test_what_cannot_be_computed_is_no_verdict(text):
    with pytest.raises(CannotLook, match="cannot be computed"):
        solve(Equation(text), {"x": X, "k": LABELS, "word": "small"})
