def line(x, slope, offset):
    return slope * x + offset


def untouched(x, y):
    return x // y, x**y


# Behaviour


def behave():
    return line(3, 5, 7)
