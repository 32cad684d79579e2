"""Cross entropy between logits and class numbers."""

from torch import Tensor, nn
from torch.nn import functional as F

from pocket.losses.registry import register


@register('cross_entropy')
class CrossEntropy(nn.Module):
    """Average the negative log-likelihood of the targets that count.

    Works for one target per example and for one target per position alike. Where no target
    counts, the loss is 0 and so is its gradient.

    Parameters
    ----------
    label_smoothing : float
        Share of the probability that is spread over all classes.
    ignore_index : int
        Targets with this value do not count.

    Raises
    ------
    ValueError
        If the smoothing is outside of [0, 1].
    """

    def __init__(self, *, label_smoothing: float = 0.0, ignore_index: int = -100) -> None:
        super().__init__()
        if not 0.0 <= label_smoothing <= 1.0:
            raise ValueError(f'label_smoothing must be in [0, 1], got {label_smoothing}')
        self.label_smoothing = label_smoothing
        self.ignore_index = ignore_index

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Compute the loss.

        Parameters
        ----------
        logits : Tensor
            `(..., classes)`.
        target : Tensor
            Class numbers, `(...)`.

        Returns
        -------
        Tensor
            The mean over the targets that count, a scalar in nats.
        """
        total = F.cross_entropy(
            logits.flatten(0, -2),  # (positions, classes)
            target.flatten(),  # (positions,)
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            reduction='sum',
        )
        return total / target.ne(self.ignore_index).sum().clamp(min=1)
