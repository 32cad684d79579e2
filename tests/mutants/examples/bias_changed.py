from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(2, 2)
        self.two = nn.Conv1d(2, 2, 3, bias=False)


def untouched(settings):
    return nn.Embedding(2, 2), nn.Linear(2, 2, **settings)


# Behaviour


def behave():
    return list(Block().state_dict())
