"""Spec files: errors that name the line, and round trips that keep what people wrote."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from workbench.errors import SpecError
from workbench.spec import Assumption, Spec, dumps, json_schema, load, loads, save

TEXT = """\
# What we want, and why.
name: TextClassifier            # the class
kind: model
text: |
  A transformer-based classifier with 6 layers.
options: {vocab_size: 32000, num_layers: 6, num_heads: 8}
sizes: {batch: 0..64, time: 1..512}
inputs:
  tokens: int64 "batch time" in 0..vocab_size-1
  mask?: bool "batch time"  # True = a real token
outputs:
  logits: float "batch 10"
requires:
  # the two that matter
  - attention layers == num_layers  # six
  - attention heads == num_heads
  - padding invariant under mask
allows: {determinism: "samples by design"}
"""
SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("kind: model", "kind: modell", 3, "did you mean 'model'"),
        ("name: TextClassifier", "name: 3Text", 2, "cannot name a class"),
        ("name: TextClassifier", "name: class", 2, "cannot name a class"),
        ("name: TextClassifier", "nmae: TextClassifier", 2, "did you mean 'name'"),
        ("sizes:", "size:", 7, "did you mean 'sizes'"),
        ("0..64", "64..0", 7, "0 <= low <= high"),
        ("num_heads: 8", "num heads: 8", 6, "options.num heads"),
        ("num_heads: 8", "num_heads: {a: 1}", 6, "no option value"),
        ("num_heads: 8", "batch: 8", 7, "an option and a size"),
        ('int64 "batch time"', 'int64 "batch tme"', 9, "did you mean 'time'"),
        ("bool ", "boool ", 10, "did you mean 'bool'"),
        ("under mask", "under maks", 17, "did you mean 'mask'"),
        ("== num_layers", "== num_layer + 1", 15, "did you mean 'num_layers'"),
        ("== num_heads", "== num_heads(", 16, "is not an expression"),
        ('"samples by design"', '" "', 18, "needs its reason"),
        ("kind: model", "kind: model\nkind: layer", 4, "is not YAML"),
        ("sizes: {", "sizes: [", 7, "is not YAML"),
        ("sizes: {batch: 0..64, time: 1..512}", "sizes: 5", 7, "is no mapping"),
    ],
)
def test_a_wrong_file_names_file_line_field_and_what_is_legal(tmp_path, before, after, line, said):
    assert before in TEXT
    path = tmp_path / "x.yaml"
    path.write_text(TEXT.replace(before, after, 1))
    with pytest.raises(SpecError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}:{line}")
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "- a", "just words", "a: &x [*x]", "? [a]\n: b"])
def test_what_is_no_mapping_is_refused(text):
    with pytest.raises(SpecError):
        loads(text, file="x.yaml")


def test_neither_text_nor_existing_is_refused():
    with pytest.raises(SpecError, match="existing: path"):
        loads("name: A\nkind: model")


def test_a_missing_name_is_named():
    with pytest.raises(SpecError, match="'name' is missing"):
        loads("text: something")


def test_unreadable_files_say_why(tmp_path):
    with pytest.raises(SpecError, match="No such file"):
        load(tmp_path / "absent.yaml")
    with pytest.raises(SpecError, match="directory"):
        load(tmp_path)
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"name: \xff\xfe")
    with pytest.raises(SpecError, match="not UTF-8"):
        load(binary)


def test_nested_aliases_cannot_fill_memory():
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    bomb = "name: A\ntext: t\noptions:\n  " + "\n  ".join(levels)
    with pytest.raises(SpecError):
        loads(bomb)


def test_python_tags_are_not_executed(tmp_path):
    marker = tmp_path / "ran"
    text = f"name: !!python/object/apply:os.mkdir ['{marker}']\ntext: t"
    with pytest.raises(SpecError):
        loads(text)
    assert not os.path.exists(marker)


def test_an_unchanged_spec_keeps_every_byte():
    assert dumps(loads(TEXT), former=TEXT) == TEXT


def test_a_change_keeps_comments_and_order_of_the_rest(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(TEXT)
    spec = load(path)
    changed = spec.model_copy(
        update={
            "options": {**spec.options, "num_heads": 4},
            "assumptions": [Assumption(text="one head size", about="num_heads")],
        }
    )
    save(changed, path)
    after = path.read_text()
    for kept in ("# What we want, and why.", "# the class", "# True = a real token", "# six"):
        assert kept in after
    assert after.index("options:") < after.index("sizes:") < after.index("requires:")
    assert load(path) == changed.model_copy(update={"requires": load(path).requires})
    assert load(path).options["num_heads"] == 4


def test_ids_stay_when_a_requirement_is_removed_before_them(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(TEXT)
    spec = load(path)
    rest = {key: line for key, line in spec.requires.items() if key != "R1"}
    save(spec.model_copy(update={"requires": rest}), path)
    assert list(load(path).requires) == ["R2", "R3"]
    assert load(path).requires["R2"].phrase == "attention heads"


def test_json_round_trip_keeps_the_hash_and_any_change_alters_it():
    spec = loads(TEXT)
    assert Spec.model_validate_json(spec.model_dump_json()).hash == spec.hash
    for before, after in [("6 layers", "5 layers"), ("0..64", "0..63"), ("  # six", "  # 6")]:
        same = after == "  # 6"
        assert (loads(TEXT.replace(before, after)).hash == spec.hash) is same


def test_a_spec_may_ask_for_tests_of_code_that_exists():
    spec = loads("name: ResNet\nkind: model\nexisting: src/pocket/models/resnet.py")
    assert spec.existing
    assert dumps(spec).splitlines() == [
        "name: ResNet",
        "kind: model",
        "existing: src/pocket/models/resnet.py",
    ]


def test_a_failed_save_leaves_the_former_file(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("no: [yaml")
    with pytest.raises(SpecError):
        save(loads(TEXT), path)
    assert path.read_text() == "no: [yaml"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_spec_of_ours_loads_keeps_its_bytes_and_follows_the_schema(path):
    text = path.read_text()
    assert dumps(load(path), former=text) == text
    from ruamel.yaml import YAML

    jsonschema.validate(YAML(typ="safe").load(text), json_schema())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "modle"),
        ("inputs", {"x": "flot"}),
        ("options", {"a": {}}),
        ("extra", 1),
        ("requires", 3),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(field, value):
    good = json.loads(loads(TEXT).model_dump_json())
    jsonschema.validate(good, json_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**good, field: value}, json_schema())
    with pytest.raises((SpecError, ValueError)):
        Spec.model_validate({**good, field: value})
