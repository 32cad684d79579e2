"""A small language model: pre-norm blocks, learned positions, causal attention, tied head."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CausalAttention(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, max_length: int, dropout: float) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.out = nn.Linear(embed_dim, embed_dim)
        self.drop = nn.Dropout(dropout)
        # bug mask_off_by_one: mask = torch.ones(max_length, max_length, dtype=torch.bool).tril(1)
        # bug mask_upper: mask = torch.ones(max_length, max_length, dtype=torch.bool).triu()
        mask = torch.ones(max_length, max_length, dtype=torch.bool).tril()
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, time, width = x.shape
        # bug value_is_key: query, _, key = self.qkv(x).chunk(3, dim=-1); value = key
        query, key, value = self.qkv(x).chunk(3, dim=-1)
        # bug heads_without_transpose: query, key, value = (part.reshape(batch, self.num_heads, time, self.head_dim) for part in (query, key, value))
        query, key, value = (
            part.unflatten(-1, (self.num_heads, self.head_dim)).transpose(1, 2)
            for part in (query, key, value)
        )  # (batch, heads, time, head_dim)
        # bug scale_by_width: scores = query @ key.transpose(-2, -1) / math.sqrt(width)
        # bug scale_twice: scores = query @ key.transpose(-2, -1) / self.head_dim
        scores = query @ key.transpose(-2, -1) / math.sqrt(self.head_dim)
        # bug mask_adds_small: scores = scores + (~self.mask[:time, :time]).to(scores.dtype) * -10.0
        # bug mask_last_rows: scores = scores.masked_fill(~self.mask[-time:, :time], float("-inf"))
        scores = scores.masked_fill(~self.mask[:time, :time], float("-inf"))
        # bug softmax_over_heads: weights = self.drop(scores.softmax(dim=1).nan_to_num())
        # bug dropout_before_softmax: weights = self.drop(scores).softmax(dim=-1)
        weights = self.drop(scores.softmax(dim=-1))
        # bug heads_interleaved: gathered = (weights @ value).permute(0, 2, 3, 1).flatten(2)
        gathered = (weights @ value).transpose(1, 2).flatten(2)  # (batch, time, embed_dim)
        return self.out(gathered)


class Block(nn.Module):
    def __init__(self, embed_dim: int, num_heads: int, max_length: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(embed_dim)
        self.attention = CausalAttention(embed_dim, num_heads, max_length, dropout)
        self.norm2 = nn.LayerNorm(embed_dim)
        self.widen = nn.Linear(embed_dim, 4 * embed_dim)
        self.narrow = nn.Linear(4 * embed_dim, embed_dim)

    def forward(self, x: Tensor) -> Tensor:
        # bug attention_residual_normed: x = self.norm1(x); x = x + self.attention(x)
        x = x + self.attention(self.norm1(x))
        # bug feed_forward_residual_doubled: return x + x + self.narrow(F.gelu(self.widen(self.norm2(x))))
        # bug norm_shared: return x + self.narrow(F.gelu(self.widen(self.norm1(x)))) + 0.0 * self.norm2(x)
        # bug relu_squared: return x + self.narrow(F.relu(self.widen(self.norm2(x))).square())
        return x + self.narrow(F.gelu(self.widen(self.norm2(x))))


class LanguageModel(nn.Module):
    def __init__(
        self,
        vocab_size: int = 211,
        num_layers: int = 3,
        num_heads: int = 4,
        embed_dim: int = 48,
        max_length: int = 40,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, embed_dim)
        self.positions = nn.Embedding(max_length, embed_dim)
        self.blocks = nn.ModuleList(
            Block(embed_dim, num_heads, max_length, dropout) for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, vocab_size, bias=False)
        # bug copied_instead_of_tied: self.head.weight = nn.Parameter(self.tokens.weight.detach().clone())
        self.head.weight = self.tokens.weight

    def forward(self, tokens: Tensor) -> Tensor:
        # bug positions_from_the_end: places = torch.arange(tokens.shape[1], device=tokens.device).flip(0)
        # bug positions_start_at_one: places = torch.arange(1, tokens.shape[1] + 1, device=tokens.device).clamp(max=self.positions.num_embeddings - 1)
        places = torch.arange(tokens.shape[1], device=tokens.device)
        # bug positions_for_batch: x = self.tokens(tokens) + self.positions(places[:1])
        x = self.tokens(tokens) + self.positions(places)
        # bug last_block_left_out: for block in self.blocks[:-1]:
        for block in self.blocks:
            x = block(x)
        # bug final_norm_forgotten: return self.head(x)
        # bug head_detached: return F.linear(self.norm(x), self.head.weight.detach())
        # bug log_probabilities: return self.head(self.norm(x)).log_softmax(-1)
        return self.head(self.norm(x))
