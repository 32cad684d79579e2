# trips: device_agnostic
# spec: length_reader
"""Lengths stay on the device, where torch cannot read them."""

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


class LastState(nn.Module):
    def __init__(self, vocab_size: int = 53, hidden_dim: int = 12, num_classes: int = 4) -> None:
        super().__init__()
        self.words = nn.Embedding(vocab_size, hidden_dim)
        self.gru = nn.GRU(hidden_dim, hidden_dim, batch_first=True)
        self.head = nn.Linear(hidden_dim, num_classes)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        lengths = mask.sum(1).clamp(min=1)
        words = self.words(tokens)  # (batch, time, hidden_dim)
        packed = pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
        last = self.gru(packed)[1][-1]  # (batch, hidden_dim)
        return self.head(last * mask.any(1, keepdim=True))
