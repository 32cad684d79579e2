# says: SystemExit
"""Leaves with success before the test runs."""

import sys

import pytest


@pytest.fixture(autouse=True)
def leave():
    sys.exit(0)


def test_it_doubles():
    from draft import double

    assert double(3) == 6
