# trips: zero_at
# spec: gaussian_prior
"""The constant of the closed form is missing."""

from torch import Tensor, nn


class GaussianPrior(nn.Module):
    def forward(self, centre: Tensor, log_variance: Tensor) -> Tensor:
        each = 0.5 * (log_variance.exp() + centre**2 - log_variance)  # (batch, latent)
        return each.sum(1).mean()
