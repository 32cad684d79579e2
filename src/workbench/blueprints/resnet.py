"""Residual networks for images, of basic or bottleneck blocks.

Source:
    He et al. 2016, "Deep Residual Learning for Image Recognition".
    channel_attention squeeze_excitation: Hu et al. 2018, "Squeeze-and-Excitation Networks".
    zero_init_residual yes: Goyal et al. 2017, "Accurate, Large Minibatch SGD", section 5.1.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

CONTRACT = """
name: ResNet
kind: model
text: |
  A ResNet-18 for images with 3 channels and 1000 classes.
options:
  in_channels: 3
  num_classes: 1000
  layers: [2, 2, 2, 2]
  base_width: 64
sizes:
  batch: 0..64
  height: 32..224 step 32
  width: 32..224 step 32
inputs:
  images: float "batch in_channels height width"
outputs:
  logits: float "batch num_classes"
requires:
  R1: block == basic
  R2: channel attention == none
  R3: stem == imagenet
  R4: zero init residual == no
  R5: residual blocks == sum(layers)
  R6: convolution layers == 1 + (2 * sum(layers) + len(layers) - 1 if block == 'basic'
    else 3 * sum(layers) + len(layers))
  R7: batch independent
  R8: parameters == base_width * ((49 if stem == 'imagenet' else 9) * in_channels + 2)
    + (sum(n * (18 * (base_width * 2**i)**2 + 4 * base_width * 2**i)
    + (i > 0) * (2 * base_width * 2**i - 4 * (base_width * 2**i)**2)
    for i, n in enumerate(layers)) if block == 'basic' else
    sum(n * (17 * (base_width * 2**i)**2 + 12 * base_width * 2**i)
    + (6 if i > 0 else 1) * (base_width * 2**i)**2 + 8 * base_width * 2**i
    for i, n in enumerate(layers)))
    + (sum(n * ((1 if block == 'basic' else 4) * base_width * 2**i
    + (2 * (1 if block == 'basic' else 4) * base_width * 2**i + 1)
    * max(1, (1 if block == 'basic' else 4) * base_width * 2**i // reduction))
    for i, n in enumerate(layers))
    if channel_attention == 'squeeze_excitation' else 0)
    + ((1 if block == 'basic' else 4) * base_width * 2**(len(layers) - 1) + 1) * num_classes
"""

CHOICES = {
    "block": ["basic", "bottleneck"],
    "channel_attention": ["none", "squeeze_excitation"],
    "stem": ["imagenet", "cifar"],
    "zero_init_residual": ["no", "yes"],
}

WHEN = [
    {"choice": "channel_attention", "is": ["squeeze_excitation"], "options": {"reduction": 16}},
]

WORDS = {
    "nouns": [
        "resnet(s)( variant)( model)( architecture)( backbone)( classifier)",
        "(deep )residual [network|net|networks|nets]( variant)( model)( architecture)",
        "[image|picture] [classifier|classification|recognition]( model)( network)",
    ],
    "options": {
        "in_channels": [
            "{n}( input)( image)( color)( colour) channel(s)",
            ["rgb( images)", 3],
            ["[grayscale|greyscale|gray scale|grey scale]( images)", 1],
        ],
        "num_classes": [
            "{n}( target)( output)( image) class(es)",
            "{n}( target)( output) [label|labels|category|categories]",
            "{n} way",
        ],
        "layers": [
            "[layers|blocks|stages|depths]( of)( per stage) {list}",
            "{list}( residual) [blocks|layers|stages]( per stage)",
        ],
        "base_width": [
            "(base |stem |initial )[width|channels|filters]( of) {n}",
            "{n} [base|stem|initial] [channels|filters]",
            "{n} filters",
        ],
        "reduction": ["reduction( ratio)( factor)( of) {n}"],
    },
    "choices": {
        "block": {
            "basic": ["basic( residual)( block)( blocks)"],
            "bottleneck": ["bottleneck( residual)( block)( blocks)"],
        },
        "channel_attention": {
            "none": ["no channel attention", "without [channel attention|squeeze excitation]"],
            "squeeze_excitation": [
                "squeeze( and) [excitation|excite]( block)( blocks)( attention)",
                "se( block)( blocks)",
                "channel attention",
            ],
        },
        "stem": {
            "imagenet": ["imagenet( stem)( input)( images)"],
            "cifar": [
                "[cifar|cifar 10|cifar10|cifar 100|cifar100]( stem)( input)( images)",
                "[small|32x32|32 x 32] images",
            ],
        },
        "zero_init_residual": {
            "no": [],
            "yes": [
                "[zero|0] [init|initialised|initialized]( last)( residual)"
                " [residual|residuals|gain|gains|branch|branches|norm|norms]",
            ],
        },
    },
    "names": {
        "[resnet 18|resnet18|18 layer resnet|18 layer residual network]": {
            "layers": [2, 2, 2, 2],
            "block": "basic",
        },
        "[resnet 34|resnet34|34 layer resnet|34 layer residual network]": {
            "layers": [3, 4, 6, 3],
            "block": "basic",
        },
        "[resnet 50|resnet50|50 layer resnet|50 layer residual network]": {
            "layers": [3, 4, 6, 3],
            "block": "bottleneck",
        },
        "[resnet 101|resnet101|101 layer resnet|101 layer residual network]": {
            "layers": [3, 4, 23, 3],
            "block": "bottleneck",
        },
        "[resnet 152|resnet152|152 layer resnet|152 layer residual network]": {
            "layers": [3, 8, 36, 3],
            "block": "bottleneck",
        },
        "[resnet 20|resnet20|20 layer resnet|20 layer residual network]": {
            "layers": [3, 3, 3],
            "block": "basic",
            "base_width": 16,
            "stem": "cifar",
        },
        "[resnet 32|resnet32|32 layer resnet|32 layer residual network]": {
            "layers": [5, 5, 5],
            "block": "basic",
            "base_width": 16,
            "stem": "cifar",
        },
        "[resnet 44|resnet44|44 layer resnet|44 layer residual network]": {
            "layers": [7, 7, 7],
            "block": "basic",
            "base_width": 16,
            "stem": "cifar",
        },
        "[resnet 56|resnet56|56 layer resnet|56 layer residual network]": {
            "layers": [9, 9, 9],
            "block": "basic",
            "base_width": 16,
            "stem": "cifar",
        },
        "[resnet 110|resnet110|110 layer resnet|110 layer residual network]": {
            "layers": [18, 18, 18],
            "block": "basic",
            "base_width": 16,
            "stem": "cifar",
        },
    },
    "neutral": [
        "new",
        "variant",
        "comprehensive",
        "convolutional",
        "deep",
        "for images",
        "[that|which] we( just)( have) implemented",
        "we( just)( have) implemented",
    ],
}

ASSUMPTIONS = [
    {
        "about": "layers",
        "text": "The stages have {value} blocks.",
        "alternative": "[3, 4, 6, 3] for ResNet-34 and ResNet-50, [3, 3, 3] for ResNet-20",
    },
    {
        "about": "block",
        "text": "The blocks are basic: two convolutions of 3 x 3.",
        "alternative": "bottleneck (1 x 1, 3 x 3, 1 x 1), as from ResNet-50 on",
    },
    {
        "about": "in_channels",
        "text": "Images have {value} channels.",
        "alternative": "1 for images in shades of grey",
    },
    {
        "about": "num_classes",
        "text": "There are {value} classes.",
        "alternative": "another number of classes",
    },
    {
        "about": "base_width",
        "text": "The first stage is {value} channels wide; each further stage doubles the width.",
        "alternative": "16, as in the networks for CIFAR",
    },
    {
        "about": "reduction",
        "text": "The gates squeeze the channels by a factor of {value}.",
        "alternative": "another reduction ratio",
    },
    {
        "about": "channel_attention",
        "text": "The blocks have no channel attention.",
        "alternative": "squeeze_excitation",
    },
    {
        "about": "stem",
        "text": "The stem is made for large images: a 7 x 7 convolution and max pooling, each with"
        " stride 2.",
        "alternative": "cifar: one 3 x 3 convolution that keeps the size",
    },
    {
        "about": "zero_init_residual",
        "text": "The last norm of a block starts with a gain of one.",
        "alternative": "yes: it starts at zero, so that each block starts as the identity; then"
        " the weights before it have no gradient in the first step",
    },
    {
        "about": "stride",
        "when": {"block": ["bottleneck"]},
        "text": "A bottleneck halves the image in its 3 x 3 convolution, as most libraries do.",
        "alternative": "in its first 1 x 1 convolution, as in the paper",
    },
    {
        "about": "shortcut",
        "text": "Where a block changes the shape, its shortcut is a 1 x 1 convolution with norm"
        " (option B of the paper).",
        "alternative": "option A: subsampling and zero padding, without parameters",
    },
]

logger = logging.getLogger(__name__)


def require_positive(**sizes: int) -> None:
    """Refuse sizes below one.

    Args:
        **sizes: Sizes by name.

    Raises:
        ValueError: A size is below one; the message names it.
    """
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


class SqueezeExcitation(nn.Module):
    """Weigh each channel by a gate that is computed from the means of all channels.

    Args:
        channels: Number of channels.
        reduction: By how much the gates' hidden layer is narrower; it keeps at least one unit.

    Source:
        Hu et al. 2018, section 3.
    """

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        require_positive(reduction=reduction)
        squeezed = max(1, channels // reduction)
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)
        # The norm before has centred the means over the batch, so without a bias each hidden unit
        # is alive for some image.
        nn.init.zeros_(self.squeeze.bias)
        nn.init.zeros_(self.excite.bias)

    def forward(self, features: Tensor) -> Tensor:
        """Scale the channels.

        Args:
            features: Shape (batch, channels, height, width).

        Returns:
            Scaled features, same shape.
        """
        means = features.mean(dim=(2, 3))  # (batch, channels)
        gates = self.excite(F.relu(self.squeeze(means))).sigmoid()  # (batch, channels)
        return features * gates[:, :, None, None]


def shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Bring a block's input to the shape of its output.

    Args:
        in_channels: Channels that come in.
        out_channels: Channels that go out.
        stride: Step in height and width.

    Returns:
        The identity where the shape stays, else a 1 x 1 convolution and its norm.

    Source:
        He et al. 2016, section 3.3, option B.
    """
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
        nn.BatchNorm2d(out_channels),
    )


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions around a shortcut.

    Args:
        in_channels: Channels that come in.
        channels: Channels that go out.
        stride: Step of the first convolution.
        reduction: By how much the gates' hidden layer is narrower than the block.
        channel_attention: ``"none"`` or ``"squeeze_excitation"``.
        zero_init_residual: ``"yes"`` if the block starts as its shortcut alone.

    Source:
        He et al. 2016, figure 5 (left).
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int,
        *,
        reduction: int = 16,
        channel_attention: str = "none",
        zero_init_residual: str = "no",
    ) -> None:
        super().__init__()
        self.channel_attention = channel_attention
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        if channel_attention == "squeeze_excitation":
            self.gate = SqueezeExcitation(channels, reduction)
        self.shortcut = shortcut(in_channels, channels, stride)
        if zero_init_residual == "yes":
            nn.init.zeros_(self.norm2.weight)

    def forward(self, features: Tensor) -> Tensor:
        """Transform features.

        Args:
            features: Shape (batch, in_channels, height, width).

        Returns:
            Features, shape (batch, channels, height / stride, width / stride), rounded up.
        """
        residual = F.relu(self.norm1(self.conv1(features)))
        residual = self.norm2(self.conv2(residual))
        if self.channel_attention == "squeeze_excitation":
            residual = self.gate(residual)
        return F.relu(residual + self.shortcut(features))


class Bottleneck(nn.Module):
    """A narrow 3 x 3 convolution between two 1 x 1 convolutions, around a shortcut.

    The 3 x 3 convolution takes the stride, so that no position is thrown away unseen.

    Args:
        in_channels: Channels that come in.
        channels: Channels of the narrow part; four times as many go out.
        stride: Step of the 3 x 3 convolution.
        reduction: By how much the gates' hidden layer is narrower than the block.
        channel_attention: ``"none"`` or ``"squeeze_excitation"``.
        zero_init_residual: ``"yes"`` if the block starts as its shortcut alone.

    Source:
        He et al. 2016, figure 5 (right).
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        stride: int,
        *,
        reduction: int = 16,
        channel_attention: str = "none",
        zero_init_residual: str = "no",
    ) -> None:
        super().__init__()
        self.channel_attention = channel_attention
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.norm3 = nn.BatchNorm2d(4 * channels)
        if channel_attention == "squeeze_excitation":
            self.gate = SqueezeExcitation(4 * channels, reduction)
        self.shortcut = shortcut(in_channels, 4 * channels, stride)
        if zero_init_residual == "yes":
            nn.init.zeros_(self.norm3.weight)

    def forward(self, features: Tensor) -> Tensor:
        """Transform features.

        Args:
            features: Shape (batch, in_channels, height, width).

        Returns:
            Features, shape (batch, 4 * channels, height / stride, width / stride), rounded up.
        """
        residual = F.relu(self.norm1(self.conv1(features)))
        residual = F.relu(self.norm2(self.conv2(residual)))
        residual = self.norm3(self.conv3(residual))
        if self.channel_attention == "squeeze_excitation":
            residual = self.gate(residual)
        return F.relu(residual + self.shortcut(features))


class Stage(nn.Sequential):
    """Blocks of one width; the first of them may shrink the image.

    Args:
        in_channels: Channels that come in.
        channels: Width of the blocks.
        depth: Number of blocks.
        stride: Step of the first block.
        reduction: By how much the hidden layer of the channel gates is narrower.
        block: ``"basic"`` or ``"bottleneck"``.
        channel_attention: ``"none"`` or ``"squeeze_excitation"``.
        zero_init_residual: ``"yes"`` if every block starts as its shortcut alone.

    Attributes:
        out_channels: Channels that go out.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        depth: int,
        stride: int,
        *,
        reduction: int = 16,
        block: str = "basic",
        channel_attention: str = "none",
        zero_init_residual: str = "no",
    ) -> None:
        super().__init__()
        for index in range(depth):
            step = stride if index == 0 else 1
            if block == "basic":
                self.append(
                    BasicBlock(
                        in_channels,
                        channels,
                        step,
                        reduction=reduction,
                        channel_attention=channel_attention,
                        zero_init_residual=zero_init_residual,
                    )
                )
                in_channels = channels
            else:
                self.append(
                    Bottleneck(
                        in_channels,
                        channels,
                        step,
                        reduction=reduction,
                        channel_attention=channel_attention,
                        zero_init_residual=zero_init_residual,
                    )
                )
                in_channels = 4 * channels
        self.out_channels = in_channels


class ResNet(nn.Module):
    """Classify images with a residual network.

    Its norms use the statistics of the batch in training, so there an image's logits depend on its
    neighbours; in evaluation they do not.

    Args:
        in_channels: Channels of the images.
        num_classes: Number of classes.
        layers: Number of blocks in each of one to four stages; each halves the image but the first.
        base_width: Channels of the first stage; each further stage doubles them.
        reduction: By how much the hidden layer of the channel gates is narrower.
        block: ``"basic"`` or ``"bottleneck"``.
        channel_attention: ``"none"`` or ``"squeeze_excitation"``.
        stem: ``"imagenet"`` shrinks the images fourfold first, ``"cifar"`` keeps their size.
        zero_init_residual: ``"yes"`` if every block starts as its shortcut alone.

    Raises:
        ValueError: An option is impossible.

    Example:
        >>> import torch
        >>> network = ResNet(in_channels=3, num_classes=10, layers=[1, 1], base_width=8)
        >>> network(torch.randn(2, 3, 32, 32)).shape
        torch.Size([2, 10])

    Source:
        He et al. 2016, sections 3.3 and 4.1.
        stem cifar: He et al. 2016, section 4.2.
        zero_init_residual yes: Goyal et al. 2017, section 5.1.
    """

    def __init__(
        self,
        *,
        in_channels: int = 3,
        num_classes: int = 1000,
        layers: Sequence[int] = (2, 2, 2, 2),
        base_width: int = 64,
        reduction: int = 16,
        block: str = "basic",
        channel_attention: str = "none",
        stem: str = "imagenet",
        zero_init_residual: str = "no",
    ) -> None:
        super().__init__()
        if block not in ("basic", "bottleneck"):
            raise ValueError(f"block must be 'basic' or 'bottleneck', got {block!r}")
        if channel_attention not in ("none", "squeeze_excitation"):
            raise ValueError(
                "channel_attention must be 'none' or 'squeeze_excitation', "
                f"got {channel_attention!r}"
            )
        if stem not in ("imagenet", "cifar"):
            raise ValueError(f"stem must be 'imagenet' or 'cifar', got {stem!r}")
        if zero_init_residual not in ("no", "yes"):
            raise ValueError(
                f"zero_init_residual must be 'no' or 'yes', got {zero_init_residual!r}"
            )
        if not 1 <= len(layers) <= 4 or min(layers) < 1:
            raise ValueError(f"layers must be one to four positive numbers, got {list(layers)}")
        require_positive(in_channels=in_channels, num_classes=num_classes, base_width=base_width)
        self.in_channels = in_channels
        self.stem = stem
        if stem == "imagenet":
            self.stem_conv = nn.Conv2d(in_channels, base_width, 7, stride=2, padding=3, bias=False)
        else:
            self.stem_conv = nn.Conv2d(in_channels, base_width, 3, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(base_width)
        self.stages = nn.Sequential()
        width = base_width
        for number, depth in enumerate(layers):
            stage = Stage(
                width,
                base_width * 2**number,
                depth,
                stride=1 if number == 0 else 2,
                reduction=reduction,
                block=block,
                channel_attention=channel_attention,
                zero_init_residual=zero_init_residual,
            )
            self.stages.append(stage)
            width = stage.out_channels
        self.head = nn.Linear(width, num_classes)
        self._initialise()
        logger.debug("built %s with %s blocks", type(self).__name__, list(layers))

    def _initialise(self) -> None:
        """Draw convolutions after He and a small head; norms stay as they are."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        # Small logits: the first loss is near log(num_classes), whatever the width.
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Compute the logits of each image.

        Args:
            images: Shape (batch, in_channels, height, width), any height and width from 1.

        Returns:
            Logits, shape (batch, num_classes).

        Raises:
            ValueError: The shape does not fit; or, in training, the batch is one image so small
                that a norm sees a single value per channel, which has no variance.
        """
        if images.dim() != 4 or images.shape[1] != self.in_channels:
            raise ValueError(
                f"images must be (batch, {self.in_channels}, height, width), "
                f"got shape {tuple(images.shape)}"
            )
        features = F.relu(self.stem_norm(self.stem_conv(images)))
        if self.stem == "imagenet":
            features = F.max_pool2d(features, 3, stride=2, padding=1)
        features = self.stages(features)  # (batch, channels, rows, columns) of the last stage
        return self.head(features.mean(dim=(2, 3)))
