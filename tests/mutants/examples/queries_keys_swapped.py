import torch
import torch.nn.functional as F


def scores(query, key):
    return query @ key.transpose(-2, -1)


def attend(q, k, v):
    return F.scaled_dot_product_attention(q, k, v)


def untouched(key, query, table):
    return key @ table, table @ query


# Behaviour


def behave():
    q, k, v = (torch.randn(2, 3, 4) for _ in range(3))
    return scores(q, k), attend(q, k, v)
