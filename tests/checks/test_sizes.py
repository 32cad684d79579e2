"""The sizes that are tried are legal, telling, and small enough."""

from __future__ import annotations

from typing import Any

from workbench.checks._sizes import largest, tried, usual
from workbench.spec import Spec


def asked(sizes: dict[str, Any], **options: int) -> Spec:
    axes = " ".join(sizes)
    inputs = {"x": f'float "{axes}"'}
    return Spec.model_validate(
        {"name": "Layer", "text": "x", "options": options, "sizes": sizes, "inputs": inputs}
    )


def test_ordinary_sizes_are_primes_that_equal_no_option_and_no_other_size():
    spec = asked({"batch": "0..64", "time": "1..512"}, heads=3, layers=7)
    assert usual(spec, spec.options) == {"batch": 5, "time": 11}


def test_where_every_prime_is_taken_the_size_still_has_room():
    spec = asked({"batch": "1..16", "time": "1..8"}, heads=3, layers=2, tags=7)
    assert usual(spec, spec.options) == {"batch": 5, "time": 8}


def test_a_step_is_kept():
    spec = asked({"batch": "1..4", "height": "32..224 step 32", "width": "32..224 step 32"})
    assert usual(spec, {}) == {"batch": 3, "height": 64, "width": 32}


def test_a_single_size_and_an_empty_choice_are_taken_as_they_are():
    spec = asked({"batch": 8, "time": "2..2"}, heads=2)
    assert usual(spec, spec.options) == {"batch": 8, "time": 2}


def test_smallest_one_and_largest_are_tried_where_they_are_legal():
    spec = asked({"batch": "0..8", "time": "1..20"})
    sizes = list(tried(spec, {}, usual(spec, {})))
    assert sizes[0] == {"batch": 3, "time": 7}
    assert {"batch": 0, "time": 7} in sizes
    assert {"batch": 1, "time": 7} in sizes
    assert {"batch": 3, "time": 1} in sizes
    assert {"batch": 8, "time": 1} in sizes
    assert {"batch": 1, "time": 20} in sizes
    assert all(1 <= each["time"] <= 20 and each["batch"] <= 8 for each in sizes)
    assert len(sizes) == len({tuple(each.items()) for each in sizes})


def test_what_is_too_large_for_a_quick_look_is_left_to_the_outline():
    spec = asked({"batch": "1..64", "pixels": "1..1000000000"})
    assert max(each["pixels"] for each in tried(spec, {}, usual(spec, {}))) < 1_000_000_000
    assert largest(spec, {}) == {"batch": 64, "pixels": 1_000_000_000}
