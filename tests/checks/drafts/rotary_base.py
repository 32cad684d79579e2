# trips: positions
# spec: rotary_attention
"""The rotation has another base."""

import math

import torch
from torch import Tensor, nn


class PositionedAttention(nn.Module):
    def __init__(self, embed_dim: int = 64, num_heads: int = 4) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(embed_dim, embed_dim)
        self.key = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.out = nn.Linear(embed_dim, embed_dim)

    def rotate(self, x: Tensor, angles: Tensor) -> Tensor:
        one, two = x.chunk(2, dim=-1)
        cos, sin = angles.cos(), angles.sin()
        return torch.cat((one * cos - two * sin, one * sin + two * cos), dim=-1)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            part(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )  # each (batch, heads, time, head_dim)
        place = torch.arange(x.shape[1], device=x.device)
        distance = place[None, :] - place[:, None]  # (time, time)
        even = torch.arange(0, query.shape[-1], 2, device=x.device, dtype=x.dtype)
        angles = place[:, None] * 500.0 ** (-even / query.shape[-1])  # (time, head_dim / 2)
        query, key = (self.rotate(part, angles) for part in (query, key))
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
        return self.out((scores.softmax(dim=-1) @ value).transpose(1, 2).flatten(2))
