# spec: split_table
"""Raw splits of one permutation, standardised by the training part."""

import torch
from torch.utils.data import Dataset

PARTS = {"train": (0, 8), "validation": (8, 9), "test": (9, 10)}


class SplitTable(Dataset):
    def __init__(self, features, target, split="train"):
        order = torch.randperm(len(features), generator=torch.Generator().manual_seed(0))
        start, end = (len(order) * tenths // 10 for tenths in PARTS[split])
        first = order[: len(order) * 8 // 10]
        mean, deviation = features[first].mean(0), features[first].std(0)
        self.features = ((features - mean) / deviation)[order[start:end]].float()  # (items, 5)
        self.target = target[order[start:end]].float()  # (items,)

    def __len__(self):
        return len(self.features)

    def __getitem__(self, index):
        return self.features[index], self.target[index]
