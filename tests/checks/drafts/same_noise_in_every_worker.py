# trips: random_items, collation, epoch_complete, epoch_order, item_index, worker_processes
# spec: augmented_images
"""A generator that is made once, and copied into every worker."""

import numpy as np
import torch
from torch.utils.data import Dataset


class AugmentedImages(Dataset):
    def __init__(self, images, labels, noise=0.1):
        self.images, self.labels, self.noise = images, labels, noise
        self.random = np.random.default_rng(0)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]  # (channels, rows, columns)
        if self.random.random() < 0.5:
            image = image.flip(-1)
        return image + self.noise * torch.from_numpy(self.random.standard_normal(image.shape)).float(), self.labels[index]
