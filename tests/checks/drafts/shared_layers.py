# trips: parameters, two_names
# spec: text_classifier
"""All layers share one block's weights."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.dropout = dropout
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.out = nn.Linear(embed_dim, embed_dim)

    def forward(self, x: Tensor, visible: Tensor | None) -> Tensor:
        parts = self.qkv(x).unflatten(-1, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)  # each (batch, heads, time, head_dim)
        rate = self.dropout if self.training else 0.0
        gathered = F.scaled_dot_product_attention(
            query, key, value, attn_mask=visible, dropout_p=rate
        )
        return self.out(gathered.transpose(1, 2).flatten(2))  # (batch, time, embed_dim)


class Block(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(embed_dim)
        self.attention = Attention(embed_dim, num_heads, dropout)
        self.norm2 = nn.LayerNorm(embed_dim)
        self.widen = nn.Linear(embed_dim, 4 * embed_dim)
        self.narrow = nn.Linear(4 * embed_dim, embed_dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, visible: Tensor | None) -> Tensor:
        x = x + self.drop(self.attention(self.norm1(x), visible))
        return x + self.drop(self.narrow(F.gelu(self.widen(self.norm2(x)))))


class TextClassifier(nn.Module):
    def __init__(
        self,
        vocab_size: int = 1000,
        num_layers: int = 3,
        num_heads: int = 4,
        embed_dim: int = 64,
        num_classes: int = 5,
        max_length: int = 128,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(max_length, embed_dim)
        self.blocks = nn.ModuleList([Block(embed_dim, num_heads, dropout)] * num_layers)
        self.norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, num_classes)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            mask = torch.ones_like(tokens, dtype=torch.bool)
        # A row of padding only sees all of it, because a softmax over nothing is not a number.
        visible = (mask | ~mask.any(1, keepdim=True))[:, None, None, :]
        x = self.tokens(tokens) + self.positions.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, visible)
        x = self.norm(x).masked_fill(~mask[:, :, None], 0.0)  # (batch, time, embed_dim)
        return self.head(x.sum(1) / mask.sum(1, keepdim=True).clamp(min=1))
