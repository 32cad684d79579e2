"""A BERT-like encoder that classifies a sequence by its first token."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class SelfAttention(nn.Module):
    """Bidirectional multi-head self-attention; padding is never attended to."""

    def __init__(self, embed_dim, num_heads, dropout):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.query = nn.Linear(embed_dim, embed_dim)
        self.key = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.output = nn.Linear(embed_dim, embed_dim)
        self.dropout = nn.Dropout(dropout)

    def split(self, x):
        batch, time, _ = x.shape
        # bug heads_mixed: return x.view(batch, self.num_heads, time, self.head_dim)
        return x.view(batch, time, self.num_heads, self.head_dim).transpose(1, 2)

    def forward(self, x, mask):
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        # bug scale_of_the_width: scores = query @ key.transpose(-2, -1) / math.sqrt(x.size(-1))
        scores = query @ key.transpose(-2, -1) / math.sqrt(self.head_dim)
        if mask is not None:
            # bug mask_inverted: scores = scores.masked_fill(mask[:, None, None, :], torch.finfo(scores.dtype).min)
            # bug mask_on_queries: scores = scores.masked_fill(~mask[:, None, :, None], torch.finfo(scores.dtype).min)
            scores = scores.masked_fill(~mask[:, None, None, :], torch.finfo(scores.dtype).min)
        # bug softmax_over_queries: weights = self.dropout(scores.softmax(dim=-2))
        # bug attention_dropout_always_on: weights = F.dropout(scores.softmax(dim=-1), self.dropout.p)
        weights = self.dropout(scores.softmax(dim=-1))
        context = weights @ value
        return self.output(context.transpose(1, 2).flatten(2))


class EncoderLayer(nn.Module):
    """Attention and feed-forward, each with a residual connection and a norm after it."""

    def __init__(self, embed_dim, num_heads, hidden_dim, dropout, eps):
        super().__init__()
        self.attention = SelfAttention(embed_dim, num_heads, dropout)
        # bug default_epsilon: self.norm1 = nn.LayerNorm(embed_dim)
        self.norm1 = nn.LayerNorm(embed_dim, eps=eps)
        self.up = nn.Linear(embed_dim, hidden_dim)
        self.down = nn.Linear(hidden_dim, embed_dim)
        self.norm2 = nn.LayerNorm(embed_dim, eps=eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, mask):
        # bug norm_before_attention: x = x + self.dropout(self.attention(self.norm1(x), mask))
        x = self.norm1(x + self.dropout(self.attention(x, mask)))
        # bug relu_for_gelu: hidden = self.down(F.relu(self.up(x)))
        hidden = self.down(F.gelu(self.up(x)))
        # bug residual_dropped: return self.norm2(self.dropout(hidden))
        return self.norm2(x + self.dropout(hidden))


class BertClassifier(nn.Module):
    """Embeddings, a stack of encoder layers, a pooler on the first token and a linear head."""

    def __init__(self, vocab_size=1000, max_length=64, num_layers=3, num_heads=4, embed_dim=64,
                 hidden_dim=256, num_classes=5, dropout=0.1, eps=1e-12):
        super().__init__()
        self.token = nn.Embedding(vocab_size, embed_dim)
        self.position = nn.Embedding(max_length, embed_dim)
        self.norm = nn.LayerNorm(embed_dim, eps=eps)
        self.dropout = nn.Dropout(dropout)
        # bug one_layer_repeated: self.layers = nn.ModuleList([EncoderLayer(embed_dim, num_heads, hidden_dim, dropout, eps)] * num_layers)
        self.layers = nn.ModuleList(
            EncoderLayer(embed_dim, num_heads, hidden_dim, dropout, eps) for _ in range(num_layers)
        )
        self.pooler = nn.Linear(embed_dim, embed_dim)
        self.head = nn.Linear(embed_dim, num_classes)
        self.apply(self._init)

    @staticmethod
    def _init(module):
        # bug embeddings_not_initialised: if isinstance(module, nn.Linear):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)

    def forward(self, tokens, mask=None):
        # bug positions_from_one: positions = torch.arange(1, tokens.size(1) + 1, device=tokens.device)
        positions = torch.arange(tokens.size(1), device=tokens.device)
        x = self.token(tokens) + self.position(positions)
        x = self.dropout(self.norm(x))
        for layer in self.layers:
            x = layer(x, mask)
        # bug last_token_pooled: pooled = torch.tanh(self.pooler(x[:, -1]))
        pooled = torch.tanh(self.pooler(x[:, 0]))
        # bug softmax_at_the_end: return self.head(self.dropout(pooled)).softmax(dim=-1)
        return self.head(self.dropout(pooled))
