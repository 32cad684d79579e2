"""Small options keep what a module may rely on, and break what it must not."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workbench.checks._shrink import SMALL, ladder
from workbench.spec import Spec


def asked(options: dict[str, Any], **more: Any) -> Spec:
    return Spec.model_validate({"name": "Layer", "text": "something", "options": options, **more})


def test_a_transformer_keeps_heads_and_layers_and_what_they_divide():
    options = {"vocab_size": 32000, "num_layers": 6, "num_heads": 8, "embed_dim": 512}
    small = ladder(asked({**options, "hidden_dim": 2048, "dropout": 0.1}))[0]
    assert (small["num_layers"], small["num_heads"], small["dropout"]) == (6, 8, 0.1)
    assert small["embed_dim"] % 16 == 0
    assert small["hidden_dim"] % small["embed_dim"] == 0
    assert small["embed_dim"] < small["hidden_dim"] < small["vocab_size"] < 500


def test_numbers_that_agree_by_chance_come_apart_and_together_on_the_next_rung():
    apart, together, declared = ladder(asked({"embed_dim": 512, "max_length": 512}))
    assert apart["embed_dim"] != apart["max_length"]
    assert together["embed_dim"] == together["max_length"] < 512
    assert declared == {"embed_dim": 512, "max_length": 512}


def test_a_number_that_a_tensor_spells_out_stays():
    inputs = {"images": 'float "batch 3 64 64"'}
    rungs = ladder(asked({"width": 64, "hidden": 128}, sizes={"batch": "0..8"}, inputs=inputs))
    assert all(rung["width"] == 64 for rung in rungs)


def test_a_number_that_a_range_spells_out_stays_on_the_second_rung():
    sizes = {"batch": "0..8", "time": "1..512"}
    first, second, *_ = ladder(asked({"max_length": 512, "width": 256}, sizes=sizes))
    assert first["max_length"] < 512
    assert second["max_length"] == 512
    assert second["width"] < 256


def test_many_layers_become_a_few_and_lists_keep_their_pattern():
    options = {"num_layers": 96, "layers": [3, 4, 6, 1], "widths": [64, 128, 128, 256]}
    small = ladder(asked({**options, "depth": "shallow"}))[0]
    assert (small["num_layers"], small["layers"]) == (2, [2, 2, 2, 1])
    first, second, third, fourth = small["widths"]
    assert second == third
    assert second % first == 0
    assert fourth % second == 0


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 5000), min_size=1))
def test_divisors_and_order_survive(options: dict[str, int]):
    for rung in ladder(asked(options)):
        for one, before in options.items():
            assert rung[one] <= before
            if before <= SMALL:
                assert rung[one] == before
            for other, larger in options.items():
                if before < larger:
                    assert rung[one] <= rung[other]
                if 1 < before < larger and larger % before == 0:
                    assert rung[other] % rung[one] == 0
