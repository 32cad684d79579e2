"""A variational autoencoder of flat inputs."""

import torch
from torch import Tensor, nn


class VariationalAutoencoder(nn.Module):
    def __init__(self, in_features: int = 30, hidden: int = 24, latent: int = 5) -> None:
        super().__init__()
        self.encode = nn.Linear(in_features, hidden)
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decode = nn.Linear(latent, hidden)
        self.out = nn.Linear(hidden, in_features)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        hidden = torch.relu(self.encode(x))
        # bug mean_head_shared: mean, log_variance = self.log_variance(hidden), self.log_variance(hidden)
        # bug returned_in_other_order: log_variance, mean = self.mean(hidden), self.log_variance(hidden)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        z = self.sample(mean, log_variance)
        # bug decoder_without_activation: return self.out(self.decode(z)), mean, log_variance, self.divergence(mean, log_variance)
        # bug decodes_the_mean: return self.out(torch.relu(self.decode(mean))), mean, log_variance, self.divergence(mean, log_variance)
        return self.out(torch.relu(self.decode(z))), mean, log_variance, self.divergence(mean, log_variance)

    def sample(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """Draw by the reparameterisation trick; the mean in evaluation."""
        # bug samples_in_evaluation: if False:
        # bug never_samples: if True:
        if not self.training:
            return mean
        # bug variance_for_deviation: return mean + torch.randn_like(mean) * log_variance.exp()
        # bug exponential_forgotten: return mean + torch.randn_like(mean) * log_variance / 2
        # bug uniform_noise: return mean + torch.rand_like(mean) * (log_variance / 2).exp()
        # bug noise_shared_by_batch: return mean + torch.randn_like(mean[:1]) * (log_variance / 2).exp()
        # bug noise_one_number: return mean + torch.randn(()) * (log_variance / 2).exp()
        # bug deviation_detached: return mean + torch.randn_like(mean) * (log_variance / 2).exp().detach()
        return mean + torch.randn_like(mean) * (log_variance / 2).exp()

    def divergence(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """KL from N(mean, variance) to N(0, 1) per example, summed over the latent axis."""
        # bug sign_of_log: return 0.5 * (mean.square() + log_variance.exp() + log_variance - 1).sum(-1)
        # bug one_forgotten: return 0.5 * (mean.square() + log_variance.exp() - log_variance).sum(-1)
        # bug half_forgotten: return (mean.square() + log_variance.exp() - log_variance - 1).sum(-1)
        # bug mean_over_latent: return 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).mean(-1)
        # bug mean_not_squared: return 0.5 * (mean.abs() + log_variance.exp() - log_variance - 1).sum(-1)
        # bug variance_without_exponential: return 0.5 * (mean.square() + log_variance.square() - log_variance - 1).sum(-1)
        return 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(-1)  # (batch,)
