# trips: ties
# spec: ranking
"""Equal scores are ranked by their place in the batch."""

import torch
from torch import Tensor


def ranking(scores: Tensor, target: Tensor) -> Tensor:
    order = scores.float().argsort(stable=True)
    ranks = torch.empty(len(scores)).index_put((order,), torch.arange(1.0, len(scores) + 1))
    positive = target == 1
    pairs = positive.sum() * (~positive).sum()
    below = ranks[positive].sum() - positive.sum() * (positive.sum() + 1) / 2
    return below / pairs if pairs else below.new_tensor(0.5)
