"""A multilayer perceptron."""

from torch import Tensor, nn

from pocket.models.base import Model
from pocket.models.registry import register


@register('mlp')
class MLP(Model):
    """Classify feature vectors with a stack of fully connected layers.

    Parameters
    ----------
    in_features : int
        Length of the input vectors.
    num_classes : int
        Number of logits.
    width : int
        Width of each hidden layer.
    depth : int
        Number of hidden layers; 0 gives a linear classifier.
    dropout : float
        Probability of dropping a hidden unit while training.

    Raises
    ------
    ValueError
        If an option is out of its range.

    Examples
    --------
    >>> import torch
    >>> MLP(in_features=4, num_classes=3)(torch.zeros(2, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        *,
        in_features: int = 2,
        num_classes: int = 3,
        width: int = 64,
        depth: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if min(in_features, num_classes, width) < 1 or depth < 0:
            raise ValueError(
                'in_features, num_classes and width must be at least 1 and depth at least 0, '
                f'got {in_features}, {num_classes}, {width} and {depth}'
            )
        sizes = [in_features] + depth * [width]
        self.hidden = nn.Sequential(
            *(
                nn.Sequential(nn.Linear(fan_in, width), nn.GELU(), nn.Dropout(dropout))
                for fan_in in sizes[:-1]
            )
        )
        self.head = nn.Linear(sizes[-1], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits.

        Parameters
        ----------
        x : Tensor
            Feature vectors, `(batch, in_features)`.

        Returns
        -------
        Tensor
            Logits, `(batch, num_classes)`.
        """
        return self.head(self.hidden(x))  # (batch, num_classes)
