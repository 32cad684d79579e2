"""The focal loss."""

from torch import Tensor, nn

from pocket.losses.registry import register


@register('focal')
class FocalLoss(nn.Module):
    """Cross entropy with less weight on examples that are classified well already.

    Parameters
    ----------
    gamma : float
        Each example is weighted by `(1 - p) ** gamma`, with the probability `p` of its class;
        0 is plain cross entropy.

    Raises
    ------
    ValueError
        If gamma is negative.

    References
    ----------
    Lin et al., "Focal Loss for Dense Object Detection", 2017, equation 4.
    """

    def __init__(self, *, gamma: float = 2.0) -> None:
        super().__init__()
        if gamma < 0:
            raise ValueError(f'gamma must be at least 0, got {gamma}')
        self.gamma = gamma

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Compute the loss.

        Parameters
        ----------
        logits : Tensor
            `(batch, classes)`.
        target : Tensor
            Class numbers, `(batch,)`.

        Returns
        -------
        Tensor
            The mean over the batch, a scalar in nats; 0 for an empty batch.
        """
        log_chance = logits.log_softmax(dim=-1).gather(-1, target[:, None])  # (batch, 1)
        # 1 - p by expm1, clamped: a p that rounds to 1 has no gradient at a power below 1.
        miss = (-log_chance.expm1()).clamp(min=1e-12)
        return -(miss**self.gamma * log_chance).sum() / max(1, target.numel())
