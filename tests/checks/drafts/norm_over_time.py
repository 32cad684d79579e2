# trips: causal, visible_keys
# spec: causal_attention
"""A mean over all positions is taken off."""

import math

import torch
from torch import Tensor, nn


class CausalAttention(nn.Module):
    def __init__(self, embed_dim: int = 32, num_heads: int = 4) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(embed_dim, embed_dim)
        self.key = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.out = nn.Linear(embed_dim, embed_dim)

    def forward(self, x: Tensor) -> Tensor:
        x = x - x.mean(1, keepdim=True)
        query, key, value = (
            part(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )  # each (batch, heads, time, head_dim)
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
        time = x.shape[1]
        later = torch.ones(time, time, dtype=torch.bool, device=x.device).triu(1)
        weights = scores.masked_fill(later, -math.inf).softmax(dim=-1)
        return self.out((weights @ value).transpose(1, 2).flatten(2))
