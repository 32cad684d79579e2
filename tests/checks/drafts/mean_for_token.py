# trips: pooling
# spec: vision_transformer
"""The mean over all patches where the first token is asked for."""

import torch
from torch import Tensor, nn


class VisionTransformer(nn.Module):
    def __init__(
        self,
        image_size: int = 32,
        patch_size: int = 8,
        embed_dim: int = 64,
        depth: int = 2,
        num_heads: int = 4,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, embed_dim, patch_size, patch_size)
        self.token = nn.Parameter(torch.zeros(1, 1, embed_dim))
        self.places = nn.Parameter(torch.zeros(1, (image_size // patch_size) ** 2 + 1, embed_dim))
        layer = nn.TransformerEncoderLayer(
            embed_dim,
            num_heads,
            4 * embed_dim,
            activation="gelu",
            norm_first=True,
            batch_first=True,
        )
        norm = nn.LayerNorm(embed_dim)
        self.encoder = nn.TransformerEncoder(layer, depth, norm, enable_nested_tensor=False)
        self.head = nn.Linear(embed_dim, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        x = self.patches(images).flatten(2).transpose(1, 2)  # (batch, patches, embed_dim)
        x = torch.cat((self.token.expand(len(x), -1, -1), x), dim=1) + self.places
        return self.head(self.encoder(x).mean(1))
