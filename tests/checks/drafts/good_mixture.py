# spec: mixture
# A scalar output that is made of all examples does not mix them.
import torch
from torch import nn


class Mixture(nn.Module):
    def __init__(self, width: int = 8, experts: int = 3) -> None:
        super().__init__()
        self.router = nn.Linear(width, experts, bias=False)
        self.experts = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(experts))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        shares = self.router(x).softmax(-1)  # (batch, time, experts)
        answers = torch.stack([expert(x) for expert in self.experts], -1)
        mean = shares.flatten(0, -2).sum(0) / max(1, shares[..., 0].numel())  # (experts,)
        return (answers * shares.unsqueeze(-2)).sum(-1), len(self.experts) * mean.square().sum()
