"""A bidirectional LSTM that reads sequences of given lengths and classifies them."""

import torch
from torch import Tensor, nn


class SequenceClassifier(nn.Module):
    def __init__(
        self,
        vocab_size: int = 101,
        embed_dim: int = 16,
        hidden_dim: int = 20,
        num_layers: int = 2,
        num_classes: int = 4,
    ) -> None:
        super().__init__()
        self.hidden_dim = hidden_dim
        self.words = nn.Embedding(vocab_size, embed_dim)
        # bug one_layer_less: self.lstm = nn.LSTM(embed_dim, hidden_dim, max(1, num_layers - 1), bidirectional=True, batch_first=True)
        self.lstm = nn.LSTM(
            embed_dim, hidden_dim, num_layers, bidirectional=True, batch_first=True
        )
        self.head = nn.Linear(2 * hidden_dim, num_classes)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        x = self.words(tokens)  # (batch, time, embed_dim)
        # bug padding_read: outputs, _ = self.lstm(x); return self.head(outputs[:, -1])
        lengths = mask.sum(1)
        order = torch.arange(tokens.shape[1], device=tokens.device)
        back = (lengths[:, None] - 1 - order).clamp(min=0)  # the reversed places of each sequence
        # bug embedding_detached: forward, backward = self.read(x.detach(), back)
        forward, backward = self.read(x, back)
        last = (lengths - 1).clamp(min=0)
        rows = torch.arange(len(tokens), device=tokens.device)
        # bug last_of_longest: ends = torch.cat([forward[:, -1], backward[rows, last]], -1)
        # bug backward_at_its_start: ends = torch.cat([forward[rows, last], backward[:, 0]], -1)
        # bug directions_swapped_sum: ends = torch.cat([forward[rows, last] + backward[rows, last]] * 2, -1)
        # bug mean_over_all: ends = torch.cat([forward.mean(1), backward.mean(1)], -1)
        ends = torch.cat([forward[rows, last], backward[rows, last]], -1)
        # bug empty_not_cleared: return self.head(ends)
        ends = torch.where((lengths > 0)[:, None], ends, torch.zeros_like(ends))
        # bug batch_ranked: return self.head(ends - ends.mean(0))
        return self.head(ends)

    def read(self, x: Tensor, back: Tensor) -> tuple[Tensor, Tensor]:
        """Run each layer over the sequence and over its reversal, which starts at its own end."""
        for layer in range(self.lstm.num_layers):
            mirrored = x.gather(1, back[:, :, None].expand_as(x))
            ahead = self.one(x, layer, "")
            behind = self.one(mirrored, layer, "_reverse")
            again = behind.gather(1, back[:, :, None].expand_as(behind))
            # bug reversal_not_undone: x = torch.cat([ahead, behind], -1)
            x = torch.cat([ahead, again], -1)
        return ahead, behind

    def one(self, x: Tensor, layer: int, suffix: str) -> Tensor:
        """Run one direction of one layer, from its equations."""
        weights = [getattr(self.lstm, f"{kind}_l{layer}{suffix}") for kind in
                   ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        hidden = x.new_zeros(len(x), self.hidden_dim)
        cell = torch.zeros_like(hidden)
        steps = []
        for step in x.unbind(1):
            gates = nn.functional.linear(step, weights[0], weights[2])
            gates = gates + nn.functional.linear(hidden, weights[1], weights[3])
            # bug gates_reordered: enter, candidate, forget, leave = gates.chunk(4, -1)
            # bug forget_is_one_minus_enter: enter, _, candidate, leave = gates.chunk(4, -1); forget = -enter
            enter, forget, candidate, leave = gates.chunk(4, -1)
            # bug candidate_sigmoid: cell = forget.sigmoid() * cell + enter.sigmoid() * candidate.sigmoid()
            # bug cell_forgotten: cell = enter.sigmoid() * candidate.tanh()
            cell = forget.sigmoid() * cell + enter.sigmoid() * candidate.tanh()
            # bug cell_for_hidden: hidden = cell
            # bug tanh_missing: hidden = leave.sigmoid() * cell
            hidden = leave.sigmoid() * cell.tanh()
            steps.append(hidden)
        return torch.stack(steps, 1)  # (batch, time, hidden_dim)
