import torch


def positions(x):
    return torch.arange(3, device=x.device), torch.ones(2).to(x.device)


def untouched():
    return torch.arange(3, device="cpu")


# Behaviour


def behave():
    return [str(made.device) for made in positions(torch.ones(2, device="meta"))]
