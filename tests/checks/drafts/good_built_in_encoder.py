# spec: free_text_classifier
"""The library's own encoder layers."""

import math

import torch
from torch import Tensor, nn


class TextClassifier(nn.Module):
    def __init__(
        self,
        vocab_size: int = 1000,
        num_layers: int = 3,
        num_heads: int = 4,
        embed_dim: int = 64,
        num_classes: int = 5,
        max_length: int = 128,
    ) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, embed_dim)
        layer = nn.TransformerEncoderLayer(
            embed_dim, num_heads, 2 * embed_dim, activation="gelu", batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, num_layers, enable_nested_tensor=False)
        self.head = nn.Linear(embed_dim, num_classes)
        time, even = torch.arange(max_length)[:, None], torch.arange(0, embed_dim, 2)
        angles = time * torch.exp(even * (-math.log(10000.0) / embed_dim))
        table = torch.zeros(max_length, embed_dim)
        table[:, 0::2], table[:, 1::2] = angles.sin(), angles.cos()
        self.register_buffer("table", table, persistent=False)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        x = math.sqrt(self.tokens.embedding_dim) * self.tokens(tokens)
        x = x + self.table[: tokens.shape[1]]  # (batch, time, embed_dim)
        seen = mask | ~mask.any(1, keepdim=True)
        x = self.encoder(x, src_key_padding_mask=~seen)
        return self.head(x[torch.arange(len(x), device=x.device), seen.int().argmax(1)])
