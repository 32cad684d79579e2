def check(x):
    if x < 0:
        raise ValueError("negative")
    assert x < 5
    return x


def untouched(x):
    return -x


# Behaviour


def behave():
    refused = []
    for x in (-1, 3, 7):
        try:
            check(x)
        except (ValueError, AssertionError):
            refused.append(x)
    return refused
