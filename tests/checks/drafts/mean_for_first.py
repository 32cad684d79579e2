# trips: pooling
# spec: free_text_classifier
"""The mean over real positions where the first is asked for."""

import math

import torch
from torch import Tensor, nn


def gelu(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


class Norm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.shift = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        spread = centred.pow(2).mean(-1, keepdim=True)
        return centred / torch.sqrt(spread + 1e-5) * self.scale + self.shift


class Head(nn.Module):
    def __init__(self, embed_dim: int, head_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(embed_dim, head_dim)
        self.key = nn.Linear(embed_dim, head_dim)
        self.value = nn.Linear(embed_dim, head_dim)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        query, key, value = self.query(x), self.key(x), self.value(x)
        scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])  # (batch, time, time)
        scores = scores.masked_fill(~seen[:, None, :], -math.inf)
        powers = torch.exp(scores - scores.amax(-1, keepdim=True))
        return (powers / powers.sum(-1, keepdim=True)) @ value


class Block(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            Head(embed_dim, embed_dim // num_heads) for _ in range(num_heads)
        )
        self.out = nn.Linear(embed_dim, embed_dim)
        self.widen = nn.Linear(embed_dim, 2 * embed_dim)
        self.narrow = nn.Linear(2 * embed_dim, embed_dim)
        self.norm1, self.norm2 = Norm(embed_dim), Norm(embed_dim)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        x = self.norm1(x + self.out(torch.cat([head(x, seen) for head in self.heads], dim=-1)))
        return self.norm2(x + self.narrow(gelu(self.widen(x))))


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
        self.tokens = nn.Parameter(torch.randn(vocab_size, embed_dim))
        self.blocks = nn.ModuleList(Block(embed_dim, num_heads) for _ in range(num_layers))
        self.head = nn.Linear(embed_dim, num_classes)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        width = self.tokens.shape[1]
        time = torch.arange(tokens.shape[1], device=tokens.device, dtype=self.tokens.dtype)
        even = torch.arange(0, width, 2, device=tokens.device, dtype=self.tokens.dtype)
        angles = torch.outer(time, 10000.0 ** (-even / width))
        x = self.tokens[tokens] + torch.cat((angles.sin(), angles.cos()), dim=-1)
        seen = mask | ~mask.any(1, keepdim=True)
        for block in self.blocks:
            x = block(x, seen)
        return self.head((x * seen[:, :, None]).sum(1) / seen.sum(1, keepdim=True))
