import torch


def attend(scores, mask):
    scores = scores.masked_fill(mask, -1.0)
    return torch.where(mask, scores, scores * 2)


def untouched(scores, limit):
    return scores.clamp(min=limit)


# Behaviour


def behave():
    return attend(torch.ones(3), torch.tensor([True, False, True]))
