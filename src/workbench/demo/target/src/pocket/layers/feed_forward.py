"""The feed-forward half of a transformer block."""

from torch import Tensor, nn


class FeedForward(nn.Module):
    """Widen each position, bend it, and bring it back.

    Parameters
    ----------
    embed_dim : int
        Size of the embeddings.
    expansion : int
        The hidden layer has `expansion * embed_dim` units.
    dropout : float
        Probability of dropping an output while training.
    """

    def __init__(self, *, embed_dim: int, expansion: int = 4, dropout: float = 0.0) -> None:
        super().__init__()
        self.widen = nn.Linear(embed_dim, expansion * embed_dim)
        self.activation = nn.GELU()
        self.out = nn.Linear(expansion * embed_dim, embed_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Transform each position on its own.

        Parameters
        ----------
        x : Tensor
            Embeddings, `(batch, time, embed_dim)`.

        Returns
        -------
        Tensor
            Embeddings of the same shape.
        """
        hidden = self.activation(self.widen(x))  # (batch, time, expansion * embed_dim)
        return self.dropout(self.out(hidden))  # (batch, time, embed_dim)
