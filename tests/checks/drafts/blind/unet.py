"""A small U-Net that labels pixels: down, up, and skips between equal sizes."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Double(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, padding=1)
        # bug groups_of_batch: self.norm1 = nn.GroupNorm(1, after)
        self.norm1 = nn.GroupNorm(4, after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1)
        self.norm2 = nn.GroupNorm(4, after)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm1(self.conv1(x)))
        # bug relu_before_norm: return self.norm2(F.relu(self.conv2(x)))
        # bug leaky: return F.leaky_relu(self.norm2(self.conv2(x)), 0.2)
        return F.relu(self.norm2(self.conv2(x)))


class UNet(nn.Module):
    def __init__(
        self, channels: int = 3, width: int = 8, depth: int = 2, num_classes: int = 5
    ) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(depth + 1)]
        self.down = nn.ModuleList(
            Double(before, after) for before, after in zip([channels, *widths], widths)
        )
        self.widen = nn.ModuleList(
            nn.ConvTranspose2d(before, after, 2, stride=2)
            for before, after in zip(widths[:0:-1], widths[-2::-1])
        )
        self.up = nn.ModuleList(Double(2 * after, after) for after in widths[-2::-1])
        # bug head_of_three: self.head = nn.Conv2d(width, num_classes, 3, padding=1)
        self.head = nn.Conv2d(width, num_classes, 1)

    def forward(self, images: Tensor) -> Tensor:
        skips = []
        x = images
        for level, block in enumerate(self.down):
            # bug mean_pool: x = F.avg_pool2d(x, 2) if level else x
            # bug pool_overlaps: x = F.max_pool2d(x, 3, stride=2, padding=1) if level else x
            x = F.max_pool2d(x, 2) if level else x
            x = block(x)
            skips.append(x)
        skips.pop()
        for widen, block in zip(self.widen, self.up):
            x = widen(x)
            # bug skip_zeroed: x = torch.cat([torch.zeros_like(skips.pop()), x], 1)
            # bug skip_is_itself: skips.pop(); x = torch.cat([x, x], 1)
            # bug skip_detached: x = torch.cat([skips.pop().detach(), x], 1)
            # bug skip_flipped: x = torch.cat([skips.pop().flip(-1), x], 1)
            # bug skip_transposed: x = torch.cat([skips.pop().transpose(-1, -2), x], 1)
            x = torch.cat([skips.pop(), x], 1)
            x = block(x)
        # bug sigmoid_at_the_end: return self.head(x).sigmoid()
        # bug softmax_over_pixels: return self.head(x).flatten(2).softmax(-1).view(len(x), -1, *x.shape[2:])
        # bug global_mean_added: return self.head(x) - self.head(x).mean((2, 3), keepdim=True)
        return self.head(x)
