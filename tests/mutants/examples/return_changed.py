def step(x, y):
    return abs(y)


def both(x):
    return x + 1, x + 2


def untouched():
    return 3


# Behaviour


def behave():
    return step(1, -2), both(5)
