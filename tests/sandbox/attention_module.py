"""Masked self-attention."""

import math

from torch import Tensor, nn


class Attention(nn.Module):
    """Multi-head self-attention with a residual connection."""

    def __init__(self, embed_dim: int = 32, num_heads: int = 4) -> None:
        super().__init__()
        if embed_dim % num_heads != 0:
            raise ValueError(f"embed_dim {embed_dim} is no multiple of num_heads {num_heads}")
        self.num_heads = num_heads
        self.norm = nn.LayerNorm(embed_dim)
        self.projections = nn.Linear(embed_dim, 3 * embed_dim)
        self.output = nn.Linear(embed_dim, embed_dim)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Gather."""
        batch, time, width = x.shape
        query, key, value = (
            part.view(batch, time, self.num_heads, width // self.num_heads).transpose(1, 2)
            for part in self.projections(self.norm(x)).chunk(3, dim=-1)
        )  # (batch, heads, time, head_dim)
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None, :], -1e9)
        gathered = scores.softmax(dim=-1) @ value
        return x + self.output(gathered.transpose(1, 2).reshape(batch, time, width))
