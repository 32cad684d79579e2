import torch
from torch.utils.data import DataLoader


def loaders(data, train):
    return [
        DataLoader(data, batch_size=4, shuffle=True),
        DataLoader(data, batch_size=4),
        DataLoader(data, batch_size=4, shuffle=train),
    ]


def untouched(data, sampler):
    return DataLoader(data, batch_size=4, sampler=sampler)


# Behaviour


def behave():
    torch.manual_seed(0)
    return [torch.cat(list(loader)) for loader in loaders(list(range(20)), False)]
