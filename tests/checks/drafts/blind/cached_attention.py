"""Causal grouped-query attention that can go on from a cache of keys and values."""

import math

import torch
from torch import nn


def repeat_heads(x, times):
    """Repeat each head of (batch, heads, time, dim), so that neighbours share keys and values."""
    # bug heads_tiled: return x.repeat(1, times, 1, 1)
    return x.repeat_interleave(times, dim=1)


def hidden(time, total, device=None):
    """Tell which of `total` keys each of the last `time` queries must not see.

    Args:
        time: Number of queries; they are the last ones.
        total: Number of keys, those of the cache among them.
        device: Where the mask is made.

    Returns:
        A mask (time, total) that is True at later keys.
    """
    ones = torch.ones(time, total, dtype=torch.bool, device=device)
    # bug cache_offset_forgotten: return ones.triu(1)
    # bug one_future_key_seen: return ones.triu(total - time + 2)
    # bug one_past_window_only: return ones.triu(total - time + 1) | ones.tril(total - time - 8)
    return ones.triu(total - time + 1)


class CachedAttention(nn.Module):
    """Attention of many query heads over few key and value heads.

    Args:
        embed_dim: Width of tokens.
        num_heads: Heads of the queries.
        num_kv_heads: Heads of keys and values; each serves num_heads / num_kv_heads query heads.
        dropout: Rate on the attention weights, in training.
    """

    def __init__(self, embed_dim=64, num_heads=8, num_kv_heads=2, dropout=0.1):
        super().__init__()
        if embed_dim % num_heads or num_heads % num_kv_heads:
            raise ValueError("embed_dim must be a multiple of num_heads, and num_heads one of num_kv_heads")
        self.num_heads = num_heads
        # bug every_head_its_own_keys: self.num_kv_heads = num_kv_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.query = nn.Linear(embed_dim, embed_dim, bias=False)
        self.key = nn.Linear(embed_dim, num_kv_heads * self.head_dim, bias=False)
        # bug keys_are_values: self.value = self.key
        self.value = nn.Linear(embed_dim, num_kv_heads * self.head_dim, bias=False)
        self.out = nn.Linear(embed_dim, embed_dim, bias=False)
        self.dropout = nn.Dropout(dropout)
        for layer in (self.query, self.key, self.value, self.out):
            # bug xavier_replaced_by_kaiming: nn.init.kaiming_uniform_(layer.weight)
            nn.init.xavier_uniform_(layer.weight)

    def split(self, x, heads):
        """Turn (batch, time, heads * dim) into (batch, heads, time, dim)."""
        # bug heads_and_time_mixed: return x.reshape(x.size(0), heads, x.size(1), self.head_dim)
        return x.reshape(x.size(0), x.size(1), heads, self.head_dim).transpose(1, 2)

    def forward(self, x, cache=None):
        """Attend.

        Args:
            x: Tokens (batch, time, embed_dim) that follow those of the cache.
            cache: Keys and values (2, batch, num_kv_heads, past, head_dim) of earlier tokens, or None.

        Returns:
            The result (batch, time, embed_dim), and the cache with these tokens in it.
        """
        q = self.split(self.query(x), self.num_heads)
        new = torch.stack((self.split(self.key(x), self.num_kv_heads), self.split(self.value(x), self.num_kv_heads)))
        # bug new_tokens_before_the_old: cache = new if cache is None else torch.cat((new, cache), dim=3)
        # bug cache_ignored: cache = new
        # bug cache_detached: cache = new if cache is None else torch.cat((cache.detach(), new), dim=3)
        # bug oldest_token_forgotten: cache = new if cache is None else torch.cat((cache[..., 1:, :], new), dim=3)
        cache = new if cache is None else torch.cat((cache, new), dim=3)
        k, v = (repeat_heads(part, self.num_heads // self.num_kv_heads) for part in cache)
        # bug scaled_by_the_whole_width: scores = q @ k.transpose(-2, -1) / math.sqrt(x.size(-1))
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.head_dim)
        # bug not_causal: pass
        scores = scores.masked_fill(hidden(x.size(1), k.size(2), x.device), -math.inf)
        # bug softmax_over_queries: weights = self.dropout(scores.softmax(dim=-2))
        # bug dropout_before_the_softmax: weights = self.dropout(scores).softmax(dim=-1)
        # bug dropout_in_evaluation: weights = nn.functional.dropout(scores.softmax(dim=-1), self.dropout.p)
        weights = self.dropout(scores.softmax(dim=-1))
        # bug heads_not_put_side_by_side: y = (weights @ v).reshape(x.shape)
        y = (weights @ v).transpose(1, 2).reshape(x.shape)
        return self.out(y), cache
