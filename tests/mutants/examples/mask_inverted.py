import torch


def attend(scores, mask):
    return scores.masked_fill(~mask, -1.0)


def choose(scores, mask):
    return scores.where(mask, scores * 2)


def untouched(scores, table):
    return scores.gather(0, table)


# Behaviour


def behave():
    mask = torch.tensor([True, False, False])
    return attend(torch.ones(3), mask), choose(torch.ones(3), mask)
