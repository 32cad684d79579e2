def area(width, height):
    size = width * height + 3
    size -= 1
    return -size


def untouched(name):
    return "name " + name


# Behaviour


def behave():
    return area(3, 5)
