import torch


def attend(scores, mask):
    return scores + mask[:, None, None, :]


def untouched(x):
    return x[:, :2], x[None, :, 0], x[..., None]


# Behaviour


def behave():
    return attend(torch.zeros(2, 1, 3, 3), torch.arange(6.0).view(2, 3))
