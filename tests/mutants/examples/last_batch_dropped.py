import math

from torch.utils.data import DataLoader


def loaders(data):
    return [DataLoader(data, batch_size=4), DataLoader(data, batch_size=4, drop_last=True)]


def batches(count, size):
    return math.ceil(count / size)


def whole_batches(count, size):
    return -(-count // size)


def untouched(data, sampler, size):
    return DataLoader(data, batch_sampler=sampler), -len(data), len(data) // size


# Behaviour


def behave():
    sizes = [[len(batch) for batch in loader] for loader in loaders(list(range(10)))]
    return sizes, batches(10, 4), whole_batches(10, 4)
