# says: every function of the module raises
"""A test that never calls the module."""


def test_it_doubles():
    import draft

    assert draft.double.__name__ == "double"
    assert 3 + 3 == 6
