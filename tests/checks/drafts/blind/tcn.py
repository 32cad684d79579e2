"""A temporal convolution network: residual blocks of causal dilated convolutions."""

import torch
import torch.nn.functional as F
from torch import nn


class CausalConv1d(nn.Module):
    """A convolution that is padded on the left only, so that the length stays and no future is seen."""

    def __init__(self, in_channels, out_channels, kernel_size, dilation):
        super().__init__()
        self.padding = (kernel_size - 1) * dilation
        # bug depthwise: self.conv = nn.Conv1d(in_channels, out_channels, kernel_size, dilation=dilation, groups=in_channels)
        self.conv = nn.Conv1d(in_channels, out_channels, kernel_size, dilation=dilation)

    def forward(self, x):
        # bug padded_on_both_sides: return self.conv(F.pad(x, (self.padding // 2, self.padding - self.padding // 2)))
        # bug padded_on_the_right: return self.conv(F.pad(x, (0, self.padding)))
        # bug shifted_by_one: return self.conv(F.pad(x, (self.padding + 1, 0)))[..., :-1]
        # bug edge_repeated: return self.conv(F.pad(x, (self.padding, 0), mode="replicate"))
        return self.conv(F.pad(x, (self.padding, 0)))


class TemporalBlock(nn.Module):
    """Two causal convolutions with ReLU and dropout, and a residual connection around them."""

    def __init__(self, width, kernel_size, dilation, dropout):
        super().__init__()
        self.conv1 = CausalConv1d(width, width, kernel_size, dilation)
        # bug convolution_shared: self.conv2 = self.conv1
        self.conv2 = CausalConv1d(width, width, kernel_size, dilation)
        # bug channels_dropped_whole: self.dropout = nn.Dropout1d(dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        y = self.dropout(F.relu(self.conv1(x)))
        # bug dropout_in_evaluation: y = F.dropout(F.relu(self.conv2(y)), self.dropout.p)
        y = self.dropout(F.relu(self.conv2(y)))
        # bug residual_dropped: return F.relu(y)
        # bug last_activation_forgotten: return x + y
        return F.relu(x + y)


class TCN(nn.Module):
    """Maps a series to a series of the same length; an output depends on the past and present only."""

    def __init__(self, in_channels=4, width=32, out_channels=2, kernel_size=3, levels=3, dropout=0.2):
        super().__init__()
        self.entry = nn.Linear(in_channels, width)
        self.blocks = nn.ModuleList(
            # bug dilation_grows_linearly: TemporalBlock(width, kernel_size, i + 1, dropout)
            TemporalBlock(width, kernel_size, 2**i, dropout)
            # bug level_lost: for i in range(levels - 1)
            for i in range(levels)
        )
        self.head = nn.Linear(width, out_channels)
        for module in self.modules():
            if isinstance(module, (nn.Conv1d, nn.Linear)):
                # bug deviation_too_large: nn.init.normal_(module.weight, std=0.1)
                nn.init.normal_(module.weight, std=0.01)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x):
        # bug+ centred_over_all_time: x = x - x.mean(dim=1, keepdim=True)
        # bug+ clipped_in_place: x.detach().clamp_(-1.0, 1.0)
        x = self.entry(x).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.head(x.transpose(1, 2))
