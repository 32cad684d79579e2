"""An inverted bottleneck: expand, depthwise convolution, squeeze and excite, project, add."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class InvertedBottleneck(nn.Module):
    def __init__(self, channels: int = 8, expansion: int = 3, reduction: int = 4, kernel_size: int = 5) -> None:
        super().__init__()
        width = channels * expansion
        self.expand = nn.Conv2d(channels, width, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        # bug not_depthwise: self.spread = nn.Conv2d(width, width, kernel_size, padding=kernel_size // 2, bias=False)
        # bug kernel_ignored: self.spread = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        # bug reflected_padding: self.spread = nn.Conv2d(width, width, kernel_size, padding=kernel_size // 2, groups=width, bias=False, padding_mode="reflect")
        self.spread = nn.Conv2d(width, width, kernel_size, padding=kernel_size // 2, groups=width, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        # bug reduction_of_channels: self.squeeze = nn.Conv2d(width, channels // reduction, 1)
        self.squeeze = nn.Conv2d(width, width // reduction, 1)
        # bug one_gate_for_all: self.excite = nn.Conv2d(self.squeeze.out_channels, 1, 1)
        self.excite = nn.Conv2d(self.squeeze.out_channels, width, 1)
        self.project = nn.Conv2d(width, channels, 1, bias=False)
        self.norm3 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = F.silu(self.norm1(self.expand(x)))
        # bug activation_after_depthwise_lost: y = self.norm2(self.spread(y))
        y = F.silu(self.norm2(self.spread(y)))
        # bug squeezes_maximum: pooled = y.amax((2, 3), keepdim=True)
        # bug squeezes_batch: pooled = y.mean((0, 2, 3), keepdim=True).expand(len(y), -1, -1, -1)
        # bug squeezes_rows: pooled = y.mean(3, keepdim=True)
        pooled = y.mean((2, 3), keepdim=True)
        # bug gate_without_sigmoid: gate = self.excite(F.silu(self.squeeze(pooled)))
        # bug gate_softmax: gate = self.excite(F.silu(self.squeeze(pooled))).softmax(1)
        # bug gate_relu_inside_lost: gate = torch.sigmoid(self.excite(self.squeeze(pooled)))
        gate = torch.sigmoid(self.excite(F.silu(self.squeeze(pooled))))
        # bug gate_added: y = y + gate
        # bug gate_unused: y = y + 0.0 * gate
        y = y * gate
        # bug activated_projection: return x + F.silu(self.norm3(self.project(y)))
        # bug residual_dropped: return self.norm3(self.project(y))
        # bug residual_halved: return (x + self.norm3(self.project(y))) / 2
        return x + self.norm3(self.project(y))
