# trips: positions
# spec: alibi_attention
"""The bias is divided with the scores."""

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

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            part(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )  # each (batch, heads, time, head_dim)
        place = torch.arange(x.shape[1], device=x.device)
        distance = place[None, :] - place[:, None]  # (time, time)
        head = torch.arange(self.num_heads, device=x.device, dtype=x.dtype)
        slopes = 2.0 ** (-8 * (head + 1) / self.num_heads)  # (heads,)
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
        scores = scores - slopes[:, None, None] * distance.abs() / math.sqrt(query.shape[-1])
        return self.out((scores.softmax(dim=-1) @ value).transpose(1, 2).flatten(2))
