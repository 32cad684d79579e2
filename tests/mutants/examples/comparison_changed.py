def legal(count, low):
    return low < count <= 4, count == low


def untouched(count):
    return count + 1


# Behaviour


def behave():
    return [legal(count, 1) for count in range(7)]
