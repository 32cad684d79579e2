from __future__ import annotations

import pytest

from workbench.errors import Refused
from workbench.implementers._catalogue import catalogue
from workbench.implementers._fit import fit
from workbench.spec import Spec, loads

SPEC = """
name: Net
kind: model
text: A transformer text classifier.
options: {vocab_size: 100, num_layers: 2, num_heads: 4, embed_dim: 32, num_classes: 3}
sizes: {batch: 0..8, time: 1..512}
inputs: {tokens: 'int64 "batch time" in 0..vocab_size-1', mask?: 'bool "batch time"'}
outputs: {logits: 'float "batch num_classes"'}
requires: [attention layers == num_layers, padding invariant under mask]
"""


def changed(*changes: tuple[str, str]) -> Spec:
    text = SPEC
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return loads(text)


def with_line(line: str) -> Spec:
    return changed(("requires: [", f"requires: [{line}, "))


def test_the_spec_fits_as_it_stands():
    found = fit(loads(SPEC))
    assert found.blueprint.name == "transformer_text_classifier"
    assert found.options["hidden_dim"] == 4 * 32
    assert {"hidden_dim", "norm", "dropout"} <= {entry.about for entry in found.assumptions}
    assert not {"vocab_size", "num_layers"} & {entry.about for entry in found.assumptions}


@pytest.mark.parametrize("blueprint", catalogue(), ids=lambda blueprint: blueprint.name)
def test_the_contract_of_a_combination_fits_its_own_blueprint(blueprint):
    for choices in [blueprint.defaults, *blueprint.combinations()[1::5]]:
        contract = blueprint.bound(choices)
        spec = contract.model_copy(update={"text": str(blueprint.name).replace("_", " ")})
        spec = spec.model_copy(update={"text": spec.text.replace("transformer ", "")})
        found = fit(spec)
        assert found.blueprint.name == blueprint.name
        assert found.choices == choices
        assert found.options == blueprint.options(choices)


def test_names_of_inputs_outputs_and_sizes_are_free():
    spec = loads(
        SPEC.replace("tokens:", "ids:")
        .replace("mask", "keep")
        .replace("logits", "scores")
        .replace("batch", "b")
        .replace("time", "t")
    )
    found = fit(spec)
    assert found.interface.inputs == {"tokens": "ids", "mask": "keep"}
    assert found.interface.sizes == {"batch": "b", "time": "t"}


def test_an_optional_input_may_be_left_out():
    spec = changed((", mask?: 'bool \"batch time\"'", ""), (", padding invariant under mask", ""))
    assert fit(spec).interface.left_out == ["mask"]


def test_an_axis_may_be_written_as_a_number():
    assert fit(changed(('"batch num_classes"', '"batch 3"'))).blueprint.contract.kind == "model"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("activation == relu", {"activation": "relu"}),
        ("activation == 'relu'", {"activation": "relu"}),
        ("norm == post", {"norm": "post"}),
    ],
)
def test_a_choice_is_made_by_its_line(line, expected):
    assert expected.items() <= fit(with_line(line)).choices.items()


def test_a_choice_is_made_by_the_text():
    spec = changed(("text classifier.", "text classifier with max pooling."))
    assert fit(spec).choices["pooling"] == "max"


def test_an_option_is_taken_from_a_quantity():
    spec = changed((", num_heads: 4", ""), ("requires: [", "requires: [attention heads == 2, "))
    found = fit(spec)
    assert found.options["num_heads"] == 2
    assert "num_heads" not in {entry.about for entry in found.assumptions if "8" in entry.text}


def test_a_law_makes_the_choice_that_it_needs():
    spec = loads(
        """
        name: Layer
        kind: layer
        text: Rotary attention.
        options: {embed_dim: 32, num_heads: 4}
        sizes: {batch: 0..8, time: 1..64}
        inputs: {x: 'float "batch time embed_dim"'}
        outputs: {y: 'float "batch time embed_dim"'}
        requires: [causal over time]
        """
    )
    assert fit(spec).choices["causal"] == "yes"


@pytest.mark.parametrize(
    "line", ["parameters <= 100_000", "parameters >= 1", "attention heads <= 4"]
)
def test_a_bound_that_holds_is_accepted(line):
    fit(with_line(line))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("kind: model", "kind: layer"), "the kind is layer, but it is a model"),
        (("num_layers: 2", "num_layers: two"), "num_layers is given as 'two'; it must be a number"),
        (("num_layers: 2", "num_layers: 2.5"), "must be a whole number"),
        (("num_layers: 2", "num_layers: true"), "must be a number"),
        (("num_layers: 2", "num_layers: [2]"), "must be a number"),
        (("name: Net", "name: Tensor"), "the name 'Tensor' is taken"),
        (("name: Net", "name: print"), "the name 'print' is taken"),
        (("num_layers: 2", "num_layer: 2"), "did you mean 'num_layers'"),
        (("text classifier.", "text classifier with experts."), "'experts' in the text was not"),
        (("text classifier.", "text classifier with 9 heads."), "the text says num_heads = 9"),
        (('"batch time" in', '"time batch" in'), "axes"),
        (("int64", "float"), "the types differ"),
        ((" in 0..vocab_size-1", ""), "the values must be in"),
        ((" in 0..vocab_size-1", " in 0..vocab_size"), "the values must be in"),
        (('"batch num_classes"', '"batch 4"'), "the axes 4 and num_classes differ"),
        (('"batch num_classes"', '"batch time num_classes"'), "the numbers of axes differ"),
        (("time: 1..512", "time: 1..513"), "goes up to 513, but max_length is 512"),
        (("time: 1..512", "time: 0..512"), "begins at 0"),
        (("num_heads: 4", "num_heads: 5"), "embed_dim must be a multiple of num_heads"),
        (("num_layers: 2", "num_layers: 0"), "num_layers is given as 0; it must be at least 1"),
        (("{logits:", "{y: 'float \"batch 2\"', logits:"), "2 outputs are declared"),
    ],
)
def test_what_cannot_be_built_is_named(change, reason):
    with pytest.raises(Refused) as refusal:
        fit(changed(change))
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("causal over time", "it does not promise that"),
        ("attention layers == 3", "that is 3, but num_layers gives 2"),
        ("parameters == 7", "asks for 'parameters == 7'"),
        ("parameters <= 7", "asks for 'parameters <= 7'"),
        ("positions == rotary", "legal are: 'learned', 'sinusoidal'"),
        ("activation >= relu", "activation >= relu"),
        ("experts == 4", "it does not promise that"),
        ("padding invariant", "it does not promise that"),
    ],
)
def test_a_requirement_that_does_not_follow_is_named_with_its_id(line, reason):
    with pytest.raises(Refused) as refusal:
        fit(with_line(line))
    assert reason in str(refusal.value)
    assert "R1" in str(refusal.value)


def test_every_part_is_named_at_once():
    spec = changed(("num_heads: 4", "num_heads: 5"), ("requires: [", "requires: [experts == 4, "))
    with pytest.raises(Refused) as refusal:
        fit(spec)
    assert len(refusal.value.reasons) == 2


def test_text_and_contract_must_not_contradict_each_other():
    spec = changed(
        ("text classifier.", "text classifier with post-norm."),
        ("requires: [", "requires: [norm == pre, "),
    )
    with pytest.raises(Refused, match="the text says norm == post"):
        fit(spec)


def test_words_that_an_assumption_explains_are_accounted_for():
    change = ("text classifier.", "text classifier for Reykjavik.")
    with pytest.raises(Refused, match="add an assumption about 'Reykjavik'"):
        fit(changed(change))
    explained = changed(
        change, ("requires:", "assumptions: [{about: Reykjavik, text: a place}]\nrequires:")
    )
    fit(explained)
