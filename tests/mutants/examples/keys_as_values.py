import torch
import torch.nn.functional as F


def attend(query, key, value):
    weights = (query @ key.transpose(-2, -1)).softmax(-1)
    return weights @ value


def fused(q, k, v):
    return F.scaled_dot_product_attention(q, k, v)


def untouched(weights, value):
    return weights @ value


# Behaviour


def behave():
    q, k, v = (torch.randn(2, 3, 4) for _ in range(3))
    return attend(q, k, v), fused(q, k, v)
