"""A pre-activation residual network with squeeze-excitation."""

from torch import Tensor, nn
from torch.nn import functional as F

from pocket.models.base import Model
from pocket.models.registry import register


class SqueezeExcitation(nn.Module):
    """Weigh the channels of a feature map by what the whole map shows.

    Parameters
    ----------
    channels : int
        Number of channels.
    reduction : int
        The bottleneck has `channels // reduction` units, at least one.
    """

    def __init__(self, *, channels: int, reduction: int = 4) -> None:
        super().__init__()
        hidden = max(1, channels // reduction)
        self.squeeze = nn.Linear(channels, hidden)
        self.excite = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Scale each channel by a gate between 0 and 1.

        Parameters
        ----------
        x : Tensor
            Feature map, `(batch, channels, height, width)`.

        Returns
        -------
        Tensor
            Scaled feature map of the same shape.
        """
        pooled = x.mean(dim=(2, 3))  # (batch, channels)
        gate = self.excite(F.relu(self.squeeze(pooled))).sigmoid()  # (batch, channels)
        return x * gate[:, :, None, None]


class PreActivationBlock(nn.Module):
    """Two 3 x 3 convolutions, each after norm and activation, beside a shortcut.

    The shortcut is the input itself where the shapes agree. Otherwise the normalised input is
    averaged down and projected, so that no pixel is skipped as a strided 1 x 1 would.

    Parameters
    ----------
    in_channels : int
        Channels of the input.
    out_channels : int
        Channels of the output.
    stride : int
        1 keeps height and width, 2 halves them, rounding up.
    reduction : int
        Reduction of the squeeze-excitation.
    """

    def __init__(
        self, *, in_channels: int, out_channels: int, stride: int = 1, reduction: int = 4
    ) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.gate = SqueezeExcitation(channels=out_channels, reduction=reduction)
        self.shortcut: nn.Module | None = None
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True) if stride != 1 else nn.Identity(),
                nn.Conv2d(in_channels, out_channels, 1, bias=False),
            )

    def forward(self, x: Tensor) -> Tensor:
        """Add the gated residual to the shortcut.

        Parameters
        ----------
        x : Tensor
            Feature map, `(batch, in_channels, height, width)`.

        Returns
        -------
        Tensor
            Feature map, `(batch, out_channels, height / stride, width / stride)`.
        """
        active = F.relu(self.norm1(x))  # (batch, in_channels, height, width)
        shortcut = x if self.shortcut is None else self.shortcut(active)
        residual = self.conv1(active)  # (batch, out_channels, height / stride, width / stride)
        residual = self.conv2(F.relu(self.norm2(residual)))
        return shortcut + self.gate(residual)


@register('resnet')
class ResNet(Model):
    """Classify images with stages of pre-activation blocks.

    Every stage after the first doubles the channels and halves height and width. A last norm
    and activation stand before the global average, since no block ends with one.

    Parameters
    ----------
    in_channels : int
        Channels of the images.
    num_classes : int
        Number of logits.
    width : int
        Channels of the first stage.
    stages : int
        Number of stages.
    blocks : int
        Blocks in each stage.
    reduction : int
        Reduction of the squeeze-excitation in each block.

    Raises
    ------
    ValueError
        If an option is below 1.

    References
    ----------
    He et al., "Identity Mappings in Deep Residual Networks", 2016.
    Hu et al., "Squeeze-and-Excitation Networks", 2018.

    Examples
    --------
    >>> import torch
    >>> ResNet(in_channels=1, num_classes=3, width=8)(torch.zeros(2, 1, 12, 12)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        *,
        in_channels: int = 3,
        num_classes: int = 10,
        width: int = 16,
        stages: int = 3,
        blocks: int = 2,
        reduction: int = 4,
    ) -> None:
        super().__init__()
        options = (in_channels, num_classes, width, stages, blocks, reduction)
        if min(options) < 1:
            raise ValueError(f'every option of ResNet must be at least 1, got {options}')
        self.stem = nn.Conv2d(in_channels, width, 3, padding=1, bias=False)
        self.stages = nn.Sequential(
            *(self._stage(width, index, blocks, reduction) for index in range(stages))
        )
        channels = width * 2 ** (stages - 1)
        self.norm = nn.BatchNorm2d(channels)
        self.head = nn.Linear(channels, num_classes)
        self.apply(_initialise)

    @staticmethod
    def _stage(width: int, index: int, blocks: int, reduction: int) -> nn.Sequential:
        channels = width * 2**index
        first = PreActivationBlock(
            in_channels=channels if index == 0 else channels // 2,
            out_channels=channels,
            stride=1 if index == 0 else 2,
            reduction=reduction,
        )
        others = (
            PreActivationBlock(in_channels=channels, out_channels=channels, reduction=reduction)
            for _ in range(blocks - 1)
        )
        return nn.Sequential(first, *others)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits.

        Parameters
        ----------
        x : Tensor
            Images, `(batch, in_channels, height, width)`, of any height and width from 1.

        Returns
        -------
        Tensor
            Logits, `(batch, num_classes)`.
        """
        x = self.stages(self.stem(x))  # (batch, channels, height / 2**n, width / 2**n)
        x = F.relu(self.norm(x)).mean(dim=(2, 3))  # (batch, channels)
        return self.head(x)  # (batch, num_classes)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
