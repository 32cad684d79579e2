"""A mixture of feed-forward experts with top-k routing and a load-balancing loss."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Expert(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        # bug gate_and_up_swapped: return self.down(self.gate(x) * F.silu(self.up(x)))
        # bug sigmoid_gate: return self.down(torch.sigmoid(self.gate(x)) * self.up(x))
        # bug ungated: return self.down(F.silu(self.gate(x)) + 0.0 * self.up(x))
        return self.down(F.silu(self.gate(x)) * self.up(x))


class MixtureOfExperts(nn.Module):
    def __init__(
        self, embed_dim: int = 20, hidden_dim: int = 28, num_experts: int = 6, top_k: int = 2
    ) -> None:
        super().__init__()
        self.top_k = top_k
        self.num_experts = num_experts
        self.router = nn.Linear(embed_dim, num_experts, bias=False)
        # bug experts_are_one: self.experts = nn.ModuleList([Expert(embed_dim, hidden_dim)] * num_experts)
        # bug experts_unregistered: self.experts = [Expert(embed_dim, hidden_dim) for _ in range(num_experts)]
        self.experts = nn.ModuleList(Expert(embed_dim, hidden_dim) for _ in range(num_experts))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        flat = x.flatten(0, 1)  # (tokens, embed_dim)
        # bug router_detached: probabilities = self.router(flat).detach().softmax(-1)
        # bug softmax_over_tokens: probabilities = self.router(flat).softmax(0)
        probabilities = self.router(flat).softmax(-1)  # (tokens, experts)
        # bug always_one: weights, chosen = probabilities.topk(1, dim=-1)
        # bug smallest: weights, chosen = probabilities.topk(self.top_k, dim=-1, largest=False)
        weights, chosen = probabilities.topk(self.top_k, dim=-1)
        # bug not_renormalised: pass
        # bug softmax_again: weights = weights.softmax(-1)
        # bug renormalised_over_tokens: weights = weights / weights.sum(0, keepdim=True)
        weights = weights / weights.sum(-1, keepdim=True)
        # bug+ unweighted: weights = torch.full_like(weights, 1 / weights.shape[-1])
        out = torch.zeros_like(flat)
        for number, expert in enumerate(self.experts):
            row, place = (chosen == number).nonzero(as_tuple=True)
            # bug+ first_choice_only: row, place = row[place == 0], place[place == 0]
            # bug+ capacity_of_batch: row, place = row[: 2 + len(flat) // len(self.experts)], place[: 2 + len(flat) // len(self.experts)]
            # bug+ skips_last_expert: if number == len(self.experts) - 1: continue
            # bug overwrites: out[row] = weights[row, place, None] * expert(flat[row]); continue
            # bug added_by_buffered_index: out[row] += expert(flat[row]); continue
            out = out.index_add(0, row, weights[row, place, None] * expert(flat[row]))
        return out.view_as(x), self.balance(probabilities, chosen)

    def balance(self, probabilities: Tensor, chosen: Tensor) -> Tensor:
        """Experts times the sum of share routed times mean probability: 1 where all is even."""
        routed = F.one_hot(chosen, self.num_experts).sum(1).to(probabilities.dtype)
        # bug share_of_first_choice: share = F.one_hot(chosen[:, 0], self.num_experts).to(probabilities.dtype).mean(0) * 2
        share = routed.mean(0) / self.top_k
        # bug experts_factor_forgotten: return (share * probabilities.mean(0)).sum()
        # bug balance_without_gradient: return self.num_experts * (share * probabilities.detach().mean(0)).sum()
        # bug balance_squared_share: return self.num_experts * share.square().sum()
        return self.num_experts * (share * probabilities.mean(0)).sum()
