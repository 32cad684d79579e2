"""A vector quantiser with straight-through gradients and a commitment loss (van den Oord, 2017)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class VectorQuantiser(nn.Module):
    def __init__(self, codebook_size: int = 17, embed_dim: int = 6, commitment: float = 0.25) -> None:
        super().__init__()
        self.commitment = commitment
        # bug codebook_is_buffer: super().register_buffer("codes", torch.randn(codebook_size, embed_dim))
        self.codes = nn.Parameter(torch.randn(codebook_size, embed_dim))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        # bug farthest: chosen = torch.cdist(x.flatten(0, -2), self.codes).argmax(-1).view(x.shape[:-1])
        # bug inner_product: chosen = (x @ self.codes.T).argmax(-1)
        # bug first_half_only: chosen = torch.cdist(x.flatten(0, -2)[:, : x.shape[-1] // 2], self.codes[:, : x.shape[-1] // 2]).argmin(-1).view(x.shape[:-1])
        # bug norm_term_forgotten: chosen = (-2 * x @ self.codes.T).argmin(-1)
        # bug absolute_distance: chosen = torch.cdist(x.flatten(0, -2), self.codes, p=1.0).argmin(-1).view(x.shape[:-1])
        chosen = torch.cdist(x.flatten(0, -2), self.codes).argmin(-1).view(x.shape[:-1])
        quantised = self.codes[chosen]  # (batch, time, embed_dim)
        # bug detached_other_side: loss = F.mse_loss(quantised.detach(), x) + self.commitment * F.mse_loss(quantised, x.detach())
        # bug commitment_ignored: loss = F.mse_loss(quantised, x.detach()) + F.mse_loss(quantised.detach(), x)
        # bug codes_never_learn: loss = self.commitment * F.mse_loss(quantised.detach(), x)
        # bug summed_loss: loss = F.mse_loss(quantised, x.detach(), reduction="sum") + self.commitment * F.mse_loss(quantised.detach(), x, reduction="sum")
        # bug absolute_loss: loss = F.l1_loss(quantised, x.detach()) + self.commitment * F.l1_loss(quantised.detach(), x)
        loss = F.mse_loss(quantised, x.detach()) + self.commitment * F.mse_loss(quantised.detach(), x)
        # bug not_straight_through: return quantised, chosen, loss
        # bug nothing_quantised: return x + 0.0 * quantised, chosen, loss
        # bug gradient_doubled: return 2 * x + (quantised - 2 * x).detach(), chosen, loss
        # bug half_way: return x + ((quantised - x) / 2).detach(), chosen, loss
        # bug both_ways: return quantised + x - x.detach(), chosen, loss
        return x + (quantised - x).detach(), chosen, loss
