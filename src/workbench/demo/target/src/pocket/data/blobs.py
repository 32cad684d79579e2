"""Points in Gaussian clusters."""

import torch
from torch.utils.data import TensorDataset

from pocket.data.registry import register


@register('blobs')
class Blobs(TensorDataset):
    """Classify points by the cluster that they were drawn from.

    The centres depend on the number of classes and features alone, so that two data sets of
    different seeds, for training and for testing, share them.

    Parameters
    ----------
    size : int
        Number of points.
    num_classes : int
        Number of clusters.
    features : int
        Dimensions of the space.
    spread : float
        Standard deviation within a cluster; the centres have norm 1.
    seed : int
        Seed of the points.
    """

    def __init__(
        self,
        *,
        size: int = 512,
        num_classes: int = 3,
        features: int = 2,
        spread: float = 0.2,
        seed: int = 0,
    ) -> None:
        centres = torch.randn(
            num_classes, features, generator=torch.Generator().manual_seed(0)
        )  # (classes, features)
        centres = centres / centres.norm(dim=1, keepdim=True)
        generator = torch.Generator().manual_seed(seed)
        targets = torch.randint(num_classes, (size,), generator=generator)
        noise = torch.randn(size, features, generator=generator)
        super().__init__(centres[targets] + spread * noise, targets)
