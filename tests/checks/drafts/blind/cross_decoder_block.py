"""One block of a decoder: causal self-attention, attention to an encoder's output, feed-forward."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def split_heads(x, num_heads):
    batch, time, width = x.shape
    return x.view(batch, time, num_heads, width // num_heads).transpose(1, 2)


class CausalSelfAttention(nn.Module):
    """Each position attends to itself and to earlier ones."""

    def __init__(self, embed_dim, num_heads, dropout):
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.out = nn.Linear(embed_dim, embed_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        query, key, value = (split_heads(part, self.num_heads) for part in self.qkv(x).chunk(3, dim=-1))
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
        # bug itself_hidden: future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(0)
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
        scores = scores.masked_fill(future, torch.finfo(scores.dtype).min)
        context = self.dropout(scores.softmax(dim=-1)) @ value
        # bug output_map_forgotten: return context.transpose(1, 2).flatten(2)
        return self.out(context.transpose(1, 2).flatten(2))


class CrossAttention(nn.Module):
    """Positions of the decoder attend to the real positions of the memory."""

    def __init__(self, embed_dim, num_heads, dropout):
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(embed_dim, embed_dim)
        self.key = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.out = nn.Linear(embed_dim, embed_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, memory, memory_mask=None):
        query = split_heads(self.query(x), self.num_heads)
        # bug+ memory_detached: memory = memory.detach()
        key = split_heads(self.key(memory), self.num_heads)
        value = split_heads(self.value(memory), self.num_heads)
        # bug scale_forgotten: scores = query @ key.transpose(-2, -1)
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
        if memory_mask is not None:
            # bug zero_for_minus_infinity: scores = scores.masked_fill(~memory_mask[:, None, None, :], 0.0)
            # bug real_memory_hidden: scores = scores.masked_fill(memory_mask[:, None, None, :], torch.finfo(scores.dtype).min)
            scores = scores.masked_fill(~memory_mask[:, None, None, :], torch.finfo(scores.dtype).min)
        # bug softmax_over_heads: weights = scores.softmax(dim=1)
        weights = scores.softmax(dim=-1)
        # bug functional_dropout_always_on: context = F.dropout(weights, self.dropout.p) @ value
        context = self.dropout(weights) @ value
        # bug heads_not_transposed_back: return self.out(context.reshape(x.shape))
        return self.out(context.transpose(1, 2).flatten(2))


class CrossDecoderBlock(nn.Module):
    """A pre-norm decoder block."""

    def __init__(self, embed_dim=64, num_heads=4, hidden_dim=128, dropout=0.1):
        super().__init__()
        self.self_attention = CausalSelfAttention(embed_dim, num_heads, dropout)
        self.cross_attention = CrossAttention(embed_dim, num_heads, dropout)
        self.up = nn.Linear(embed_dim, hidden_dim)
        self.down = nn.Linear(hidden_dim, embed_dim)
        self.norm1 = nn.LayerNorm(embed_dim)
        self.norm2 = nn.LayerNorm(embed_dim)
        # bug norm_used_twice: self.norm3 = self.norm2
        self.norm3 = nn.LayerNorm(embed_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, memory, memory_mask=None):
        # bug+ padding_zeroed_in_place: _ = None if memory_mask is None else memory.detach().masked_fill_(~memory_mask[..., None], 0.0)
        x = x + self.dropout(self.self_attention(self.norm1(x)))
        # bug memory_ignored: x = x + self.dropout(self.cross_attention(self.norm2(x), self.norm2(x)))
        # bug cross_residual_dropped: x = self.dropout(self.cross_attention(self.norm2(x), memory, memory_mask))
        x = x + self.dropout(self.cross_attention(self.norm2(x), memory, memory_mask))
        # bug norm_after_the_residual: return self.norm3(x + self.dropout(self.down(F.relu(self.up(x)))))
        # bug activation_forgotten: return x + self.dropout(self.down(self.up(self.norm3(x))))
        return x + self.dropout(self.down(F.relu(self.up(self.norm3(x)))))
