"""A vision transformer: patches, a class token, learned positions, pre-norm blocks."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        # bug scale_of_branch_huge: self.gamma = nn.Parameter(torch.full((width,), 1.0))
        self.gamma = nn.Parameter(torch.full((width,), 1e-4))

    def forward(self, x: Tensor) -> Tensor:
        parts = self.qkv(self.norm1(x)).unflatten(-1, (3, self.heads, -1))
        # bug query_is_value: value, key, query = parts.permute(2, 0, 3, 1, 4)
        # bug heads_as_time: query, key, value = parts.permute(2, 0, 1, 3, 4)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # each (batch, heads, patches, head_dim)
        y = F.scaled_dot_product_attention(query, key, value)
        # bug heads_flattened_wrongly: y = y.flatten(1, 2).reshape(x.shape)
        y = y.transpose(1, 2).reshape(x.shape)
        # bug branch_scale_twice: x = x + self.gamma * self.gamma * self.out(y)
        x = x + self.gamma * self.out(y)
        # bug branch_scale_forgotten: return x + self.narrow(F.gelu(self.widen(self.norm2(x))))
        return x + self.gamma * self.narrow(F.gelu(self.widen(self.norm2(x))))


class VisionTransformer(nn.Module):
    def __init__(
        self,
        image_size: int = 24,
        patch_size: int = 6,
        channels: int = 3,
        num_layers: int = 2,
        num_heads: int = 4,
        embed_dim: int = 32,
        num_classes: int = 9,
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        count = (image_size // patch_size) ** 2
        self.embed = nn.Linear(channels * patch_size**2, embed_dim)
        self.token = nn.Parameter(torch.zeros(1, 1, embed_dim))
        self.places = nn.Parameter(torch.randn(1, count + 1, embed_dim) * 0.02)
        self.blocks = nn.ModuleList(Block(embed_dim, num_heads) for _ in range(num_layers))
        self.norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        size = self.patch_size
        # bug overlapping: patches = F.unfold(images, size, stride=size // 2).transpose(1, 2)[:, :: 3][:, : self.places.shape[1] - 1]
        # bug patches_without_transpose: patches = F.unfold(images, size, stride=size).reshape(len(images), -1, self.embed.in_features)
        patches = F.unfold(images, size, stride=size).transpose(1, 2)  # (batch, patches, pixels)
        x = self.embed(patches)
        # bug token_at_the_end: x = torch.cat([x, self.token.expand(len(x), -1, -1)], 1)
        # bug token_is_first_patch: x = torch.cat([x[:, :1] + 0 * self.token, x], 1)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1)
        # bug places_one_for_all: x = x + self.places.mean(1, keepdim=True)
        # bug places_multiplied: x = x * (1 + self.places)
        x = x + self.places
        for block in self.blocks:
            x = block(x)
        # bug reads_last: return self.head(self.norm(x)[:, -1])
        # bug reads_mean: return self.head(self.norm(x).mean(1))
        # bug norm_over_patches: return self.head(((x - x.mean(1, keepdim=True)) * self.norm.weight + self.norm.bias)[:, 0])
        return self.head(self.norm(x)[:, 0])
