import torch
import torch.nn.functional as F


def loss(logits, labels, weight):
    return F.cross_entropy(logits, labels, weight=weight, label_smoothing=0.1, ignore_index=2)


def untouched(logits, labels):
    return F.cross_entropy(logits, labels)


# Behaviour


def behave():
    logits = torch.arange(9.0).view(3, 3).sin()
    return loss(logits, torch.tensor([0, 1, 2]), torch.tensor([1.0, 2.0, 3.0]))
