"""Multi-head self-attention that knows how far apart tokens are, not where they stand.

Source:
    Vaswani et al. 2017, "Attention Is All You Need", section 3.2.
    positions shaw: Shaw et al. 2018, "Self-Attention with Relative Position Representations".
    positions t5: Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified
        Text-to-Text Transformer", section 2.1.
    positions alibi: Press et al. 2022, "Train Short, Test Long: Attention with Linear Biases".
    positions rotary: Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position
        Embedding".
"""

from __future__ import annotations

import logging
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CONTRACT = """
name: RelativeSelfAttention
kind: layer
text: |
  Multi-head self-attention with relative positions, 8 heads and embedding dim 512.
options:
  embed_dim: 512
  num_heads: 8
  max_distance: 16
  dropout: 0.1
sizes:
  batch: 0..64
  time: 1..512
inputs:
  x: float "batch time embed_dim"
  mask?: bool "batch time"  # True = a real token
outputs:
  y: float "batch time embed_dim"
requires:
  R1: attention layers == 1
  R2: attention heads == num_heads
  R3: positions == shaw
  R4: causal == no
  R5: batch independent
  R6: padding invariant under mask
  R7: position sensitive over time
  R8: parameters == 4 * embed_dim**2 + embed_dim
    + (2 * (2 * max_distance + 1 if causal == 'no' else max_distance + 1)
    * (embed_dim // num_heads) if positions == 'shaw'
    else num_buckets * num_heads if positions == 't5' else 0)
"""

CHOICES = {
    "positions": ["shaw", "t5", "alibi", "rotary"],
    "causal": ["no", "yes"],
}

WHEN = [
    {"choice": "positions", "is": ["shaw"], "options": {"max_distance": 16}},
    {"choice": "positions", "is": ["t5"], "options": {"max_distance": 128, "num_buckets": 32}},
    {"choice": "causal", "is": ["yes"], "requires": ["causal over time"]},
]

WORDS = {
    "nouns": [
        "(relative )(multi head )(self )attention( mechanism)( layer)( module)( block)",
        "[relative|relative position|relative positional] (self )attention( mechanism)( layer)",
        "relative [position|positional] [encoding|encodings|embedding|embeddings]",
        "relative [position|positional] [representation|representations|information]",
        "relative positions",
    ],
    "options": {
        "embed_dim": [
            "[embed|embedding]( vector) [dim|dimension|size|width]( of) {n}",
            "[model|hidden] [dim|dimension|size|width]( of) {n}",
            "d model( of) {n}",
            "width( of) {n}",
            "{n} dim(ensional) embedding(s)",
            "{n} embedding [dim|dimension|dimensions]",
        ],
        "num_heads": [
            "{n}( self)( attention) head(s)",
            "{n} headed",
            "(attention )heads( of) {n}",
        ],
        "max_distance": [
            "[max|maximum|maximal|largest|clipping]( relative) [distance|position]( of) {n}",
            "[clip|clips|clipped|clipping]( distances)( at)( to) {n}",
            "distances up to {n}",
        ],
        "num_buckets": ["{n}( relative)( position)( distance) bucket(s)"],
        "dropout": [
            "dropout( rate)( probability)( of) {n}",
            "{n} dropout",
            ["[no|without|with no]( any) dropout", 0.0],
        ],
    },
    "choices": {
        "positions": {
            "shaw": ["shaw( et al)( style)", "(learned )relative position vectors"],
            "t5": [
                "t5( style)( relative)( position)( buckets)( bias)( biases)",
                "[bucketed|bucket] [position|positional|relative] [bias|biases]",
                "relative position [bucket|buckets]",
            ],
            "alibi": ["alibi( bias)( biases)( slopes)", "linear( position)( attention) biases"],
            "rotary": [
                "rotary( position)( positional)( embedding)( embeddings)( encoding)( encodings)",
                "rope( embedding)( embeddings)",
                "rotary positions",
            ],
        },
        "causal": {
            "no": ["bidirectional", "non causal", "not causal", "acausal", "unmasked"],
            "yes": [
                "causal( mask)( masking)",
                "autoregressive",
                "auto regressive",
                "decoder only",
                "left to right",
                "masked",
            ],
        },
    },
    "names": {},
    "neutral": [
        "custom",
        "mechanism",
        "multi head",
        "for [our|the|my|an] existing model",
        "for [our|the|my] model",
        "in [our|the|my]( existing) model",
    ],
}

ASSUMPTIONS = [
    {
        "about": "positions",
        "text": "Relative positions are learned vectors that are added to keys and values"
        " (Shaw et al. 2018).",
        "alternative": "t5 (a learned bias per bucket of distances), alibi (a fixed linear bias)"
        " or rotary (rotated queries and keys)",
    },
    {
        "about": "causal",
        "text": "Every token sees the tokens before and after it.",
        "alternative": "yes: only itself and those before it, as a language model needs",
    },
    {
        "about": "embed_dim",
        "text": "Token vectors are {value} wide.",
        "alternative": "the width of the model that the layer goes into",
    },
    {
        "about": "num_heads",
        "text": "There are {value} heads.",
        "alternative": "another divisor of embed_dim",
    },
    {
        "about": "max_distance",
        "text": "Distances beyond {value} are treated alike.",
        "alternative": "another distance",
    },
    {
        "about": "num_buckets",
        "text": "Distances fall into {value} buckets.",
        "alternative": "another number of buckets",
    },
    {
        "about": "dropout",
        "text": "Dropout on the attention weights is {value}.",
        "alternative": "another rate, or 0 for none",
    },
    {
        "about": "mask",
        "text": "The mask is boolean and True marks a real token; the output at padding is zero.",
        "alternative": "a mask with True for padding has to be inverted first",
    },
    {
        "about": "bias",
        "text": "Query, key and value projections have no bias: the softmax cancels a key bias, and"
        " a value bias repeats the bias of the output projection.",
        "alternative": "biases everywhere, which adds parameters that learn nothing of their own",
    },
    {
        "about": "scale",
        "when": {"positions": ["t5"]},
        "text": "Scores are divided by the square root of the head's width.",
        "alternative": "no scale, as in T5 itself, whose initialisation makes up for it",
    },
    {
        "about": "sharing",
        "when": {"positions": ["t5"]},
        "text": "The layer has a bias table of its own.",
        "alternative": "one table shared by all layers of a model, as in T5 itself",
    },
    {
        "about": "symmetry",
        "when": {"positions": ["alibi"], "causal": ["no"]},
        "text": "The linear bias depends on the distance alone, not on the direction.",
        "alternative": "the paper defines it for causal attention only",
    },
]

logger = logging.getLogger(__name__)


class ShawPositions(nn.Module):
    """Learned vectors for each distance between key and query, clipped far away.

    Args:
        head_dim: Width of one head.
        max_distance: Distances beyond it share the vector of this one.
        causal: ``"yes"`` leaves out the vectors of keys ahead of the query.

    Raises:
        ValueError: The largest distance is below one.

    Source:
        Shaw et al. 2018, section 3.2; the vectors are shared by all heads (section 3.3).
    """

    def __init__(self, head_dim: int, max_distance: int, *, causal: str = "no") -> None:
        super().__init__()
        if max_distance < 1:
            raise ValueError(f"max_distance must be at least 1, got {max_distance}")
        self.max_distance = max_distance
        num_distances = 2 * max_distance + 1 if causal == "no" else max_distance + 1
        self.keys = nn.Embedding(num_distances, head_dim)
        self.values = nn.Embedding(num_distances, head_dim)
        nn.init.normal_(self.keys.weight, std=head_dim**-0.5)
        nn.init.normal_(self.values.weight, std=head_dim**-0.5)

    def forward(self, time: int) -> tuple[Tensor, Tensor]:
        """Look up the vectors of all pairs of positions.

        Args:
            time: Number of positions.

        Returns:
            What is added to keys and to values, each of shape (query time, key time, head_dim).
        """
        position = torch.arange(time, device=self.keys.weight.device)
        distance = position[None, :] - position[:, None]  # (query time, key time)
        index = (distance + self.max_distance).clamp(0, self.keys.num_embeddings - 1)
        return self.keys(index), self.values(index)


class BucketBias(nn.Module):
    """A learned bias per head for each bucket of distances.

    Half of a direction's buckets hold one distance each, the others grow logarithmically up to
    ``max_distance``, beyond which everything falls into the last one.

    Args:
        num_heads: Number of heads.
        num_buckets: Number of buckets.
        max_distance: Where the last bucket begins.
        causal: ``"no"`` gives half of the buckets to keys ahead of the query.

    Raises:
        ValueError: There are too few buckets, or the largest distance is too small for them.

    Source:
        Raffel et al. 2020, section 2.1.
    """

    starts: Tensor

    def __init__(
        self, num_heads: int, num_buckets: int, max_distance: int, *, causal: str = "no"
    ) -> None:
        super().__init__()
        self.causal = causal
        usable = num_buckets // 2 if causal == "no" else num_buckets
        exact = usable // 2
        if exact < 1 or max_distance <= exact:
            raise ValueError(
                "a direction needs at least 2 buckets and a max_distance above half of them, got "
                f"{usable} buckets and max_distance {max_distance}"
            )
        growth = (max_distance / exact) ** (1 / (usable - exact))
        # A power such as 16.000000001 stands for 16: a margin keeps it from rounding up.
        starts = [math.ceil(exact * growth**step - 1e-6) for step in range(usable - exact)]
        self.register_buffer("starts", torch.tensor([*range(1, exact), *starts]))
        self.bias = nn.Embedding(num_buckets, num_heads)
        nn.init.normal_(self.bias.weight, std=0.1)

    def forward(self, time: int) -> Tensor:
        """Look up the biases of all pairs of positions.

        Args:
            time: Number of positions.

        Returns:
            Biases of shape (heads, query time, key time).
        """
        position = torch.arange(time, device=self.starts.device)
        distance = position[None, :] - position[:, None]  # (query time, key time)
        bucket = torch.bucketize(distance.abs(), self.starts, right=True)
        if self.causal == "no":
            # Keys ahead of the query have the second half of the buckets.
            bucket = bucket + (distance > 0) * (self.bias.num_embeddings // 2)
        return self.bias(bucket).permute(2, 0, 1)


def alibi_bias(query: Tensor) -> Tensor:
    """Return a bias that falls linearly with the distance, by a slope for each head.

    Args:
        query: Queries, shape (batch, heads, time, head_dim); device and dtype are taken from it.

    Returns:
        Biases of shape (heads, query time, key time).

    Source:
        Press et al. 2022, section 3: for 2^n heads the slopes are a geometric sequence that ends
        at 2^-8; other numbers of heads add every second slope of the next power of two.
    """
    _, num_heads, time, _ = query.shape
    precise = torch.promote_types(query.dtype, torch.float32)
    power = 2 ** (num_heads.bit_length() - 1)
    head = torch.arange(num_heads, device=query.device, dtype=precise)
    exponent = torch.where(head < power, 8 * (head + 1), 4 * (2 * (head - power) + 1)) / power
    position = torch.arange(time, device=query.device, dtype=precise)
    distance = (position[None, :] - position[:, None]).abs()  # (query time, key time)
    return (-(2.0**-exponent)[:, None, None] * distance).to(query.dtype)


def rotary_angles(query: Tensor) -> Tensor:
    """Return the angle by which each pair of features is rotated at each position.

    Args:
        query: Queries, shape (batch, heads, time, head_dim).

    Returns:
        Angles of shape (time, head_dim / 2), in float32 or better: pair i at position p has
        p / 10000^(2i / head_dim).

    Source:
        Su et al. 2021, section 3.2.2.
    """
    time, head_dim = query.shape[-2:]
    # Angles in half precision would be wrong by whole turns.
    precise = torch.promote_types(query.dtype, torch.float32)
    position = torch.arange(time, device=query.device, dtype=precise)
    even = torch.arange(0, head_dim, 2, device=query.device, dtype=precise)
    return position[:, None] * 10000.0 ** (-even / head_dim)


def rotate(vectors: Tensor, angles: Tensor) -> Tensor:
    """Rotate pairs of features; a product of two rotated vectors sees their distance.

    Args:
        vectors: Queries or keys, shape (batch, heads, time, head_dim).
        angles: Shape (time, head_dim / 2).

    Returns:
        Rotated vectors, same shape and dtype.

    Source:
        Su et al. 2021, equation 34.
    """
    first, second = vectors[..., 0::2], vectors[..., 1::2]  # (batch, heads, time, head_dim / 2)
    cosine, sine = angles.cos(), angles.sin()
    pairs = (first * cosine - second * sine, first * sine + second * cosine)
    return torch.stack(pairs, dim=-1).flatten(-2).to(vectors.dtype)


class RelativeSelfAttention(nn.Module):
    """Multi-head self-attention with relative positions.

    Query, key and value have no bias: the softmax cancels a key bias, and a value bias repeats the
    bias of the output projection.

    Args:
        embed_dim: Width of a token's vector.
        num_heads: Number of heads; it divides ``embed_dim``.
        max_distance: Distances beyond it are treated alike.
        num_buckets: Number of buckets that distances fall into.
        dropout: Probability that an attention weight is dropped in training.
        positions: ``"shaw"``, ``"t5"``, ``"alibi"`` or ``"rotary"``.
        causal: ``"yes"`` if a token sees only itself and those before it, ``"no"`` if it sees all.

    Raises:
        ValueError: An option is impossible.

    Example:
        >>> attention = RelativeSelfAttention(embed_dim=32, num_heads=4)
        >>> x = torch.randn(2, 5, 32)
        >>> mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
        >>> attention(x, mask).shape
        torch.Size([2, 5, 32])

    Source:
        Vaswani et al. 2017, section 3.2.
        positions shaw: Shaw et al. 2018, equations 3 to 5.
        positions t5: Raffel et al. 2020, section 2.1.
        positions alibi: Press et al. 2022, section 3.
        positions rotary: Su et al. 2021, section 3.2.
    """

    def __init__(
        self,
        embed_dim: int = 512,
        num_heads: int = 8,
        *,
        max_distance: int = 16,
        num_buckets: int = 32,
        dropout: float = 0.1,
        positions: str = "shaw",
        causal: str = "no",
    ) -> None:
        super().__init__()
        if positions not in ("shaw", "t5", "alibi", "rotary"):
            raise ValueError(
                f"positions must be 'shaw', 't5', 'alibi' or 'rotary', got {positions!r}"
            )
        if causal not in ("no", "yes"):
            raise ValueError(f"causal must be 'no' or 'yes', got {causal!r}")
        if num_heads < 1 or embed_dim < 1 or embed_dim % num_heads != 0:
            raise ValueError(
                f"embed_dim must be a multiple of num_heads, got {embed_dim} and {num_heads}"
            )
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout must be at least 0 and below 1, got {dropout}")
        head_dim = embed_dim // num_heads
        if positions == "shaw":
            self.shaw = ShawPositions(head_dim, max_distance, causal=causal)
        elif positions == "t5":
            self.bucket_bias = BucketBias(num_heads, num_buckets, max_distance, causal=causal)
        elif positions == "rotary":  # noqa: SIM102 (a choice stands alone in its test)
            if head_dim % 2 != 0:
                raise ValueError(f"embed_dim / num_heads must be even, got {head_dim}")
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.positions = positions
        self.causal = causal
        self.query = nn.Linear(embed_dim, embed_dim, bias=False)
        self.key = nn.Linear(embed_dim, embed_dim, bias=False)
        self.value = nn.Linear(embed_dim, embed_dim, bias=False)
        self.output = nn.Linear(embed_dim, embed_dim)
        for projection in (self.query, self.key, self.value, self.output):
            nn.init.xavier_uniform_(projection.weight)
        nn.init.zeros_(self.output.bias)
        logger.debug("built %s: %d heads of %d", type(self).__name__, num_heads, head_dim)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Let every token gather from the tokens that it may see.

        Args:
            x: Token vectors, shape (batch, time, embed_dim).
            mask: True where a token is real, bool, shape (batch, time); without it all are real.

        Returns:
            Gathered vectors, shape (batch, time, embed_dim); zero where there is padding.

        Raises:
            ValueError: A shape or the mask's dtype does not fit.
        """
        self._check(x, mask)
        query, key, value = (
            projection(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for projection in (self.query, self.key, self.value)
        )  # each (batch, heads, time, head_dim)
        if self.positions == "shaw":
            gathered = self._attend_with_vectors(query, key, value, mask)
        elif self.positions == "t5":
            bias = self.bucket_bias(x.shape[1])  # (heads, time, time)
            gathered = self._attend_with_bias(query, key, value, bias, mask)
        elif self.positions == "alibi":
            gathered = self._attend_with_bias(query, key, value, alibi_bias(query), mask)
        else:
            gathered = self._attend_with_rotation(query, key, value, mask)
        y = self.output(gathered.transpose(1, 2).flatten(2))  # (batch, time, embed_dim)
        return y if mask is None else y.masked_fill(~mask[:, :, None], 0.0)

    def _attend_with_vectors(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None
    ) -> Tensor:
        # No fused kernel knows vectors per pair, so the attention is written out.
        relative_key, relative_value = self.shaw(query.shape[-2])  # (time, time, head_dim)
        query = query * query.shape[-1] ** -0.5
        scores = query @ key.transpose(-2, -1)  # (batch, heads, time, time)
        scores = scores + torch.einsum("bhqd,qkd->bhqk", query, relative_key)
        visible = self._visible(query, mask)
        if visible is not None:
            scores = scores.masked_fill(~visible, -math.inf)
        weights = F.dropout(F.softmax(scores, dim=-1), self.dropout, self.training)
        return weights @ value + torch.einsum("bhqk,qkd->bhqd", weights, relative_value)

    def _attend_with_bias(
        self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor, mask: Tensor | None
    ) -> Tensor:
        visible = self._visible(query, mask)
        if visible is not None:
            bias = bias.where(visible, -math.inf)  # (batch or 1, heads, time, time)
        dropout = self.dropout if self.training else 0.0
        return F.scaled_dot_product_attention(query, key, value, attn_mask=bias, dropout_p=dropout)

    def _attend_with_rotation(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None
    ) -> Tensor:
        angles = rotary_angles(query)  # (time, head_dim / 2)
        query, key = rotate(query, angles), rotate(key, angles)
        dropout = self.dropout if self.training else 0.0
        if self.causal == "yes":
            # Without padding the fused kernel needs no mask of size time x time.
            visible = None if mask is None else self._visible(query, mask)
            return F.scaled_dot_product_attention(
                query, key, value, attn_mask=visible, dropout_p=dropout, is_causal=mask is None
            )
        else:
            visible = self._visible(query, mask)
            return F.scaled_dot_product_attention(
                query, key, value, attn_mask=visible, dropout_p=dropout
            )

    def _visible(self, query: Tensor, mask: Tensor | None) -> Tensor | None:
        """Say which keys a query may see, in a shape that broadcasts over the scores.

        A token always sees itself, because a softmax over nothing would give NaN.
        """
        time = query.shape[-2]
        itself = torch.eye(time, dtype=torch.bool, device=query.device)
        if self.causal == "yes":
            past = torch.ones(time, time, dtype=torch.bool, device=query.device).tril()
            return past if mask is None else (past & mask[:, None, None, :]) | itself
        else:
            return None if mask is None else mask[:, None, None, :] | itself

    def _check(self, x: Tensor, mask: Tensor | None) -> None:
        if x.dim() != 3 or x.shape[-1] != self.embed_dim:
            raise ValueError(
                f"x must be (batch, time, {self.embed_dim}), got shape {tuple(x.shape)}"
            )
        if mask is not None and (mask.dtype != torch.bool or mask.shape != x.shape[:2]):
            raise ValueError(
                f"mask must be bool of shape {tuple(x.shape[:2])} with True for a real token, "
                f"got {mask.dtype} of shape {tuple(mask.shape)}"
            )
