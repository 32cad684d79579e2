"""An isotropic ConvNeXt (Liu et al. 2022): patches, blocks of one width, mean pooling and a linear head."""

import torch
from torch import nn


class DropPath(nn.Module):
    """Drops the whole branch of single examples in training and scales the others up.

    Args:
        rate: The share of examples whose branch is dropped.
    """

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        # bug drop_path_in_evaluation: if self.rate == 0.0:
        if not self.training or self.rate == 0.0:
            return x
        keep = 1.0 - self.rate
        # bug dropped_for_the_whole_batch: shape = (1,) * x.dim()
        # bug single_elements_dropped: shape = x.shape
        shape = (x.size(0),) + (1,) * (x.dim() - 1)
        # bug kept_ones_not_scaled: return x * torch.empty(shape, dtype=x.dtype, device=x.device).bernoulli_(keep)
        return x * torch.empty(shape, dtype=x.dtype, device=x.device).bernoulli_(keep) / keep


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution, layer norm over channels, two linear maps with GELU, layer scale, and a residual.

    Args:
        width: Channels.
        kernel_size: Side of the depthwise convolution.
        expansion: How many times wider the block is inside.
        layer_scale: Where the scale of each channel starts.
        norm_eps: Epsilon of the layer norm.
        drop_path: Rate of stochastic depth.
    """

    def __init__(self, width, kernel_size, expansion, layer_scale, norm_eps, drop_path):
        super().__init__()
        # bug circular_padding: self.depthwise = nn.Conv2d(width, width, kernel_size, padding=kernel_size // 2, groups=width, padding_mode="circular")
        self.depthwise = nn.Conv2d(width, width, kernel_size, padding=kernel_size // 2, groups=width)
        # bug default_epsilon: self.norm = nn.LayerNorm(width)
        self.norm = nn.LayerNorm(width, eps=norm_eps)
        self.expand = nn.Linear(width, expansion * width)
        # bug tanh_gelu: self.activation = nn.GELU(approximate="tanh")
        self.activation = nn.GELU()
        self.project = nn.Linear(expansion * width, width)
        # bug layer_scale_starts_at_one: self.scale = nn.Parameter(torch.ones(width))
        # bug one_scale_for_all_channels: self.scale = nn.Parameter(torch.full((1,), layer_scale))
        # bug layer_scale_not_learned: self.register_buffer("scale", torch.full((width,), layer_scale))
        self.scale = nn.Parameter(torch.full((width,), layer_scale))
        self.drop_path = DropPath(drop_path)

    def forward(self, x):
        """Map (batch, width, rows, columns) to the same shape."""
        y = self.depthwise(x).permute(0, 2, 3, 1)
        # bug block_norm_skipped: y = self.activation(self.expand(y))
        y = self.activation(self.expand(self.norm(y)))
        y = (self.scale * self.project(y)).permute(0, 3, 1, 2)
        # bug residual_dropped: return self.drop_path(y)
        # bug path_dropped_with_the_residual: return self.drop_path(x + y)
        return x + self.drop_path(y)


class ConvNeXt(nn.Module):
    """Classifies images."""

    def __init__(self, in_channels=3, num_classes=10, width=48, depth=3, patch_size=4, kernel_size=7, expansion=4,
                 layer_scale=1e-6, norm_eps=1e-6, drop_path=0.2):
        super().__init__()
        self.stem = nn.Conv2d(in_channels, width, patch_size, stride=patch_size)
        # bug drop_rates_all_alike: rates = [drop_path] * depth
        # bug drop_rates_from_deep_to_shallow: rates = torch.linspace(drop_path, 0.0, depth).tolist()
        rates = torch.linspace(0.0, drop_path, depth).tolist()
        self.blocks = nn.Sequential(
            *(ConvNeXtBlock(width, kernel_size, expansion, layer_scale, norm_eps, rate) for rate in rates)
        )
        self.norm = nn.LayerNorm(width, eps=norm_eps)
        self.head = nn.Linear(width, num_classes)
        # bug initialisation_forgotten: pass
        self.apply(self.reset)

    @staticmethod
    def reset(module):
        """Start weights of convolutions and linear maps from a truncated normal distribution."""
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.trunc_normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)

    def forward(self, images):
        """Map images (batch, channels, rows, columns) to logits."""
        x = self.blocks(self.stem(images))
        # bug maximum_pooled: x = x.amax(dim=(2, 3))
        x = x.mean(dim=(2, 3))
        # bug last_norm_forgotten: return self.head(x)
        return self.head(self.norm(x))
