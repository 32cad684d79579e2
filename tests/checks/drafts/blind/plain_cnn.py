"""Stages of convolution, batch norm and ReLU with strides, mean pooling and a linear head."""

import torch
from torch import Tensor, nn


class Stage(nn.Module):
    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        # bug padding_missing: self.conv1 = nn.Conv2d(before, after, 3, stride=stride, padding=0, bias=False)
        # bug kernel_of_five: self.conv1 = nn.Conv2d(before, after, 5, stride=stride, padding=2, bias=False)
        # bug bias_beside_norm: self.conv1 = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=True)
        self.conv1 = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(after)
        # bug dilated: self.conv2 = nn.Conv2d(after, after, 3, padding=2, dilation=2, bias=False)
        # bug grouped: self.conv2 = nn.Conv2d(after, after, 3, padding=1, groups=2, bias=False)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        # bug batch_statistics_always: self.norm2 = nn.BatchNorm2d(after, track_running_stats=False)
        # bug instance_norm: self.norm2 = nn.InstanceNorm2d(after, affine=True)
        # bug momentum_zero: self.norm2 = nn.BatchNorm2d(after, momentum=0.0)
        self.norm2 = nn.BatchNorm2d(after)

    def forward(self, x: Tensor) -> Tensor:
        # bug norm_after_relu: x = self.norm1(torch.relu(self.conv1(x)))
        x = torch.relu(self.norm1(self.conv1(x)))
        # bug second_relu_missing: return self.norm2(self.conv2(x))
        return torch.relu(self.norm2(self.conv2(x)))


class PlainNet(nn.Module):
    def __init__(
        self, channels: int = 3, width: int = 8, num_stages: int = 3, num_classes: int = 6
    ) -> None:
        super().__init__()
        widths = [width * 2**stage for stage in range(num_stages)]
        self.stages = nn.ModuleList(
            # bug strides_shifted: Stage(before, after, 2 if at < num_stages - 1 else 1)
            # bug stride_everywhere: Stage(before, after, 2)
            Stage(before, after, 2 if at else 1)
            for at, (before, after) in enumerate(zip([channels, *widths], widths))
        )
        # bug dropout_in_evaluation: self.drop = lambda x: nn.functional.dropout(x, 0.2)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, images: Tensor) -> Tensor:
        x = images
        # bug+ in_place_on_input: images.sub_(images.mean())
        for stage in self.stages:
            x = stage(x)
        # bug summed_not_averaged: x = x.sum((2, 3))
        # bug centre_only: x = x[:, :, x.shape[2] // 2, x.shape[3] // 2]
        # bug batch_in_the_mean: x = x.mean((2, 3)) - 0.1 * x.mean((0, 2, 3))
        x = x.mean((2, 3))  # (batch, width of the last stage)
        # bug squeezed: return self.head(self.drop(x)).squeeze(0)
        # bug probabilities: return self.head(self.drop(x)).softmax(-1)
        return self.head(self.drop(x))
