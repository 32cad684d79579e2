"""The residual network, recomputed with convolutions as matrix products and norms by hand."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workbench.implementers._test_cells.setup import INPUT, OPTIONS, build, make_inputs, spread


def convolved(conv: Any, x: Tensor, stride: int, padding: int) -> Tensor:
    """Convolve by one matrix product over all patches."""
    size = conv.weight.shape[-1]
    patches = F.unfold(x, size, stride=stride, padding=padding)  # (batch, patch, places)
    height = (x.shape[2] + 2 * padding - size) // stride + 1
    products = conv.weight.flatten(1) @ patches
    return products.unflatten(2, (height, products.shape[2] // height))


def normalised(norm: Any, x: Tensor) -> Tensor:
    """Apply batch norm in evaluation (Ioffe and Szegedy 2015, algorithm 2)."""
    scale = norm.weight / (norm.running_var + 1e-5).sqrt()
    return x * scale[:, None, None] + (norm.bias - norm.running_mean * scale)[:, None, None]


def gated(gate: Any, x: Tensor) -> Tensor:
    """Weigh channels (Hu et al. 2018, equations 2 to 4)."""
    squeezed = gate.squeeze(x.mean(dim=(2, 3))).clamp(min=0)
    return x / (1 + (-gate.excite(squeezed)).exp())[:, :, None, None]


def residual(
    unit: Any, x: Tensor, stride: int, *, block: str = "basic", channel_attention: str = "none"
) -> Tensor:
    """Compute what a block adds to its shortcut (He et al. 2016, figure 5)."""
    if block == "basic":
        y = normalised(unit.norm1, convolved(unit.conv1, x, stride, 1)).clamp(min=0)
        y = normalised(unit.norm2, convolved(unit.conv2, y, 1, 1))
    else:
        y = normalised(unit.norm1, convolved(unit.conv1, x, 1, 0)).clamp(min=0)
        y = normalised(unit.norm2, convolved(unit.conv2, y, stride, 1)).clamp(min=0)
        y = normalised(unit.norm3, convolved(unit.conv3, y, 1, 0))
    return gated(unit.gate, y) if channel_attention == "squeeze_excitation" else y


def passed_on(unit: Any, x: Tensor, stride: int) -> Tensor:
    """Bring the input of a block to the shape of its output (option B)."""
    if isinstance(unit.shortcut, nn.Identity):
        return x
    return normalised(unit.shortcut[1], convolved(unit.shortcut[0], x, stride, 0))


def classified(model: Any, x: Tensor, *, stem: str = "imagenet") -> Tensor:
    """Compute the logits of images."""
    if stem == "imagenet":
        x = normalised(model.stem_norm, convolved(model.stem_conv, x, 2, 3)).clamp(min=0)
        patches = F.unfold(x, 3, stride=2, padding=1).unflatten(1, (x.shape[1], 9))
        x = patches.amax(dim=2).unflatten(2, (-1, math.ceil(x.shape[3] / 2)))
    else:
        x = normalised(model.stem_norm, convolved(model.stem_conv, x, 1, 1)).clamp(min=0)
    for number, stage in enumerate(model.stages):
        for index, unit in enumerate(stage):
            stride = 2 if number and not index else 1
            x = (residual(unit, x, stride) + passed_on(unit, x, stride)).clamp(min=0)
    return model.head(x.flatten(2).mean(dim=2))


def test_agrees_with_the_written_out_formulas() -> None:
    """The logits are those of the formulas, written out.

    Covers: block, channel attention, stem, residual blocks
    """
    model, inputs = spread(build()).double().train(), make_inputs()
    images = inputs[INPUT].double()
    model(images)  # gives the norms statistics that are not those of a new network
    model.eval()
    assert [len(stage) for stage in model.stages] == list(OPTIONS["layers"])
    expected = classified(model, images)
    torch.testing.assert_close(model(images), expected, rtol=1e-9, atol=1e-9)


def test_training_uses_the_statistics_of_the_batch() -> None:
    """Norms look at the batch in training, and not in evaluation."""
    model, images = build(), make_inputs(batch=4)[INPUT]
    assert not torch.allclose(model.train()(images)[:2], model(images[:2]), atol=1e-4)
    torch.testing.assert_close(model.eval()(images)[:2], model(images[:2]))


def initial_gain(*, zero_init_residual: str = "no") -> float:
    """Give what the last norm of each block multiplies with at first."""
    return 0.0 if zero_init_residual == "yes" else 1.0


def test_initial_weights_are_spread_as_declared() -> None:
    """Convolutions are drawn after He; the last norms start as declared.

    Covers: zero init residual
    """
    model = build()
    for name, part in model.named_modules():
        if isinstance(part, nn.Conv2d) and part.weight.numel() > 1000:
            expected = math.sqrt(2 / (part.out_channels * part.kernel_size[0] ** 2))
            assert 0.8 < part.weight.std() / expected < 1.2, name
        if isinstance(part, nn.Linear):
            assert part.bias.eq(0).all(), name
    for unit in [unit for stage in model.stages for unit in stage]:
        last = unit.norm3 if hasattr(unit, "norm3") else unit.norm2
        assert last.weight.eq(initial_gain()).all()
    weight = model.head.weight  # the more numbers, the closer is their spread to the true one
    assert abs(weight.std() / 0.01 - 1) < 5 / math.sqrt(2 * weight.numel())
