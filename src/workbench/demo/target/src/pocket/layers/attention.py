"""Causal self-attention."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CausalSelfAttention(nn.Module):
    """Let each position gather from itself and from the positions before it.

    The layer knows nothing about positions by itself. A subclass that does overrides
    `position_bias`, which adds to the scores, or `split`, which prepares queries and keys.

    Parameters
    ----------
    embed_dim : int
        Size of the embeddings.
    num_heads : int
        Number of heads; it divides `embed_dim`.
    dropout : float
        Probability of dropping an attention weight while training.

    Raises
    ------
    ValueError
        If the heads do not divide the embedding, or the dropout is no probability.

    Examples
    --------
    >>> CausalSelfAttention(embed_dim=8, num_heads=2)(torch.zeros(1, 5, 8)).shape
    torch.Size([1, 5, 8])
    """

    def __init__(self, *, embed_dim: int, num_heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        if num_heads < 1 or embed_dim < 1 or embed_dim % num_heads:
            raise ValueError(
                f'num_heads must divide embed_dim, got embed_dim={embed_dim} and '
                f'num_heads={num_heads}'
            )
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f'dropout must be in [0, 1), got {dropout}')
        self.num_heads = num_heads
        self.dropout = dropout
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
        self.out = nn.Linear(embed_dim, embed_dim)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Attend.

        Parameters
        ----------
        x : Tensor
            Embeddings, `(batch, time, embed_dim)`.
        mask : Tensor, optional
            Boolean, `(batch, time)`; True keeps a position, False hides it from all others.

        Returns
        -------
        Tensor
            What each position gathered, `(batch, time, embed_dim)`.
        """
        query, key, value = self.split(x)  # (batch, heads, time, head_dim) each
        scores = self._score_mask(query, mask)  # (batch or 1, heads or 1, time, time)
        gathered = F.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=scores,
            dropout_p=self.dropout if self.training else 0.0,
        )  # (batch, heads, time, head_dim)
        return self.out(gathered.transpose(1, 2).flatten(2))  # (batch, time, embed_dim)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Project the embeddings and split them into heads.

        Parameters
        ----------
        x : Tensor
            Embeddings, `(batch, time, embed_dim)`.

        Returns
        -------
        tuple of Tensor
            Query, key and value, `(batch, heads, time, head_dim)` each.
        """
        parts = self.qkv(x).unflatten(-1, (3, self.num_heads, -1))
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        return query, key, value

    def position_bias(self, query: Tensor) -> Tensor | None:
        """Give what the positions add to the scaled scores.

        Parameters
        ----------
        query : Tensor
            Queries, `(batch, heads, time, head_dim)`.

        Returns
        -------
        Tensor or None
            A tensor that broadcasts to `(batch, heads, time, time)`; None adds nothing.
        """
        return None

    def _score_mask(self, query: Tensor, mask: Tensor | None) -> Tensor:
        time = query.shape[2]
        visible = torch.ones(time, time, dtype=torch.bool, device=query.device).tril()
        if mask is not None:
            # A hidden position still sees itself: an empty row would turn into NaN.
            itself = torch.eye(time, dtype=torch.bool, device=query.device)
            visible = visible & (mask[:, None, None, :] | itself)  # (batch, 1, time, time)
        bias = self.position_bias(query)
        return visible if bias is None else bias.masked_fill(~visible, float('-inf'))
