# trips: padding, inputs_used
# spec: length_reader
"""The state after the last token, padding or not."""

import torch
from torch import Tensor, nn


class LastState(nn.Module):
    def __init__(self, vocab_size: int = 53, hidden_dim: int = 12, num_classes: int = 4) -> None:
        super().__init__()
        self.words = nn.Embedding(vocab_size, hidden_dim)
        self.gru = nn.GRU(hidden_dim, hidden_dim, batch_first=True)
        self.head = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        states, _ = self.gru(self.words(tokens))  # (batch, time, hidden_dim)
        return self.head(states[:, -1])
