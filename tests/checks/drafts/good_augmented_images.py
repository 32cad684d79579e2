# spec: augmented_images
"""Random flips and noise from torch's own random numbers."""

import torch
from torch.utils.data import Dataset


class AugmentedImages(Dataset):
    def __init__(self, images, labels, noise=0.1):
        self.images, self.labels, self.noise = images, labels, noise

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]  # (channels, rows, columns)
        if torch.rand(()) < 0.5:
            image = image.flip(-1)
        return image + self.noise * torch.randn_like(image), self.labels[index]
