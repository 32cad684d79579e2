"""A graph convolution on dense adjacency matrices (Kipf and Welling 2017)."""

import torch
import torch.nn.functional as F
from torch import nn


class GraphConvolution(nn.Module):
    """Averages each node's neighbours and itself with symmetric normalisation, after a linear map.

    Args:
        in_features: Features of a node.
        out_features: Features that a node gets.
        dropout: Dropout on the incoming features.
    """

    def __init__(self, in_features=16, out_features=24, dropout=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.bias = nn.Parameter(torch.empty(out_features))
        self.dropout = nn.Dropout(dropout)
        self.reset_parameters()

    def reset_parameters(self):
        # bug normal_weights: nn.init.normal_(self.weight)
        nn.init.xavier_uniform_(self.weight)
        nn.init.zeros_(self.bias)

    def normalise(self, adjacency, mask):
        real = mask.to(adjacency.dtype)
        # bug mask_on_targets_only: adjacency = adjacency * real[:, :, None]
        # bug mask_inverted: adjacency = adjacency * (1 - real)[:, :, None] * (1 - real)[:, None, :]
        adjacency = adjacency * real[:, :, None] * real[:, None, :]
        # bug no_self_loops: adjacency = adjacency + 1e-6 * torch.eye(adjacency.size(-1), dtype=adjacency.dtype, device=adjacency.device)
        adjacency = adjacency + torch.eye(adjacency.size(-1), dtype=adjacency.dtype, device=adjacency.device)
        # bug degree_of_columns: degree = adjacency.sum(dim=-2)
        # bug degree_over_the_batch: degree = adjacency.sum(dim=-1).mean(dim=0, keepdim=True)
        # bug degree_detached: degree = adjacency.detach().sum(dim=-1)
        degree = adjacency.sum(dim=-1)
        # bug square_root_forgotten: scale = degree.pow(-1.0)
        # bug epsilon_far_too_large: scale = (degree + 1e-2).rsqrt()
        scale = degree.rsqrt()
        # bug scaled_on_the_left_only: return scale[:, :, None] * adjacency
        return scale[:, :, None] * adjacency * scale[:, None, :]

    def forward(self, x, adjacency, mask):
        # bug+ diagonal_cleared_in_place: adjacency.detach().diagonal(dim1=-2, dim2=-1).fill_(0.0)
        # bug dropout_always_on: features = F.linear(F.dropout(x, self.dropout.p), self.weight)
        # bug bias_added_twice: features = F.linear(self.dropout(x), self.weight, self.bias)
        features = F.linear(self.dropout(x), self.weight)
        # bug edges_reversed: gathered = self.normalise(adjacency, mask).transpose(-2, -1) @ features
        gathered = self.normalise(adjacency, mask) @ features
        # bug relu_before_the_bias: y = F.relu(gathered) + self.bias
        y = F.relu(gathered + self.bias)
        return y * mask[..., None].to(y.dtype)
