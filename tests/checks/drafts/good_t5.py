# spec: t5_attention
"""A learned bias for each bucket of distances."""

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
        self.bias = nn.Embedding(16, num_heads)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            part(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )  # each (batch, heads, time, head_dim)
        place = torch.arange(x.shape[1], device=x.device)
        distance = place[None, :] - place[:, None]  # (time, time)
        far = (4 + (distance.abs() / 4).clamp(min=1).log() * 4 / math.log(8)).long().clamp(max=7)
        bucket = torch.where(distance.abs() < 4, distance.abs(), far) + 8 * (distance > 0)
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
        scores = scores + self.bias(bucket).permute(2, 0, 1)  # (batch, heads, time, time)
        return self.out((scores.softmax(dim=-1) @ value).transpose(1, 2).flatten(2))
