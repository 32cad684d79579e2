from __future__ import annotations

import pytest

from workbench.implementers._catalogue import catalogue
from workbench.implementers._demands import demands
from workbench.implementers._small import cases, small_options
from workbench.implementers._specialise import reduced
from workbench.spec import Spec, loads

SPEC = loads(
    """
    name: Net
    text: a net
    options: {layers: 24, heads: 12, width: 768, hidden: 3072, classes: 1000, rate: 0.1, gate: true}
    sizes: {batch: 0..64, time: 1..width, height: 32..224 step 32}
    inputs: {x: 'float "batch time width"'}
    outputs: {y: 'float "batch classes"'}
    requires: [attention layers == layers, attention heads == heads]
    """
)


def anything(options: dict[str, object]) -> bool:
    return True


def test_structure_is_kept():
    small = small_options(SPEC, SPEC.options, anything)
    assert small["layers"] == 2
    assert small["width"] % small["heads"] == 0
    assert small["hidden"] % small["heads"] == 0
    assert small["width"] // small["heads"] >= 4
    assert small["width"] != small["hidden"]
    assert small["rate"] == 0.1
    assert small["gate"] is True
    assert max(value for value in small.values() if isinstance(value, int)) < 128


def test_code_that_is_there_keeps_its_small_numbers():
    spec = loads(
        """
        name: Net
        existing: net.py
        options: {width: 16, reduction: 4, classes: 1000}
        inputs: {x: 'float "batch width"'}
        outputs: {y: 'float "batch classes"'}
        sizes: {batch: 0..4}
        """
    )
    small = small_options(spec, spec.options, anything)
    assert (small["width"], small["reduction"]) == (16, 4)


def test_options_that_nobody_allows_stay_as_they_are():
    assert small_options(SPEC, SPEC.options, lambda options: False) == SPEC.options


def test_a_list_of_depths_keeps_its_length_and_one_repetition():
    spec = Spec.model_validate({"name": "N", "text": "n", "options": {"layers": [3, 4, 6, 3]}})
    assert small_options(spec, spec.options, anything)["layers"] == [1, 2, 1, 1]


@pytest.mark.parametrize("blueprint", catalogue(), ids=lambda blueprint: blueprint.name)
def test_small_options_break_no_demand(blueprint):
    for choices in blueprint.combinations()[::5]:
        spec = blueprint.bound(choices)
        asked = demands(reduced(blueprint, choices).code, blueprint.text["name"])

        def allowed(options: dict[str, object], asked: list = asked) -> bool:
            return not any(demand.refuses(options) for demand in asked)

        assert allowed(small_options(spec, spec.options, allowed))


def test_cases_hold_none_one_and_many_within_the_bounds():
    options = {**SPEC.options, "width": 24}
    found = cases(SPEC, options, "batch")
    assert {case["batch"] for case in found} >= {0, 1}
    assert found[0]["batch"] > 1
    assert len(set(found[0].values())) == len(found[0])
    for case in found:
        for name, size in SPEC.sizes.items():
            low, high, step = size.bounds(options)
            assert low <= case[name] <= high
            assert (case[name] - low) % step == 0
