def scaled(x, factor=0.5):
    return factor * x + 3


def untouched(x):
    """Give 3 back."""
    if x:
        raise ValueError(f"{x} is not {3}", 4)
    return True, "3"


# Behaviour


def behave():
    return scaled(7)
