# trips: output_shape, position_sensitive, batch_independent
# spec: tagger
"""The recurrent network takes the batch for the time."""

from torch import Tensor, nn


class Tagger(nn.Module):
    def __init__(
        self,
        vocab_size: int = 500,
        embed_dim: int = 32,
        hidden_dim: int = 64,
        num_tags: int = 7,
        num_layers: int = 2,
    ) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, embed_dim)
        self.recurrent = nn.LSTM(embed_dim, hidden_dim, num_layers, dropout=0.2)
        self.head = nn.Linear(hidden_dim, num_tags)

    def forward(self, tokens: Tensor) -> Tensor:
        outputs, _ = self.recurrent(self.tokens(tokens))
        return self.head(outputs)  # (batch, time, num_tags)
