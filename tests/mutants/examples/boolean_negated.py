def allowed(a, b):
    if a and not b:
        return True
    return 1 if b else 2


def untouched(a, b):
    return 1 if a < b else 2


# Behaviour


def behave():
    return [allowed(a, b) for a in (True, False) for b in (True, False)]
