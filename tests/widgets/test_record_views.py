"""The views of the other records: each shows everything that its record holds."""

from __future__ import annotations

from workbench.records import (
    Cell,
    Draft,
    Edit,
    Evidence,
    Export,
    Finding,
    Note,
    Placement,
    Study,
)
from workbench.spec import ROLES, Spec
from workbench.widgets import view


def test_a_spec_is_shown_with_every_line_of_its_contract(spec: Spec) -> None:
    shown = view(spec)._repr_html_()
    words = ["TextClassifier", "num_layers = 6", "0..4", "vocab_size-1", "optional", "batch 3"]
    words += [
        "R2",
        "attention heads == num_heads",
        "dropout by design",
        "the first token",
        "? open",
    ]
    assert [word for word in words if word not in shown] == []


def test_the_roles_of_a_spec_are_shown_with_their_meaning() -> None:
    asked = {"name": "fit", "kind": "training", "text": "a loop", "roles": {"data": "loader"}}
    shown = view(Spec.model_validate(asked))._repr_html_()
    assert "loader" in shown
    assert ROLES["training"]["data"] in shown


def test_a_spec_for_code_that_is_there_says_which() -> None:
    spec = Spec.model_validate({"name": "ResNet", "existing": "src/pocket/models/resnet.py"})
    assert "src/pocket/models/resnet.py" in repr(view(spec))


def test_a_finding_is_shown_with_share_and_lines() -> None:
    evidence = (Evidence(path="a.py", line=7, text="Parameters"), Evidence(path="b.py", line=9))
    finding = Finding(topic="style", value="numpy", share=0.75, seen=8, evidence=evidence)
    shown = view(Study(root="r", commit="c" * 40, findings=(finding,)))._repr_html_()
    words = ["75% of 8", "a.py:7 and 1 more", "a.py:7  Parameters", "b.py:9", "c" * 12]
    assert [word for word in words if word not in shown] == []


def test_a_long_value_is_cut_and_says_so() -> None:
    finding = Finding(topic="files", value=[f"f{number}.py" for number in range(40)])
    assert "and 28 more" in view(Study(root="r", findings=(finding,)))._repr_html_()


def test_files_that_could_not_be_read_are_named() -> None:
    shown = view(Study(root="r", skipped={"bad.py": "is not UTF-8"}))._repr_html_()
    assert "bad.py" in shown
    assert "is not UTF-8" in shown


def test_a_placement_is_shown_with_its_changes() -> None:
    edit = Edit(path="__init__.py", before="old", after="old\nnew", reason="models are exported")
    placement = Placement(path="p/m.py", module="p.m", test_path="t/test_m.py", edits=(edit,))
    shown = view(Study(root="r"), placement)
    words = ["p/m.py", "t/test_m.py", "models are exported", "+new"]
    assert [word for word in words if word not in shown._repr_html_()] == []
    assert "the code goes to p/m.py" in repr(shown)


def test_a_draft_is_shown_with_code_notes_and_changes() -> None:
    draft = Draft(
        implementer="blueprint",
        module="p.m",
        cells=(Cell(id="a", role="module", path="p/m.py", source="class M:\n    x = 1\n"),),
        notes=(Note(kind="concern", text="positions do not extrapolate", alternative="rotary"),),
        summary="An encoder.",
    )
    shown = view(draft)
    words = [
        "! concern",
        "positions do not extrapolate",
        "Instead: rotary",
        "An encoder.",
        "2 lines",
    ]
    assert [word for word in words if word not in shown._repr_html_()] == []
    assert '<span class="k">class</span>' in shown._repr_html_()
    assert "<details" in view(draft, open_=False)._repr_html_()
    assert "<details open" in view(draft, open_=True)._repr_html_()


def test_an_export_says_how_to_look_at_it() -> None:
    export = Export(repo="r", branch="add/m", commit="c" * 40, base="b" * 40, paths=("p/m.py",))
    assert "git -C r show add/m" in view(export)._repr_html_()
    assert repr(view(export)) == f"exported to add/m at {'c' * 12} in r: p/m.py"
