"""A small decoder-only transformer."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from pocket.layers import (
    CausalSelfAttention,
    FeedForward,
    LearnedPositions,
    SinusoidalPositions,
)
from pocket.models.base import Model
from pocket.models.registry import register


class Block(nn.Module):
    """Attention and feed-forward, each behind a norm and beside a residual.

    Parameters
    ----------
    embed_dim : int
        Size of the embeddings.
    attention : nn.Module
        The attention layer of this block.
    dropout : float
        Probability of dropping an output while training.
    """

    def __init__(self, *, embed_dim: int, attention: nn.Module, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(embed_dim)
        self.attention = attention
        self.norm2 = nn.LayerNorm(embed_dim)
        self.feed_forward = FeedForward(embed_dim=embed_dim, dropout=dropout)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Transform the embeddings.

        Parameters
        ----------
        x : Tensor
            Embeddings, `(batch, time, embed_dim)`.
        mask : Tensor, optional
            Boolean, `(batch, time)`; True keeps a position.

        Returns
        -------
        Tensor
            Embeddings of the same shape.
        """
        x = x + self.attention(self.norm1(x), mask)
        return x + self.feed_forward(self.norm2(x))


@register('tiny_gpt')
class TinyGPT(Model):
    """Predict the next token at every position.

    The head shares its weight with the token embedding.

    Parameters
    ----------
    vocab_size : int
        Number of tokens.
    max_time : int
        Longest sequence.
    embed_dim : int
        Size of the embeddings.
    num_layers : int
        Number of blocks.
    num_heads : int
        Attention heads in each block.
    dropout : float
        Probability of dropping attention weights and outputs while training.
    positions : {'learned', 'sinusoidal', 'none'}
        What is added to the token embeddings; 'none' for attention that knows positions itself.
    attention : Callable
        Makes the attention layer of a block; it is called once for each block with the keywords
        `embed_dim`, `num_heads` and `dropout`. The layer maps `(x, mask)` to the shape of `x`.

    Raises
    ------
    ValueError
        If an option is out of its range.

    Examples
    --------
    >>> TinyGPT(vocab_size=11)(torch.zeros(2, 5, dtype=torch.long)).shape
    torch.Size([2, 5, 11])
    """

    def __init__(
        self,
        *,
        vocab_size: int = 64,
        max_time: int = 64,
        embed_dim: int = 64,
        num_layers: int = 2,
        num_heads: int = 4,
        dropout: float = 0.0,
        positions: str = 'learned',
        attention: Callable[..., nn.Module] = CausalSelfAttention,
    ) -> None:
        super().__init__()
        if min(vocab_size, max_time, num_layers) < 1:
            raise ValueError(
                'vocab_size, max_time and num_layers must be at least 1, '
                f'got {vocab_size}, {max_time} and {num_layers}'
            )
        self.max_time = max_time
        self.tokens = nn.Embedding(vocab_size, embed_dim)
        self.positions = _positions(positions, embed_dim, max_time)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            Block(
                embed_dim=embed_dim,
                attention=attention(embed_dim=embed_dim, num_heads=num_heads, dropout=dropout),
                dropout=dropout,
            )
            for _ in range(num_layers)
        )
        self.norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, vocab_size, bias=False)
        self._initialise()
        self.head.weight = self.tokens.weight

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Compute the logits of the token after each position.

        Parameters
        ----------
        tokens : Tensor
            Token numbers, `(batch, time)`, with `time` up to `max_time`.
        mask : Tensor, optional
            Boolean, `(batch, time)`; True marks a real token, False padding.

        Returns
        -------
        Tensor
            Logits, `(batch, time, vocab_size)`.

        Raises
        ------
        ValueError
            If the sequence is longer than `max_time`.
        """
        if tokens.shape[1] > self.max_time:
            raise ValueError(
                f'the sequence has {tokens.shape[1]} tokens, but max_time is {self.max_time}'
            )
        x = self.dropout(self.positions(self.tokens(tokens)))  # (batch, time, embed_dim)
        for block in self.blocks:
            x = block(x, mask)
        return self.head(self.norm(x))  # (batch, time, vocab_size)

    @torch.no_grad()
    def generate(
        self,
        tokens: Tensor,
        *,
        steps: int,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Continue sequences token by token.

        Parameters
        ----------
        tokens : Tensor
            The beginnings, `(batch, time)`, with at least one token each.
        steps : int
            How many tokens to append; only the last `max_time` tokens are looked at.
        temperature : float
            0 always takes the most likely token; higher is more varied.
        generator : torch.Generator, optional
            Source of the random choices.

        Returns
        -------
        Tensor
            Beginnings and continuations, `(batch, time + steps)`.
        """
        for _ in range(steps):
            logits = self(tokens[:, -self.max_time :])[:, -1]  # (batch, vocab_size)
            if temperature == 0:
                following = logits.argmax(dim=-1, keepdim=True)
            else:
                chances = (logits / temperature).softmax(dim=-1)
                following = torch.multinomial(chances, 1, generator=generator)
            tokens = torch.cat((tokens, following), dim=1)
        return tokens

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)
        # Each block adds to the stream twice; a smaller start keeps its variance level.
        residual_std = 0.02 / math.sqrt(2 * len(self.blocks))
        for name, parameter in self.blocks.named_parameters():
            if name.endswith('.out.weight'):
                nn.init.normal_(parameter, std=residual_std)


def _positions(kind: str, embed_dim: int, max_time: int) -> nn.Module:
    if kind == 'learned':
        return LearnedPositions(embed_dim=embed_dim, max_time=max_time)
    if kind == 'sinusoidal':
        return SinusoidalPositions(embed_dim=embed_dim)
    if kind == 'none':
        return nn.Identity()
    raise ValueError(f"positions must be 'learned', 'sinusoidal' or 'none', got {kind!r}")
