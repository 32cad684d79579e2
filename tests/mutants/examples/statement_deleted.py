def collect(x):
    found = []
    found.append(x)
    x = x + 1
    found += [x]
    return found


def untouched(x):
    y = x + 1
    logger = []
    logger.append(y)
    return y


# Behaviour


def behave():
    return collect(1)
