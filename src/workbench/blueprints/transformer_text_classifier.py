"""Text classifier: embeddings, transformer encoder blocks, pooling, linear head.

Source:
    Vaswani et al. 2017, "Attention Is All You Need", sections 3.1 to 3.3.
    norm pre: Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture".
    activation gelu: Hendrycks and Gimpel 2016, "Gaussian Error Linear Units (GELUs)".
    positions learned: Devlin et al. 2019, "BERT", section 3.
    pooling first: Devlin et al. 2019, "BERT", section 3.
"""

from __future__ import annotations

import logging
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CONTRACT = """
name: TextClassifier
kind: model
text: |
  A transformer text classifier with 6 layers, 8 attention heads, embedding dim 512 and 10 classes.
options:
  vocab_size: 32000
  num_layers: 6
  num_heads: 8
  embed_dim: 512
  num_classes: 10
  hidden_dim: 2048
  max_length: 512
  dropout: 0.1
sizes:
  batch: 0..64
  time: 1..max_length
inputs:
  tokens: int64 "batch time" in 0..vocab_size-1
  mask?: bool "batch time"  # True = a real token
outputs:
  logits: float "batch num_classes"
requires:
  R1: attention layers == num_layers
  R2: attention heads == num_heads
  R3: norm == pre
  R4: activation == gelu
  R5: pooling == mean
  R6: positions == learned
  R7: batch independent
  R8: padding invariant under mask
  R9: position sensitive over time
  R10: parameters == vocab_size * embed_dim
    + (max_length * embed_dim if positions == 'learned' else 0)
    + num_layers * (4 * embed_dim**2 + 2 * embed_dim * hidden_dim + hidden_dim + 6 * embed_dim)
    + (2 * embed_dim if norm == 'pre' else 0)
    + num_classes * (embed_dim + 1)
"""

CHOICES = {
    "norm": ["pre", "post"],
    "activation": ["gelu", "relu"],
    "pooling": ["mean", "first", "max"],
    "positions": ["learned", "sinusoidal"],
}

WHEN = ()

WORDS = {
    "nouns": [
        "text [classifier|classification]( model)",
        "(text )transformer( based)( text) classifier",
        "(text )transformer( based)( encoder) classifier",
        "[sequence|sentence|document|sentiment|topic] [classifier|classification]( model)",
        "transformer encoder( model)",
    ],
    "options": {
        "vocab_size": [
            "[vocab|vocabulary]( size)( of) {n}( tokens)( words)",
            "{n}( token)( word) [vocab|vocabulary]",
            "{n} [token|word] types",
        ],
        "num_layers": [
            "{n}( transformer)( encoder)( attention) layer(s)",
            "{n}( transformer)( encoder) block(s)",
            "depth( of) {n}",
        ],
        "num_heads": [
            "{n}( self)( attention) head(s)",
            "{n} headed",
            "(attention )heads( of) {n}",
        ],
        "embed_dim": [
            "[embed|embedding]( vector) [dim|dimension|size|width]( of) {n}",
            "[model|hidden] [size|width]( of) {n}",
            "model [dim|dimension]( of) {n}",
            "d model( of) {n}",
            "width( of) {n}",
            "{n} dim(ensional) embedding(s)",
            "{n} embedding [dim|dimension|dimensions]",
            "embedding(s) of( size) {n}",
        ],
        "num_classes": [
            "{n}( target)( output) class(es)",
            "{n}( target)( output) [label|labels|category|categories]",
            "{n} way",
        ],
        "hidden_dim": [
            "hidden [dim|dimension]( of) {n}",
            "[feed forward|feedforward|ffn|mlp]( hidden) [dim|dimension|size|width]( of) {n}",
            "[feed forward|feedforward|ffn|mlp] of {n}",
            "intermediate size( of) {n}",
            "d ff( of) {n}",
        ],
        "max_length": [
            "[max|maximum]( sequence)( input) [length|len]( of) {n}( tokens)",
            "[max|maximum] seq [length|len]( of) {n}( tokens)",
            "sequence length( of) {n}( tokens)",
            "context( length)( size)( window)( of) {n}( tokens)",
            "(sequences of )(inputs of )up to {n} tokens",
            "at most {n} tokens",
            "{n} token context",
        ],
        "dropout": [
            "dropout( rate)( probability)( of) {n}",
            "{n} dropout",
            ["[no|without|with no]( any) dropout", 0.0],
        ],
    },
    "choices": {
        "norm": {
            "pre": ["pre [norm|normalisation|normalization|layernorm|layer norm|ln]", "prenorm"],
            "post": [
                "post [norm|normalisation|normalization|layernorm|layer norm|ln]",
                "postnorm",
            ],
        },
        "activation": {
            "gelu": ["gelu( activation)(s)"],
            "relu": ["relu( activation)(s)"],
        },
        "pooling": {
            "mean": ["[mean|average|avg] [pool|pooling|pooled]", "[mean|average] over time"],
            "first": [
                "[first|cls|class]( token) [pool|pooling|pooled]",
                "[first|cls|class] token",
            ],
            "max": ["max [pool|pooling|pooled]", "max over time"],
        },
        "positions": {
            "learned": [
                "[learned|learnt|learnable|trainable]( absolute) [position|positional]"
                " [embedding|embeddings|encoding|encodings]",
                "[learned|learnt|learnable|trainable]( absolute) positions",
            ],
            "sinusoidal": [
                "[sinusoidal|sinusoid|sine|fixed]( absolute) [position|positional]"
                " [embedding|embeddings|encoding|encodings]",
                "[sinusoidal|sinusoid|fixed]( absolute) positions",
            ],
        },
    },
    "names": {},
    "neutral": ["transformer", "transformer based", "encoder", "multi head", "padding mask(s)"],
}

ASSUMPTIONS = [
    {
        "about": "vocab_size",
        "text": "The vocabulary has {value} entries.",
        "alternative": "the size of the tokenizer that is in use",
    },
    {
        "about": "hidden_dim",
        "value": "4 * embed_dim",
        "text": "The feed-forward layers are {value} wide: four times the embedding width.",
        "alternative": "another feed-forward width",
    },
    {
        "about": "max_length",
        "text": "The longest sequence has {value} tokens; a longer one is refused.",
        "alternative": "another maximum length",
    },
    {
        "about": "dropout",
        "text": "Dropout is {value}, on embeddings, attention weights, feed-forward and residuals.",
        "alternative": "another rate, or 0 for none",
    },
    {
        "about": "norm",
        "text": "Layer norm stands before attention and feed-forward (pre-norm): deep stacks train"
        " without a warm-up, and a last norm follows the blocks.",
        "alternative": "post, as in the original transformer",
    },
    {
        "about": "activation",
        "text": "The feed-forward layers use GELU.",
        "alternative": "relu, as in the original transformer",
    },
    {
        "about": "pooling",
        "text": "The real tokens are averaged before the head.",
        "alternative": "first (the first real token, where a [CLS] token stands) or max",
    },
    {
        "about": "positions",
        "text": "Absolute positions are learned, one vector for each of max_length positions.",
        "alternative": "sinusoidal",
    },
    {
        "about": "mask",
        "text": "The mask is boolean and True marks a real token; without it every token is real.",
        "alternative": "a mask with True for padding has to be inverted first",
    },
    {
        "about": "bias",
        "text": "Query, key and value projections have no bias: the softmax cancels a key bias, and"
        " a value bias repeats the bias of the output projection.",
        "alternative": "biases everywhere, which adds parameters that learn nothing of their own",
    },
]

logger = logging.getLogger(__name__)


def require_positive(**sizes: int) -> None:
    """Refuse sizes below one.

    Args:
        **sizes: Sizes by name.

    Raises:
        ValueError: A size is below one; the message names it.
    """
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


def sinusoidal_positions(hidden: Tensor) -> Tensor:
    """Return one fixed vector of sines and cosines per position.

    Args:
        hidden: Token vectors, shape (batch, time, embed_dim); device and dtype are taken from it.

    Returns:
        Table of shape (time, embed_dim): column 2i is sin(position / 10000^(2i / embed_dim)),
        column 2i + 1 the cosine of the same angle.

    Source:
        Vaswani et al. 2017, section 3.5.
    """
    _, time, embed_dim = hidden.shape
    # Angles in half precision are wrong by whole turns: only the table is cast.
    precise = torch.promote_types(hidden.dtype, torch.float32)
    position = torch.arange(time, device=hidden.device, dtype=precise)  # (time,)
    even = torch.arange(0, embed_dim, 2, device=hidden.device, dtype=precise)  # (embed_dim / 2,)
    angle = position[:, None] * 10000.0 ** (-even / embed_dim)  # (time, embed_dim / 2)
    table = torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)  # (time, embed_dim)
    return table[:, :embed_dim].to(hidden.dtype)


class SelfAttention(nn.Module):
    """Multi-head scaled dot-product self-attention.

    Query, key and value have no bias: the softmax cancels a key bias, and a value bias repeats the
    bias of the output projection.

    Args:
        embed_dim: Width of a token's vector.
        num_heads: Number of heads.
        dropout: Probability that an attention weight is dropped in training.

    Raises:
        ValueError: The heads do not divide the width.

    Source:
        Vaswani et al. 2017, section 3.2.
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        if embed_dim % num_heads != 0:
            raise ValueError(
                f"embed_dim must be a multiple of num_heads, got {embed_dim} and {num_heads}"
            )
        self.num_heads = num_heads
        self.dropout = dropout
        self.query = nn.Linear(embed_dim, embed_dim, bias=False)
        self.key = nn.Linear(embed_dim, embed_dim, bias=False)
        self.value = nn.Linear(embed_dim, embed_dim, bias=False)
        self.output = nn.Linear(embed_dim, embed_dim)

    def forward(self, hidden: Tensor, visible: Tensor | None = None) -> Tensor:
        """Let every token gather from the tokens that it may see.

        Args:
            hidden: Token vectors, shape (batch, time, embed_dim).
            visible: True where a key may be seen, broadcastable to (batch, heads, time, time).

        Returns:
            Gathered vectors, shape (batch, time, embed_dim).
        """
        query, key, value = (
            projection(hidden).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for projection in (self.query, self.key, self.value)
        )  # each (batch, heads, time, embed_dim / heads)
        dropout = self.dropout if self.training else 0.0
        gathered = F.scaled_dot_product_attention(
            query, key, value, attn_mask=visible, dropout_p=dropout
        )  # (batch, heads, time, embed_dim / heads)
        return self.output(gathered.transpose(1, 2).flatten(2))


class EncoderBlock(nn.Module):
    """Self-attention and a feed-forward network, each with a residual connection.

    Args:
        embed_dim: Width of a token's vector.
        num_heads: Number of attention heads.
        hidden_dim: Width of the feed-forward network.
        dropout: Dropout probability.
        norm: Where layer norm stands: ``"pre"`` or ``"post"``.
        activation: Of the feed-forward network: ``"gelu"`` or ``"relu"``.

    Raises:
        ValueError: An option is impossible.

    Source:
        Vaswani et al. 2017, sections 3.1 and 3.3.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        hidden_dim: int,
        dropout: float,
        *,
        norm: str = "pre",
        activation: str = "gelu",
    ) -> None:
        super().__init__()
        if norm not in ("pre", "post"):
            raise ValueError(f"norm must be 'pre' or 'post', got {norm!r}")
        if activation not in ("gelu", "relu"):
            raise ValueError(f"activation must be 'gelu' or 'relu', got {activation!r}")
        self.norm = norm
        self.attention_norm = nn.LayerNorm(embed_dim)
        self.attention = SelfAttention(embed_dim, num_heads, dropout)
        self.feedforward_norm = nn.LayerNorm(embed_dim)
        self.feedforward = nn.Sequential(
            nn.Linear(embed_dim, hidden_dim),
            nn.GELU() if activation == "gelu" else nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_dim, embed_dim),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, visible: Tensor | None = None) -> Tensor:
        """Transform token vectors.

        Args:
            hidden: Token vectors, shape (batch, time, embed_dim).
            visible: True where a key may be seen, broadcastable to (batch, heads, time, time).

        Returns:
            Token vectors, shape (batch, time, embed_dim).
        """
        if self.norm == "pre":
            attended = self.attention(self.attention_norm(hidden), visible)
            hidden = hidden + self.dropout(attended)
            return hidden + self.dropout(self.feedforward(self.feedforward_norm(hidden)))
        else:
            attended = self.attention(hidden, visible)
            hidden = self.attention_norm(hidden + self.dropout(attended))
            return self.feedforward_norm(hidden + self.dropout(self.feedforward(hidden)))


class TextClassifier(nn.Module):
    """Classify sequences of tokens with a transformer encoder.

    Args:
        vocab_size: Number of token ids.
        num_layers: Number of encoder blocks.
        num_heads: Number of attention heads in each block.
        embed_dim: Width of a token's vector.
        num_classes: Number of classes.
        hidden_dim: Width of the feed-forward networks.
        max_length: Longest sequence that is accepted.
        dropout: Dropout probability.
        norm: Where layer norm stands in a block: ``"pre"`` or ``"post"``.
        activation: Of the feed-forward networks: ``"gelu"`` or ``"relu"``.
        pooling: How the tokens become one vector: ``"mean"``, ``"first"`` or ``"max"``.
        positions: ``"learned"`` or ``"sinusoidal"``.

    Raises:
        ValueError: An option is impossible.

    Example:
        >>> classifier = TextClassifier(
        ...     vocab_size=100, num_layers=2, num_heads=2, embed_dim=16, num_classes=3, max_length=7
        ... )
        >>> tokens = torch.randint(100, (4, 7))
        >>> mask = torch.arange(7) < torch.tensor([[7], [5], [2], [1]])
        >>> classifier(tokens, mask).shape
        torch.Size([4, 3])

    Source:
        Vaswani et al. 2017, section 3.
    """

    def __init__(
        self,
        *,
        vocab_size: int = 32000,
        num_layers: int = 6,
        num_heads: int = 8,
        embed_dim: int = 512,
        num_classes: int = 10,
        hidden_dim: int = 2048,
        max_length: int = 512,
        dropout: float = 0.1,
        norm: str = "pre",
        activation: str = "gelu",
        pooling: str = "mean",
        positions: str = "learned",
    ) -> None:
        super().__init__()
        require_positive(vocab_size=vocab_size, num_layers=num_layers, num_heads=num_heads)
        require_positive(embed_dim=embed_dim, num_classes=num_classes)
        require_positive(hidden_dim=hidden_dim, max_length=max_length)
        if pooling not in ("mean", "first", "max"):
            raise ValueError(f"pooling must be 'mean', 'first' or 'max', got {pooling!r}")
        if positions not in ("learned", "sinusoidal"):
            raise ValueError(f"positions must be 'learned' or 'sinusoidal', got {positions!r}")
        self.max_length = max_length
        self.norm = norm
        self.pooling = pooling
        self.positions = positions
        self.token_embedding = nn.Embedding(vocab_size, embed_dim)
        if positions == "learned":
            self.position_embedding = nn.Embedding(max_length, embed_dim)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            EncoderBlock(
                embed_dim, num_heads, hidden_dim, dropout, norm=norm, activation=activation
            )
            for _ in range(num_layers)
        )
        if norm == "pre":
            # Pre-norm blocks leave the residual stream itself unnormalised.
            self.final_norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, num_classes)
        self._initialise()
        logger.debug("built %s: %d blocks of width %d", type(self).__name__, num_layers, embed_dim)

    def _initialise(self) -> None:
        """Draw projections after Glorot; embeddings stay unit normal."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        # Small logits: the first loss is near log(num_classes), whatever the width.
        nn.init.normal_(self.head.weight, std=0.02)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Compute the logits of each sequence.

        Args:
            tokens: Token ids, shape (batch, time), time from 1 to ``max_length``.
            mask: True where a token is real, bool, shape (batch, time); without it all are real.

        Returns:
            Logits, shape (batch, num_classes). A row of padding only gets those of a zero vector.

        Raises:
            ValueError: A shape or the mask's dtype does not fit.
        """
        self._check(tokens, mask)
        if mask is None:
            visible = None
            mask = torch.ones_like(tokens, dtype=torch.bool)
        else:
            # A row of padding sees all of it: a softmax over nothing is NaN.
            visible = (mask | ~mask.any(dim=1, keepdim=True))[:, None, None, :]
        hidden = self.embed(tokens)  # (batch, time, embed_dim)
        for block in self.blocks:
            hidden = block(hidden, visible)
        if self.norm == "pre":
            hidden = self.final_norm(hidden)
        return self.head(self.pool(hidden, mask))

    def embed(self, tokens: Tensor) -> Tensor:
        """Turn token ids into vectors that know their position.

        Args:
            tokens: Token ids, shape (batch, time).

        Returns:
            Token vectors, shape (batch, time, embed_dim).
        """
        hidden = self.token_embedding(tokens)
        if self.positions == "learned":
            position = torch.arange(tokens.shape[1], device=tokens.device)
            hidden = hidden + self.position_embedding(position)
        else:
            hidden = hidden + sinusoidal_positions(hidden)
        return self.dropout(hidden)

    def pool(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Make one vector of each sequence's real tokens.

        Args:
            hidden: Token vectors, shape (batch, time, embed_dim).
            mask: True where a token is real, shape (batch, time).

        Returns:
            One vector per sequence, shape (batch, embed_dim); zero for a row of padding only.
        """
        if self.pooling == "mean":
            count = mask.sum(dim=1, keepdim=True).clamp(min=1)  # (batch, 1)
            return hidden.masked_fill(~mask[:, :, None], 0.0).sum(dim=1) / count
        elif self.pooling == "first":
            first = mask.int().argmax(dim=1)  # (batch,)
            pooled = hidden[torch.arange(len(first), device=first.device), first]
            return pooled.masked_fill(~mask.any(dim=1, keepdim=True), 0.0)
        else:
            pooled = hidden.masked_fill(~mask[:, :, None], -math.inf).amax(dim=1)
            return pooled.masked_fill(~mask.any(dim=1, keepdim=True), 0.0)

    def _check(self, tokens: Tensor, mask: Tensor | None) -> None:
        if tokens.dim() != 2 or not 1 <= tokens.shape[1] <= self.max_length:
            raise ValueError(
                f"tokens must be (batch, time) with time from 1 to {self.max_length}, "
                f"got shape {tuple(tokens.shape)}"
            )
        if mask is not None and (mask.dtype != torch.bool or mask.shape != tokens.shape):
            raise ValueError(
                f"mask must be bool of shape {tuple(tokens.shape)} with True for a real token, "
                f"got {mask.dtype} of shape {tuple(mask.shape)}"
            )
