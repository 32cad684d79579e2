class Base:
    """The base of all layers."""
