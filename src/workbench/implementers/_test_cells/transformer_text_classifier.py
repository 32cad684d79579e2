"""The text classifier, recomputed token by token and head by head from the papers' formulas."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from workbench.implementers._test_cells.setup import (
    INPUT,
    OPTIONS,
    build,
    make_inputs,
    make_mask,
    spread,
)


def normalised(layer: Any, x: Tensor) -> Tensor:
    """Apply layer norm (Ba et al. 2016, equation 4) to each vector."""
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = centred.square().mean(dim=-1, keepdim=True)
    return centred / (variance + 1e-5).sqrt() * layer.weight + layer.bias


def attended(layer: Any, stream: Tensor) -> Tensor:
    """Apply attention (Vaswani et al. 2017, equation 1) place by place."""
    query, key, value = (part(stream) for part in (layer.query, layer.key, layer.value))
    gathered = torch.zeros_like(stream)
    size = stream.shape[1] // OPTIONS["num_heads"]
    for head in range(OPTIONS["num_heads"]):
        part = slice(head * size, (head + 1) * size)
        for here in range(len(stream)):
            chances = (key[:, part] @ query[here, part] / math.sqrt(size)).exp()
            gathered[here, part] = chances @ value[:, part] / chances.sum()
    return layer.output(gathered)


def transformed(
    block: Any, stream: Tensor, *, norm: str = "pre", activation: str = "gelu"
) -> Tensor:
    """Apply one block to the vectors of one sequence, shape (time, embed_dim)."""
    first, last = block.feedforward[0], block.feedforward[-1]
    if norm == "pre":
        stream = stream + attended(block.attention, normalised(block.attention_norm, stream))
        hidden = first(normalised(block.feedforward_norm, stream))
    else:
        stream = normalised(block.attention_norm, stream + attended(block.attention, stream))
        hidden = first(stream)
    if activation == "gelu":
        hidden = hidden * (1 + torch.erf(hidden / math.sqrt(2))) / 2
    else:
        hidden = hidden.clamp(min=0)
    if norm == "pre":
        return stream + last(hidden)
    else:
        return normalised(block.feedforward_norm, stream + last(hidden))


def position(model: Any, place: int, *, positions: str = "learned") -> Tensor:
    """Give the vector that is added at one position."""
    if positions == "learned":
        return model.position_embedding.weight[place]
    else:
        width = OPTIONS["embed_dim"]
        angles = [place / 10000 ** (2 * (column // 2) / width) for column in range(width)]
        waves = [math.cos(a) if column % 2 else math.sin(a) for column, a in enumerate(angles)]
        return torch.tensor(waves, dtype=torch.float64)


def classified(model: Any, tokens: Tensor, *, norm: str = "pre", pooling: str = "mean") -> Tensor:
    """Compute the logits of one sequence without padding."""
    vectors = [model.token_embedding.weight[token] for token in tokens]
    stream = torch.stack([vector + position(model, at) for at, vector in enumerate(vectors)])
    for block in model.blocks:
        stream = transformed(block, stream)
    if norm == "pre":
        stream = normalised(model.final_norm, stream)
    if pooling == "mean":
        return model.head(stream.mean(dim=0))
    elif pooling == "first":
        return model.head(stream[0])
    else:
        return model.head(stream.amax(dim=0))


def test_agrees_with_the_written_out_formulas() -> None:
    """The logits are those of the formulas, token by token, head by head.

    Covers: norm, activation, pooling, positions, attention heads, attention layers
    """
    model, inputs = spread(build()).double().eval(), make_inputs()
    logits = model(**inputs)
    assert len(model.blocks) == OPTIONS["num_layers"]
    for row, tokens in enumerate(inputs[INPUT]):
        expected = classified(model, tokens)
        torch.testing.assert_close(logits[row], expected, rtol=1e-10, atol=1e-10)


def test_padded_sequences_agree_with_the_formulas() -> None:
    """Behind a mask the logits are those of the real tokens alone.

    Covers: padding invariant, pooling
    Needs: mask
    """
    model, inputs, mask = spread(build()).double().eval(), make_inputs(), make_mask()
    logits = model(**inputs, mask=mask)
    for row, length in enumerate(mask.sum(dim=1).tolist()):
        expected = classified(model, inputs[INPUT][row, :length])
        torch.testing.assert_close(logits[row], expected, rtol=1e-10, atol=1e-10)


class DropoutSpy(torch.overrides.TorchFunctionMode):
    """Notes the rate of each dropout that acts."""

    def __init__(self) -> None:
        super().__init__()
        self.rates: list[float] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Note the rate and do what was asked for."""
        given = kwargs or {}
        rate = given.get("p", 0.0) if given.get("training") else given.get("dropout_p", 0.0)
        if rate:
            self.rates.append(rate)
        return func(*args, **given)


def test_dropout_stands_where_it_is_declared() -> None:
    """Embeddings, attention weights, feed-forwards and residuals are dropped.

    Needs: dropout
    """
    model, inputs = build(dropout=0.3), make_inputs()
    with DropoutSpy() as spy:
        model.eval()(**inputs)
        assert spy.rates == []
        model.train()(**inputs)
    assert spy.rates == [0.3] * (1 + 4 * OPTIONS["num_layers"])


def test_initial_weights_are_spread_as_declared() -> None:
    """Projections are drawn after Glorot; the head is small, biases are zero."""
    model = build()
    for name, part in model.named_modules():
        if isinstance(part, nn.Linear) and name != "head":
            bound = math.sqrt(6 / (part.in_features + part.out_features))
            assert 0.8 * bound < part.weight.abs().max() <= bound, name
        if isinstance(part, nn.Linear) and part.bias is not None:
            assert part.bias.eq(0).all(), name
        if isinstance(part, nn.LayerNorm):
            assert part.weight.eq(1).all(), name
    weight = model.head.weight  # the more numbers, the closer is their spread to the true one
    assert abs(weight.std() / 0.02 - 1) < 5 / math.sqrt(2 * weight.numel())
