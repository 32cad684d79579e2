import torch


def attend(scores, relative):
    return scores + relative


def attend_in_place(scores, bias):
    scores += bias
    return scores


def untouched(x, y):
    return x + y


# Behaviour


def behave():
    return attend(torch.ones(2), torch.ones(2)), attend_in_place(torch.ones(2), torch.ones(2))
