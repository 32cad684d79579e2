import torch
from torch import nn


def train(model, optimizer, x):
    for _ in range(3):
        optimizer.zero_grad()
        model(x).square().sum().backward()
        optimizer.step()


def untouched(model, x):
    model(x).square().sum().backward()


# Behaviour


def behave():
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    train(model, torch.optim.SGD(model.parameters(), lr=0.01), torch.ones(4, 3))
    return model.weight.detach()
