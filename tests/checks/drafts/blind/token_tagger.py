"""A post-norm encoder that labels each token; padded tokens are neither read nor labelled."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width, eps=1e-12)
        # bug epsilon_large: self.norm2 = nn.LayerNorm(width, eps=1e-2)
        self.norm2 = nn.LayerNorm(width, eps=1e-12)
        self.widen = nn.Linear(width, hidden)
        self.narrow = nn.Linear(hidden, width)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (batch, heads, time, head_dim)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        # bug key_from_query: query, key, value = self.query(x), self.query(x), self.value(x)
        query, key, value = self.query(x), self.key(x), self.value(x)
        # bug mask_on_queries: mask = keep[:, None, :, None].expand(-1, -1, -1, x.shape[1]) | ~keep[:, None, :, None]
        # bug mask_inverted: mask = ~keep[:, None, None, :] | ~(~keep).any(1)[:, None, None, None]
        # bug mask_of_first_example: mask = keep[:1, None, None, :].expand(len(keep), -1, -1, -1)
        mask = keep[:, None, None, :]
        gathered = F.scaled_dot_product_attention(
            # bug unscaled: self.split(query), self.split(key), self.split(value), attn_mask=mask, scale=1.0
            self.split(query), self.split(key), self.split(value), attn_mask=mask
        )
        # bug residual_before_projection: x = self.norm1(self.out(x + gathered.transpose(1, 2).flatten(2)))
        x = self.norm1(x + self.out(gathered.transpose(1, 2).flatten(2)))
        # bug no_nonlinearity: return self.norm2(x + self.narrow(self.widen(x)))
        # bug tanh_approximation_off: return self.norm2(x + self.narrow(self.widen(x).sigmoid() * self.widen(x)))
        return self.norm2(x + self.narrow(F.gelu(self.widen(x))))


class TokenTagger(nn.Module):
    def __init__(
        self,
        vocab_size: int = 307,
        num_layers: int = 2,
        num_heads: int = 3,
        embed_dim: int = 36,
        hidden_dim: int = 72,
        num_tags: int = 7,
        max_length: int = 32,
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(vocab_size, embed_dim)
        self.places = nn.Embedding(max_length, embed_dim)
        self.kinds = nn.Embedding(2, embed_dim)
        self.norm = nn.LayerNorm(embed_dim, eps=1e-12)
        # bug layers_repeated: self.layers = nn.ModuleList([Layer(embed_dim, num_heads, hidden_dim)] * num_layers)
        self.layers = nn.ModuleList(
            Layer(embed_dim, num_heads, hidden_dim) for _ in range(num_layers)
        )
        self.head = nn.Linear(embed_dim, num_tags)

    def forward(self, tokens: Tensor, segments: Tensor, mask: Tensor) -> Tensor:
        keep = mask | ~mask.any(1, keepdim=True)
        places = torch.arange(tokens.shape[1], device=tokens.device)
        # bug segments_ignored: x = self.words(tokens) + self.places(places) + self.kinds.weight[0]
        # bug segments_after_norm_only_first: x = self.words(tokens) + self.places(places) + self.kinds(segments[:, :1])
        x = self.words(tokens) + self.places(places) + self.kinds(segments)
        x = self.norm(x)
        # bug one_layer_twice: for layer in [self.layers[0] for _ in self.layers]:
        for layer in self.layers:
            x = layer(x, keep)
        logits = self.head(x)  # (batch, time, num_tags)
        # bug padded_not_cleared: return logits
        # bug cleared_over_tags: return logits * mask.any(1)[:, None, None]
        return logits.masked_fill(~mask[:, :, None], 0.0)
