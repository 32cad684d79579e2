"""A linear layer with a low-rank adapter that starts without effect (Hu et al., 2021)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LowRankLinear(nn.Module):
    def __init__(
        self, in_features: int = 18, out_features: int = 14, rank: int = 4, alpha: float = 8.0
    ) -> None:
        super().__init__()
        # bug rank_ignored: self.scale = alpha / rank; rank = 2 * rank
        self.scale = alpha / rank
        self.linear = nn.Linear(in_features, out_features)
        # bug base_learns: self.linear.requires_grad_(True)
        self.linear.requires_grad_(False)
        self.down = nn.Parameter(torch.empty(rank, in_features))
        # bug starts_with_effect: self.up = nn.Parameter(torch.randn(out_features, rank))
        self.up = nn.Parameter(torch.zeros(out_features, rank))
        # bug both_zero: nn.init.zeros_(self.down)
        # bug down_huge: nn.init.normal_(self.down, std=50.0)
        nn.init.kaiming_uniform_(self.down, a=5**0.5)

    def forward(self, x: Tensor) -> Tensor:
        # bug scale_forgotten: return self.linear(x) + F.linear(F.linear(x, self.down), self.up)
        # bug scale_inverted: return self.linear(x) + F.linear(F.linear(x, self.down), self.up) / self.scale
        # bug adapter_on_output: return self.linear(x) + self.scale * F.linear(F.linear(x, self.down).relu(), self.up)
        # bug bias_twice: return self.linear(x) + self.scale * F.linear(F.linear(x, self.down), self.up, self.linear.bias)
        # bug adapter_detached: return self.linear(x) + self.scale * F.linear(F.linear(x.detach(), self.down), self.up)
        # bug base_dropped: return self.linear.bias + self.scale * F.linear(F.linear(x, self.down), self.up)
        return self.linear(x) + self.scale * F.linear(F.linear(x, self.down), self.up)
