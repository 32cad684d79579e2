from __future__ import annotations

import ast

import pytest
from plain_target import PlainTarget, place, study_of

from workbench.errors import Refused, UsageError
from workbench.implementers.blueprint import implement, read
from workbench.records import Draft, Edit, Note, Placement, Report
from workbench.spec import Spec

SENTENCE = (
    "A transformer-based classifier with 6 layers, 8 attention heads, embedding dim 512, for text "
    "classification with 10 classes."
)


def offered(spec: Spec, target: PlainTarget | None = None) -> Draft:
    return next(implement(spec, study_of(line_length=88), target or PlainTarget(place())))


@pytest.fixture(scope="module")
def draft() -> Draft:
    return offered(read(SENTENCE).spec)


def test_the_cells_are_whole_and_join_to_the_files(draft):
    assert len({cell.id for cell in draft.cells}) == len(draft.cells)
    for cell in draft.cells:
        ast.parse(cell.source)
        assert cell.source.strip()
    for role in ("module", "test"):
        for path, source in draft.files(role).items():
            assert PlainTarget(place()).format(path, source) == source


def test_every_group_of_tests_has_its_cell(draft):
    ids = {cell.id for cell in draft.cells if cell.role == "test"}
    groups = ("setup", "unit", "integration", "regression", "performance")
    assert ids == {f"tests-{group}" for group in groups}


def test_the_draft_is_the_same_every_time(draft):
    assert offered(read(SENTENCE).spec).hash == draft.hash


def test_the_notes_hold_what_was_assumed_and_not_what_was_said(draft):
    about = [note.about for note in draft.notes if note.kind == "assumption"]
    assert len(about) == len(set(about))
    assert {"vocab_size", "pooling", "mask"} <= set(about)
    assert not {"num_layers", "num_heads", "embed_dim", "num_classes"} & set(about)
    assert all(note.alternative for note in draft.notes if note.kind == "assumption")


def test_the_summary_says_what_and_where(draft):
    for part in ("TextClassifier", "src/house/thing.py", "tests/test_thing.py", "norm pre"):
        assert part in draft.summary


def test_the_edits_of_the_placement_are_taken_over():
    edit = Edit(path="src/house/__init__.py", before="a", after="b", reason="exports it")
    placement = Placement(**{**place().model_dump(), "edits": (edit,)})
    draft = offered(read(SENTENCE).spec, PlainTarget(placement))
    assert draft.edits == (edit,)
    assert "src/house/__init__.py" in draft.summary


def test_a_red_report_is_not_answered_with_the_same_again():
    steps = implement(read(SENTENCE).spec, study_of(), PlainTarget(place()))
    next(steps)
    with pytest.raises(StopIteration):
        steps.send(Report(spec_hash="", draft_hash=""))


def test_options_are_refused_by_name():
    with pytest.raises(UsageError, match="leave out 'temperature'"):
        next(implement(read(SENTENCE).spec, study_of(), PlainTarget(place()), temperature=1))


def test_what_was_not_understood_is_refused_before_anything_is_offered():
    spec = read(f"{SENTENCE} With a mixture of experts.").spec
    with pytest.raises(Refused, match="'mixture'"):
        offered(spec)


def _concerns(draft: Draft) -> list[Note]:
    return [note for note in draft.notes if note.kind == "concern"]


def test_a_doubtful_design_is_built_and_the_doubt_is_said():
    draft = offered(read("a text classifier, 64 heads, embedding dim 512, dropout 0.6").spec)
    assert {note.about for note in _concerns(draft)} == {"heads", "dropout"}
    assert "num_heads: int = 64" in draft.files("module")["src/house/thing.py"]


def test_a_sound_design_raises_no_doubt(draft):
    assert _concerns(draft) == []


def test_attention_that_sees_ahead_is_a_concern_beside_one_that_does_not():
    beside = {"src/house/attention.py": "class CausalSelfAttention:\n    pass\n"}
    draft = offered(read("attention").spec, PlainTarget(place(), beside))
    assert [note.about for note in _concerns(draft)] == ["causal"]
    draft = offered(read("bidirectional attention").spec, PlainTarget(place(), beside))
    assert _concerns(draft) == []


def test_an_input_that_was_not_asked_for_is_called_out():
    spec = read(SENTENCE).spec
    kept = {key: line for key, line in spec.requires.items() if not line.under}
    spec = spec.model_copy(update={"inputs": {"tokens": spec.inputs["tokens"]}, "requires": kept})
    improvements = [note.about for note in offered(spec).notes if note.kind == "improvement"]
    assert "mask" in improvements
