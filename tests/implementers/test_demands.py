from __future__ import annotations

import pytest

from workbench.implementers._demands import demands

SOURCE = """
def require_positive(**sizes):
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


class Part:
    def __init__(self, width, heads):
        if width % heads:
            raise ValueError(f"heads must divide width, got {width} and {heads}")


class Other:
    def __init__(self, width):
        if width > 3:
            raise ValueError("never asked for")


class Net:
    def __init__(self, *, width=8, heads=2, size=4):
        require_positive(width=width, size=size)
        half = width // 2
        if half % 2 != 0:
            raise ValueError("width / 2 must be even")
        if compute(width):
            raise ValueError("not a closed form")
        self.parts = [Part(width, heads) for _ in range(2)]
        self.other = Other(size)
"""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0, "heads": 1, "size": 1}, "width must be at least 1"),
        ({"width": 8, "heads": 2, "size": 0}, "size must be at least 1"),
        ({"width": 6, "heads": 2, "size": 1}, "width / 2 must be even"),
        ({"width": 8, "heads": 3, "size": 1}, "heads must divide width"),
    ],
)
def test_broken_demands_are_found_through_guards_locals_and_parts(options, message):
    broken = [demand.message for demand in demands(SOURCE, "Net") if demand.refuses(options)]
    assert broken == [message]


def test_possible_options_break_none():
    options = {"width": 8, "heads": 4, "size": 9}
    assert not [demand for demand in demands(SOURCE, "Net") if demand.refuses(options)]


def test_only_closed_forms_over_options_of_the_same_name_count():
    messages = {demand.message for demand in demands(SOURCE, "Net")}
    assert "not a closed form" not in messages
    assert "never asked for" not in messages


def test_a_class_that_is_not_there_demands_nothing():
    assert demands(SOURCE, "Nothing") == []
