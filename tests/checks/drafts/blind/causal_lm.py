"""A GPT-like causal language model with learned positions and tied embeddings."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class CausalSelfAttention(nn.Module):
    """Multi-head self-attention in which a token sees itself and those before it."""

    def __init__(self, embed_dim, num_heads, dropout):
        super().__init__()
        self.num_heads = num_heads
        self.dropout = dropout
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim, bias=False)
        self.proj = nn.Linear(embed_dim, embed_dim, bias=False)

    def forward(self, x):
        batch, time, width = x.shape
        qkv = self.qkv(x).view(batch, time, 3, self.num_heads, width // self.num_heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        # bug not_causal: y = F.scaled_dot_product_attention(query, key, value, dropout_p=self.dropout if self.training else 0.0)
        # bug one_token_ahead: y = F.scaled_dot_product_attention(query, key, value, attn_mask=torch.ones(time, time, dtype=torch.bool, device=x.device).tril(1), dropout_p=self.dropout if self.training else 0.0)
        # bug scale_lost: y = F.scaled_dot_product_attention(query, key, value, is_causal=True, scale=1.0, dropout_p=self.dropout if self.training else 0.0)
        # bug dropout_in_evaluation: y = F.scaled_dot_product_attention(query, key, value, is_causal=True, dropout_p=self.dropout)
        y = F.scaled_dot_product_attention(
            query, key, value, is_causal=True, dropout_p=self.dropout if self.training else 0.0
        )
        # bug heads_merged_without_transpose: return self.proj(y.reshape(batch, time, width))
        return self.proj(y.transpose(1, 2).reshape(batch, time, width))


class Block(nn.Module):
    """Attention and feed-forward, each on the normalised stream and added to it."""

    def __init__(self, embed_dim, num_heads, dropout):
        super().__init__()
        self.norm1 = nn.LayerNorm(embed_dim)
        self.attention = CausalSelfAttention(embed_dim, num_heads, dropout)
        # bug norm_shared: self.norm2 = self.norm1
        self.norm2 = nn.LayerNorm(embed_dim)
        self.up = nn.Linear(embed_dim, 4 * embed_dim, bias=False)
        self.down = nn.Linear(4 * embed_dim, embed_dim, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        # bug+ residual_from_the_norm: x = self.norm1(x)
        x = x + self.dropout(self.attention(self.norm1(x)))
        # bug gelu_after_the_projection: hidden = F.gelu(self.down(self.up(self.norm2(x))))
        hidden = self.down(F.gelu(self.up(self.norm2(x))))
        # bug feed_forward_dropout_forgotten: return x + hidden
        return x + self.dropout(hidden)


class CausalLM(nn.Module):
    """Gives the logits of the next token at every position."""

    def __init__(self, vocab_size=500, max_length=64, num_layers=4, num_heads=4, embed_dim=64, dropout=0.1):
        super().__init__()
        self.max_length = max_length
        self.token = nn.Embedding(vocab_size, embed_dim)
        self.position = nn.Embedding(max_length, embed_dim)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(embed_dim, num_heads, dropout) for _ in range(num_layers))
        self.norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, vocab_size, bias=False)
        # bug head_copied_not_tied: self.head.weight = nn.Parameter(self.token.weight.detach().clone())
        self.head.weight = self.token.weight
        self.apply(self._init)
        for block in self.blocks:
            for weight in (block.attention.proj.weight, block.down.weight):
                # bug residual_deviation_grows: nn.init.normal_(weight, std=0.02 * math.sqrt(2 * num_layers))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * num_layers))

    @staticmethod
    def _init(module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, tokens):
        # bug positions_of_the_batch: positions = torch.arange(tokens.size(0), device=tokens.device)[:, None]
        positions = torch.arange(tokens.size(1), device=tokens.device)
        # bug positions_detached: x = self.dropout(self.token(tokens) + self.position(positions).detach())
        x = self.dropout(self.token(tokens) + self.position(positions))
        for block in self.blocks:
            x = block(x)
        # bug last_norm_forgotten: return self.head(x)
        return self.head(self.norm(x))
