"""A decoder block in the manner of Llama: RMS norm, rotary positions, grouped queries, SwiGLU."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class RootMeanSquareNorm(nn.Module):
    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        # bug mean_removed: x = x - x.mean(-1, keepdim=True); mean_square = x.square().mean(-1, keepdim=True)
        # bug sum_for_mean: mean_square = x.square().sum(-1, keepdim=True)
        # bug norm_over_time: mean_square = x.square().mean(1, keepdim=True)
        mean_square = x.square().mean(-1, keepdim=True)
        # bug epsilon_outside: return x / (mean_square.sqrt() + self.epsilon) * self.scale
        # bug epsilon_missing: return x * torch.rsqrt(mean_square) * self.scale
        # bug scale_plus_one: return x * torch.rsqrt(mean_square + self.epsilon) * (1 + self.scale)
        return x * torch.rsqrt(mean_square + self.epsilon) * self.scale


def rotate(x: Tensor, base: float) -> Tensor:
    """Turn each pair (i, i + half) by an angle that grows with the position (Su et al., 2021)."""
    half = x.shape[-1] // 2
    # bug frequencies_not_halved: powers = torch.arange(half, device=x.device, dtype=x.dtype) / (2 * half)
    powers = torch.arange(half, device=x.device, dtype=x.dtype) / half
    places = torch.arange(x.shape[-2], device=x.device, dtype=x.dtype)
    # bug positions_reversed_sign_squared: angles = torch.outer(places.square(), base**-powers)
    # bug base_multiplied: angles = torch.outer(places, base * base**-powers)
    angles = torch.outer(places, base**-powers)  # (time, half)
    first, second = x[..., :half], x[..., half:]
    cos, sin = angles.cos(), angles.sin()
    # bug no_minus: return torch.cat([first * cos + second * sin, second * cos + first * sin], -1)
    # bug second_half_plain: return torch.cat([first * cos - second * sin, second], -1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


class DecoderBlock(nn.Module):
    def __init__(
        self,
        embed_dim: int = 48,
        num_heads: int = 6,
        num_groups: int = 2,
        hidden_dim: int = 64,
        rotary_base: float = 10000.0,
        epsilon: float = 1e-5,
    ) -> None:
        super().__init__()
        self.num_heads, self.num_groups = num_heads, num_groups
        self.head_dim = embed_dim // num_heads
        self.base = rotary_base
        self.norm1 = RootMeanSquareNorm(embed_dim, epsilon)
        self.norm2 = RootMeanSquareNorm(embed_dim, epsilon)
        # bug query_bias: self.query = nn.Linear(embed_dim, embed_dim, bias=True)
        self.query = nn.Linear(embed_dim, embed_dim, bias=False)
        self.key = nn.Linear(embed_dim, num_groups * self.head_dim, bias=False)
        self.value = nn.Linear(embed_dim, num_groups * self.head_dim, bias=False)
        self.out = nn.Linear(embed_dim, embed_dim, bias=False)
        self.gate = nn.Linear(embed_dim, hidden_dim, bias=False)
        self.up = nn.Linear(embed_dim, hidden_dim, bias=False)
        self.down = nn.Linear(hidden_dim, embed_dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attend(self.norm1(x))
        # bug gelu_gate: y = self.norm2(x); return x + self.down(F.gelu(self.gate(y)) * self.up(y))
        # bug norm_skipped_for_up: y = self.norm2(x); return x + self.down(F.silu(self.gate(y)) * self.up(x))
        # bug gated_by_itself: y = self.norm2(x); return x + self.down(F.silu(self.gate(y)) * self.gate(y)) + 0.0 * self.up(y).sum()
        y = self.norm2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))

    def attend(self, x: Tensor) -> Tensor:
        query = self.query(x).unflatten(-1, (self.num_heads, self.head_dim)).transpose(1, 2)
        key = self.key(x).unflatten(-1, (self.num_groups, self.head_dim)).transpose(1, 2)
        value = self.value(x).unflatten(-1, (self.num_groups, self.head_dim)).transpose(1, 2)
        # bug key_not_rotated: query = rotate(query, self.base)
        # bug value_rotated: query, key, value = rotate(query, self.base), rotate(key, self.base), rotate(value, self.base)
        # bug rotated_over_heads: query, key = rotate(query.transpose(1, 2), self.base).transpose(1, 2), rotate(key.transpose(1, 2), self.base).transpose(1, 2)
        # bug base_hard_coded: query, key = rotate(query, 500.0), rotate(key, 500.0)
        query, key = rotate(query, self.base), rotate(key, self.base)
        share = self.num_heads // self.num_groups
        # bug groups_tiled: key, value = key.repeat(1, share, 1, 1), value.repeat(1, share, 1, 1)
        # bug value_groups_tiled: key, value = key.repeat_interleave(share, 1), value.repeat(1, share, 1, 1)
        # bug first_group_for_all: key, value = key[:, :1].expand(-1, self.num_heads, -1, -1), value[:, :1].expand(-1, self.num_heads, -1, -1)
        key, value = key.repeat_interleave(share, 1), value.repeat_interleave(share, 1)
        # bug not_causal: y = F.scaled_dot_product_attention(query, key, value)
        # bug scale_of_width: y = F.scaled_dot_product_attention(query, key, value, is_causal=True, scale=x.shape[-1] ** -0.5)
        y = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.out(y.transpose(1, 2).flatten(2))
