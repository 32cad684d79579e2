# trips: residual_blocks, stem, starts_to_learn
# spec: residual_network
"""The stages that keep their shape do not add their input."""

from torch import Tensor, nn
from torch.nn import functional as F


class Gate(nn.Module):
    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // reduction)
        self.excite = nn.Linear(channels // reduction, channels)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.excite(F.relu(self.squeeze(x.mean((2, 3))))).sigmoid()
        return x * gate[:, :, None, None]


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, reduction: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.gate = Gate(outputs, reduction)
        self.project = None
        if stride != 1 or inputs != outputs:
            self.project = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
        nn.init.zeros_(self.norm2.weight)

    def forward(self, x: Tensor) -> Tensor:
        branch = F.relu(self.norm1(self.conv1(x)))
        branch = self.gate(self.norm2(self.conv2(branch)))
        skip = x if self.project is None else self.project(x)
        return F.relu(branch if self.project is None else skip + branch)


class ResidualNetwork(nn.Module):
    def __init__(
        self,
        in_channels: int = 3,
        num_classes: int = 10,
        layers: list[int] = [2, 2, 2],
        base_width: int = 32,
        reduction: int = 4,
    ) -> None:
        super().__init__()
        self.stem = nn.Conv2d(in_channels, base_width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(base_width)
        self.blocks = nn.ModuleList()
        width = base_width
        for stage, count in enumerate(layers):
            outputs = base_width * 2**stage
            for number in range(count):
                stride = 2 if stage and not number else 1
                self.blocks.append(Block(width, outputs, stride, reduction))
                width = outputs
        self.head = nn.Linear(width, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu(self.norm(self.stem(images)))
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean((2, 3)))
