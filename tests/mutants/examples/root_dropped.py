import math


def scale(width):
    return width**-0.5, math.sqrt(width)


def untouched(width):
    return width**2, width**-1


# Behaviour


def behave():
    return scale(16)
