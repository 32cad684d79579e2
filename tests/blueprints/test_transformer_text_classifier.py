"""The text classifier keeps every promise of its contract, under every combination of choices."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from workbench import registry

blueprint = registry.load("blueprints", "transformer_text_classifier")
TextClassifier, EncoderBlock = blueprint.TextClassifier, blueprint.EncoderBlock

SMALL = {
    "vocab_size": 31,
    "num_layers": 2,
    "num_heads": 3,
    "embed_dim": 12,
    "num_classes": 5,
    "hidden_dim": 20,
    "max_length": 11,
    "dropout": 0.0,
}
COMBINATIONS = [
    dict(zip(blueprint.CHOICES, words, strict=True))
    for words in product(*blueprint.CHOICES.values())
]
POOLINGS = blueprint.CHOICES["pooling"]


def build(**changes: Any) -> nn.Module:
    return TextClassifier(**{**SMALL, **changes}).double().eval()


def ids(batch: int, time: int) -> Tensor:
    return torch.randint(SMALL["vocab_size"], (batch, time))


@pytest.fixture(params=COMBINATIONS, ids=lambda choices: "-".join(choices.values()))
def choices(request: pytest.FixtureRequest) -> dict[str, str]:
    return request.param


@pytest.mark.parametrize("batch", [0, 1, 5])
@pytest.mark.parametrize("time", [1, 7, 11])
def test_output_is_one_row_of_logits_per_sequence(batch: int, time: int) -> None:
    for made in COMBINATIONS:
        module = build(**made)
        for mask in (None, torch.ones(batch, time, dtype=torch.bool)):
            logits = module(ids(batch, time), mask)
            assert logits.shape == (batch, 5)
            assert logits.dtype == torch.float64


def test_parameter_count_is_the_closed_form(choices: dict[str, str], quantity: Any) -> None:
    for options in (SMALL, {**SMALL, "num_layers": 3, "embed_dim": 15, "hidden_dim": 7}):
        count = sum(parameter.numel() for parameter in build(**options, **choices).parameters())
        assert count == quantity(blueprint, "parameters", {**options, **choices})


@pytest.mark.parametrize("norm", blueprint.CHOICES["norm"])
@pytest.mark.parametrize("activation", blueprint.CHOICES["activation"])
def test_block_agrees_with_torchs_encoder_layer(norm: str, activation: str) -> None:
    theirs = nn.TransformerEncoderLayer(
        12, 3, 20, 0.0, activation, batch_first=True, norm_first=norm == "pre"
    ).double()
    ours = EncoderBlock(12, 3, 20, 0.0, norm=norm, activation=activation).double()
    for parameter in ours.parameters():
        nn.init.normal_(parameter)
    attention = [ours.attention.query, ours.attention.key, ours.attention.value]
    pairs = [
        (theirs.self_attn.in_proj_weight, torch.cat([layer.weight for layer in attention])),
        (theirs.self_attn.in_proj_bias, torch.zeros(36)),
        *zip(
            theirs.self_attn.out_proj.parameters(), ours.attention.output.parameters(), strict=True
        ),
        *zip(theirs.linear1.parameters(), ours.feedforward[0].parameters(), strict=True),
        *zip(theirs.linear2.parameters(), ours.feedforward[3].parameters(), strict=True),
        *zip(theirs.norm1.parameters(), ours.attention_norm.parameters(), strict=True),
        *zip(theirs.norm2.parameters(), ours.feedforward_norm.parameters(), strict=True),
    ]
    with torch.no_grad():
        for their, our in pairs:
            their.copy_(our)
    hidden = torch.randn(2, 7, 12, dtype=torch.float64)
    real = torch.arange(7) < torch.tensor([[7], [4]])
    expected = theirs(hidden, src_key_padding_mask=~real)
    found = ours(hidden, real[:, None, None, :])
    torch.testing.assert_close(found[real], expected[real])


def test_padding_changes_nothing(choices: dict[str, str]) -> None:
    module = build(**choices)
    tokens = ids(3, 9)
    mask = torch.arange(9) < torch.tensor([[9], [6], [1]])
    expected = module(tokens, mask)
    other = torch.where(mask, tokens, (tokens + 1) % 31)
    torch.testing.assert_close(module(other, mask), expected)
    torch.testing.assert_close(module(tokens[1:2, :6]), expected[1:2])
    longer = torch.cat([tokens, ids(3, 2)], dim=1)
    more = torch.cat([mask, torch.zeros(3, 2, dtype=torch.bool)], dim=1)
    torch.testing.assert_close(module(longer, more), expected)


def test_without_a_mask_every_token_is_real(choices: dict[str, str]) -> None:
    module, tokens = build(**choices), ids(2, 6)
    everything = torch.ones(2, 6, dtype=torch.bool)
    torch.testing.assert_close(module(tokens), module(tokens, everything))


def test_a_row_of_padding_only_is_finite_and_harms_nobody(choices: dict[str, str]) -> None:
    module, tokens = build(**choices), ids(3, 6)
    mask = torch.tensor([[True] * 6, [False] * 6, [True] * 4 + [False] * 2])
    logits = module(tokens, mask)
    torch.testing.assert_close(logits[1], module.head.bias)
    torch.testing.assert_close(logits[[0, 2]], module(tokens[[0, 2]], mask[[0, 2]]))
    logits.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in module.parameters())


def test_no_query_is_left_without_a_key() -> None:
    """Kernels differ in what a softmax over nothing gives, so none may be asked."""

    class Watch(TorchFunctionMode):
        def __torch_function__(
            self, called: Any, _: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            if called is nn.functional.scaled_dot_product_attention:
                seen.append((kwargs or {})["attn_mask"])
            return called(*args, **(kwargs or {}))

    seen: list[Tensor] = []
    with Watch():
        build()(ids(2, 4), torch.tensor([[False] * 4, [True] * 3 + [False]]))
    assert len(seen) == SMALL["num_layers"]
    for visible in seen:
        assert visible.any(dim=-1).all()
        assert not visible.all()


@pytest.mark.parametrize("pooling", POOLINGS)
def test_pooling_sees_the_real_tokens_alone(pooling: str) -> None:
    hidden = torch.randn(4, 5, 12, dtype=torch.float64)
    mask = torch.tensor([[1, 1, 1, 1, 1], [0, 1, 1, 0, 0], [0, 0, 0, 1, 0], [1, 0, 1, 0, 1]]).bool()
    poisoned = hidden.masked_fill(~mask[:, :, None], math.nan)
    found = build(pooling=pooling).pool(poisoned, mask)
    for row, keep, vector in zip(hidden, mask, found, strict=True):
        real = [token for token, real in zip(row, keep, strict=True) if real]
        stacked = torch.stack(real)
        expected = {"mean": stacked.mean(0), "first": real[0], "max": stacked.amax(0)}[pooling]
        torch.testing.assert_close(vector, expected)


def test_each_sequence_is_classified_for_itself(choices: dict[str, str]) -> None:
    module, tokens = build(**choices), ids(4, 7)
    mask = torch.arange(7) < torch.tensor([[7], [3], [5], [1]])
    together = module(tokens, mask)
    for row in range(4):
        alone = module(tokens[row : row + 1], mask[row : row + 1])
        torch.testing.assert_close(alone[0], together[row])


def test_the_order_of_tokens_matters(choices: dict[str, str]) -> None:
    module = build(**choices)
    tokens = torch.tensor([[1, 2, 3, 4, 5, 6, 1]])
    swapped = tokens[:, [0, 4, 2, 5, 1, 3, 6]]  # first and last stay: pooling must not tell alone
    assert (module(tokens) - module(swapped)).abs().max() > 1e-4


def test_every_parameter_learns(
    choices: dict[str, str], assert_gradients_reach: Callable[..., None]
) -> None:
    module = build(**choices).train()
    mask = torch.arange(7) < torch.tensor([[7], [5], [6], [4]])
    assert_gradients_reach(module, module(ids(4, 7), mask))


def test_sinusoidal_table_is_the_papers() -> None:
    for width in (6, 7):
        table = blueprint.sinusoidal_positions(torch.zeros(1, 9, width, dtype=torch.float64))
        for position, column in product(range(9), range(width)):
            angle = position / 10000 ** (2 * (column // 2) / width)
            expected = math.cos(angle) if column % 2 else math.sin(angle)
            assert table[position, column].item() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_lower_precision_stays_close(dtype: torch.dtype, choices: dict[str, str]) -> None:
    exact = build(**choices)
    tokens, mask = ids(3, 8), torch.arange(8) < torch.tensor([[8], [5], [0]])
    expected = exact(tokens, mask)
    found = exact.to(dtype)(tokens, mask)
    assert found.dtype == dtype
    torch.testing.assert_close(found.double(), expected, atol=0.05, rtol=0.05)


def test_autocast_gives_half_precision_and_stays_close(choices: dict[str, str]) -> None:
    module, tokens = build(**choices).float(), ids(3, 8)
    mask = torch.arange(8) < torch.tensor([[8], [5], [3]])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = module(tokens, mask)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), module(tokens, mask), atol=0.05, rtol=0.05)


def test_full_size_runs_without_memory(choices: dict[str, str]) -> None:
    options = {"num_layers": 2, "embed_dim": 4096, "hidden_dim": 16384, "num_heads": 32}
    with torch.device("meta"):
        module = TextClassifier(**options, **choices)
        tokens = torch.zeros(64, 512, dtype=torch.int64)
        assert module(tokens, tokens.bool()).shape == (64, 10)
    assert all(parameter.is_meta for parameter in module.parameters())


def test_state_survives_a_file(choices: dict[str, str], assert_round_trip: Any) -> None:
    assert_round_trip(build(**choices), build(**choices))


def test_dropout_acts_in_training_only() -> None:
    module, tokens = build(dropout=0.5), ids(2, 6)
    assert torch.equal(module(tokens), module(tokens))
    module.train()
    assert not torch.equal(module(tokens), module(tokens))
    dropped = [layer.attention.dropout for layer in module.blocks]
    assert dropped == [0.5, 0.5]


def test_first_loss_is_that_of_guessing(choices: dict[str, str]) -> None:
    module = build(**choices, embed_dim=48, num_classes=10)
    loss = nn.functional.cross_entropy(module(ids(256, 10)), torch.randint(10, (256,)))
    assert loss.item() == pytest.approx(math.log(10), abs=0.15)


def test_it_learns_what_only_the_order_of_tokens_tells() -> None:
    module = build(positions="learned").train()
    tokens = torch.stack([torch.randperm(6) for _ in range(64)])
    target = (tokens.argmax(1) > tokens.argmin(1)).long()
    optimizer = torch.optim.Adam(module.parameters(), lr=5e-3)
    for _ in range(150):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(module(tokens), target)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1


def test_building_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger=blueprint.__name__):
        build()
    assert "built TextClassifier: 2 blocks of width 12" in caplog.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_heads": 5}, "multiple of num_heads, got 12 and 5"),
        ({"num_layers": 0}, "num_layers must be at least 1, got 0"),
        ({"num_classes": -1}, "num_classes must be at least 1, got -1"),
        ({"dropout": 1.5}, "between 0 and 1"),
    ],
)
def test_impossible_options_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**change)


@pytest.mark.parametrize(
    ("tokens", "mask", "message"),
    [
        (torch.zeros(2, 12, dtype=torch.int64), None, r"time from 1 to 11, got shape \(2, 12\)"),
        (torch.zeros(2, 0, dtype=torch.int64), None, "time from 1 to 11"),
        (torch.zeros(4, dtype=torch.int64), None, r"must be \(batch, time\)"),
        (torch.zeros(2, 3, dtype=torch.int64), torch.ones(2, 3), "must be bool .* torch.float32"),
        (torch.zeros(2, 3, dtype=torch.int64), torch.ones(2, 4).bool(), r"of shape \(2, 4\)"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(tokens: Tensor, mask: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()(tokens, mask)
