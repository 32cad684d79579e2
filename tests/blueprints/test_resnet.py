"""The residual networks have the published sizes and compute what the papers say."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from workbench import registry

blueprint = registry.load("blueprints", "resnet")
ResNet = blueprint.ResNet

SMALL = {"in_channels": 2, "num_classes": 5, "layers": [2, 1], "base_width": 8, "reduction": 4}
COMBINATIONS = [
    dict(zip(blueprint.CHOICES, words, strict=True))
    for words in product(*blueprint.CHOICES.values())
]


def build(**changes: Any) -> nn.Module:
    return ResNet(**{**SMALL, **changes}).double().eval()


def pictures(batch: int, height: int = 24, width: int = 20) -> Tensor:
    return torch.randn(batch, 2, height, width, dtype=torch.float64)


def size(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def scatter(module: nn.Module) -> nn.Module:
    """Give every weight and every statistic a value of its own."""
    for name, tensor in module.state_dict().items():
        if "var" in name:
            nn.init.uniform_(tensor, 0.5, 1.5)
        elif tensor.is_floating_point():
            nn.init.normal_(tensor, std=0.4)
    return module


def named(name: str) -> dict[str, Any]:
    """The options and choices that a well-known name stands for."""
    known = blueprint.WORDS["names"].items()
    (settings,) = [values for pattern, values in known if f"[{name}|" in pattern]
    return settings


@pytest.fixture(params=COMBINATIONS, ids=lambda choices: "-".join(choices.values()))
def choices(request: pytest.FixtureRequest) -> dict[str, str]:
    return request.param


@pytest.mark.parametrize(
    ("name", "attention", "published"),
    [
        ("resnet 18", "none", 11_689_512),
        ("resnet 34", "none", 21_797_672),
        ("resnet 50", "none", 25_557_032),
        ("resnet 101", "none", 44_549_160),
        ("resnet 152", "none", 60_192_808),
        ("resnet 50", "squeeze_excitation", 28_088_024),
    ],
)
def test_sizes_are_the_published_ones(name: str, attention: str, published: int) -> None:
    with torch.device("meta"):
        module = ResNet(num_classes=1000, channel_attention=attention, **named(name))
        assert module(torch.zeros(64, 3, 224, 224)).shape == (64, 1000)
    assert size(module) == published


@pytest.mark.parametrize(
    ("name", "published"), [("resnet 20", 0.27), ("resnet 32", 0.46), ("resnet 110", 1.7)]
)
def test_sizes_for_cifar_are_the_papers(name: str, published: float) -> None:
    with torch.device("meta"):
        module = ResNet(num_classes=10, **named(name))
    assert size(module) / 1e6 == pytest.approx(published, abs=0.05)


def test_promised_quantities_are_there(choices: dict[str, str], quantity: Any) -> None:
    shapes = (([1], 4, 16), ([2, 1], 8, 4), ([1, 2, 1], 6, 3), ([2, 1, 3, 1], 3, 2))
    for layers, width, reduction in shapes:
        options = {**SMALL, "layers": layers, "base_width": width, "reduction": reduction}
        module = build(**options, **choices)
        values = {**options, **choices}
        blocks = (blueprint.BasicBlock, blueprint.Bottleneck)
        found = list(module.modules())
        assert size(module) == quantity(blueprint, "parameters", values)
        assert sum(isinstance(part, blocks) for part in found) == quantity(
            blueprint, "residual blocks", values
        )
        assert sum(isinstance(part, nn.Conv2d) for part in found) == quantity(
            blueprint, "convolution layers", values
        )


def normed(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    """Batch norm in evaluation, written out."""
    mean, var, gain, shift = (
        state[f"{name}.{part}"][:, None, None]
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    return (x - mean) / (var + 1e-5).sqrt() * gain + shift


def slow_block(
    state: dict[str, Tensor], name: str, x: Tensor, choices: dict[str, str], stride: int
) -> Tensor:
    """One block from figure 5 of the paper, with the gate of figure 2 of Hu et al."""
    plans = {"basic": [(stride, 1), (1, 1)], "bottleneck": [(1, 0), (stride, 1), (1, 0)]}
    plan = plans[choices["block"]]
    y = x
    for number, (step, padding) in enumerate(plan, start=1):
        weight = state[f"{name}.conv{number}.weight"]
        y = normed(state, f"{name}.norm{number}", F.conv2d(y, weight, stride=step, padding=padding))
        y = y.clamp(min=0) if number < len(plan) else y
    if choices["channel_attention"] == "squeeze_excitation":
        means = y.flatten(2).mean(-1)
        inner = means @ state[f"{name}.gate.squeeze.weight"].T + state[f"{name}.gate.squeeze.bias"]
        outer = inner.clamp(min=0) @ state[f"{name}.gate.excite.weight"].T
        y = y / (1 + torch.exp(-outer - state[f"{name}.gate.excite.bias"]))[:, :, None, None]
    if f"{name}.shortcut.0.weight" in state:
        weight = state[f"{name}.shortcut.0.weight"]
        x = normed(state, f"{name}.shortcut.1", F.conv2d(x, weight, stride=stride))
    return (x + y).clamp(min=0)


def test_computes_what_the_papers_say(choices: dict[str, str]) -> None:
    module = scatter(build(**choices, layers=[2, 1]))
    images, state = pictures(3), module.state_dict()
    imagenet = choices["stem"] == "imagenet"
    stride, padding = (2, 3) if imagenet else (1, 1)
    x = F.conv2d(images, state["stem_conv.weight"], stride=stride, padding=padding)
    x = normed(state, "stem_norm", x).clamp(min=0)
    x = F.max_pool2d(x, 3, 2, 1) if imagenet else x
    for name, step in (("stages.0.0", 1), ("stages.0.1", 1), ("stages.1.0", 2)):
        x = slow_block(state, name, x, choices, step)
    expected = x.flatten(2).mean(-1) @ state["head.weight"].T + state["head.bias"]
    torch.testing.assert_close(module(images), expected)


@pytest.mark.parametrize(
    ("stem", "rows"), [("imagenet", [56, 28, 14, 7]), ("cifar", [224, 112, 56, 28])]
)
def test_images_shrink_as_in_table_1(stem: str, rows: list[int]) -> None:
    seen = []
    with torch.device("meta"):
        module = ResNet(stem=stem)
        for stage in module.stages:
            stage.register_forward_hook(lambda _, __, features: seen.append(features.shape[-1]))
        module(torch.zeros(1, 3, 224, 224))
    assert seen == rows


@pytest.mark.parametrize("batch", [0, 1, 3])
@pytest.mark.parametrize("shape", [(1, 1), (5, 32), (33, 17)])
def test_any_batch_and_image_size_works(
    batch: int, shape: tuple[int, int], choices: dict[str, str]
) -> None:
    logits = build(**choices)(pictures(batch, *shape))
    assert logits.shape == (batch, 5)
    assert logits.dtype == torch.float64


def test_each_image_is_classified_for_itself_in_evaluation(choices: dict[str, str]) -> None:
    module, images = scatter(build(**choices)), pictures(4)
    together = module(images)
    for row in range(4):
        torch.testing.assert_close(module(images[row : row + 1])[0], together[row])


def test_an_empty_batch_in_training_leaves_the_statistics_alone() -> None:
    module = build().train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    assert module(pictures(0)).shape == (0, 5)
    for name, value in before.items():
        if "running" in name:
            assert torch.equal(module.state_dict()[name], value), name


def test_training_on_one_image_needs_more_than_one_position() -> None:
    module = build(stem="cifar").train()
    assert module(pictures(1)).isfinite().all()
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        module(pictures(1, 1, 1))


@pytest.mark.parametrize("block", blueprint.CHOICES["block"])
@pytest.mark.parametrize("channel_attention", blueprint.CHOICES["channel_attention"])
def test_zero_initialised_blocks_start_as_their_shortcut(
    block: str, channel_attention: str
) -> None:
    made = {"block": block, "channel_attention": channel_attention}
    module = build(**made, zero_init_residual="yes").train()
    for part in module.modules():
        if isinstance(part, (blueprint.BasicBlock, blueprint.Bottleneck)):
            x = torch.randn(2, part.conv1.in_channels, 6, 6, dtype=torch.float64).abs()
            torch.testing.assert_close(part(x), part.shortcut(x).clamp(min=0))


def test_every_parameter_learns(
    choices: dict[str, str], assert_gradients_reach: Callable[..., None]
) -> None:
    # With few hidden units in a gate, all of them may be off; here each gate has one per channel.
    module = build(**choices, reduction=1).train()
    if choices["zero_init_residual"] == "yes":
        # A gain of zero hides the weights before it from the first step, and from that alone.
        optimizer = torch.optim.Adam(module.parameters(), lr=0.1)
        logits = module(pictures(6))
        logits.backward(torch.randn_like(logits))
        optimizer.step()
    assert_gradients_reach(module, module(pictures(6)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_lower_precision_stays_close(dtype: torch.dtype, choices: dict[str, str]) -> None:
    module, images = build(**choices), pictures(3)
    expected = module(images)
    found = module.to(dtype)(images.to(dtype))
    assert found.dtype == dtype
    torch.testing.assert_close(found.double(), expected, atol=0.02, rtol=0.1)


def test_memory_format_changes_nothing(choices: dict[str, str]) -> None:
    module, images = scatter(build(**choices)), pictures(3)
    expected = module(images)
    other = module.to(memory_format=torch.channels_last)
    torch.testing.assert_close(other(images.to(memory_format=torch.channels_last)), expected)


def test_state_survives_a_file(choices: dict[str, str], assert_round_trip: Any) -> None:
    module = build(**choices).train()
    module(pictures(4))  # statistics that differ from the initial ones
    assert_round_trip(module, build(**choices))


def test_evaluation_is_deterministic_and_first_loss_is_that_of_guessing() -> None:
    module = build(num_classes=10, base_width=16)
    images = pictures(64)
    logits = module(images)
    assert torch.equal(module(images), logits)
    loss = F.cross_entropy(logits, torch.randint(10, (64,)))
    assert loss.item() == pytest.approx(math.log(10), abs=0.15)


def test_it_learns() -> None:
    module = build().train()
    images = pictures(16)
    target = (images.mean(dim=(1, 2, 3)) > 0).long()
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-2)
    for _ in range(20):
        optimizer.zero_grad()
        loss = F.cross_entropy(module(images), target)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1


def test_building_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger=blueprint.__name__):
        build()
    assert "built ResNet with [2, 1] blocks" in caplog.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers": []}, r"one to four positive numbers, got \[\]"),
        ({"layers": [1, 0]}, r"got \[1, 0\]"),
        ({"layers": [1] * 5}, "one to four"),
        ({"base_width": 0}, "base_width must be at least 1, got 0"),
        (
            {"channel_attention": "squeeze_excitation", "reduction": 0},
            "reduction must be at least 1",
        ),
    ],
)
def test_impossible_options_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(**change)


@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (2, 8, 8), (2,)])
def test_inputs_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"images must be \(batch, 2, height, width\), got shape"):
        build()(torch.zeros(shape, dtype=torch.float64))
