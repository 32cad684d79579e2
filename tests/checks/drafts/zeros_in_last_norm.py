# trips: zero_init_residual
# spec: wide_network
"""Branches begin at zero, though the spec says no."""

from torch import Tensor, nn


class Block(nn.Module):
    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, stride, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, 4 * width, 1, bias=False),
            nn.BatchNorm2d(4 * width),
        )
        nn.init.zeros_(self.branch[-1].weight)
        self.skip = nn.Identity()
        if stride != 1 or inputs != 4 * width:
            self.skip = nn.Sequential(
                nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width)
            )
        self.last = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.branch(x)
        y += self.skip(x)
        return self.last(y)


class WideNetwork(nn.Module):
    def __init__(
        self,
        in_channels: int = 3,
        num_classes: int = 10,
        layers: tuple[int, ...] = (1, 2),
        base_width: int = 32,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, base_width, 7, 2, 3, bias=False),
            nn.BatchNorm2d(base_width),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        )
        blocks, inputs = [], base_width
        for stage, count in enumerate(layers):
            for number in range(count):
                width = base_width * 2**stage
                blocks.append(Block(inputs, width, 2 if stage and not number else 1))
                inputs = 4 * width
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(inputs, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        x = self.blocks(self.stem(images))
        return self.head(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))
