import math

import torch
import torch.nn.functional as F


def scores(query, key):
    return query @ key.T / math.sqrt(query.shape[-1])


class Scores(torch.nn.Module):
    def forward(self, query, key):
        self.scale = 0.5
        return query @ key.T * self.scale


def attend(query, key, value):
    return F.scaled_dot_product_attention(query, key, value)


def untouched(x, count):
    return x / count


# Behaviour


def behave():
    x = torch.arange(6.0).view(2, 3)
    return scores(x, x), Scores()(x, x), attend(x, x, x)
