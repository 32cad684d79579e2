# says: every function of the module raises
"""A test that is content with any error."""

import pytest


def test_it_refuses_words():
    from draft import double

    with pytest.raises(BaseException):  # noqa: B017, PT011
        double("three", "four")
