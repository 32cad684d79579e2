"""The pipeline notebook, run as papermill runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from papermill.exceptions import PapermillExecutionError

from workbench import cells, journal
from workbench.records import Draft
from workbench.session import Session
from workbench.spec import load

Run = Callable[..., nbformat.NotebookNode]
Words = Callable[[nbformat.NotebookNode, str], str]


def events(folder: Path) -> list[str]:
    return [event["event"] for event in journal.read(folder)]


def latest(folder: Path) -> Draft:
    drafted = [event for event in journal.read(folder) if event["event"] == "drafted"]
    return Draft.model_validate(drafted[-1]["draft"])


def test_a_spec_becomes_a_branch_and_a_readable_notebook(
    run: Run,
    words: Words,
    target: Path,
    spec_file: Path,
    tmp_path: Path,
    branches: Callable[[Path], set[str]],
) -> None:
    before, folder = branches(target), tmp_path / "session"
    saved = run(
        "implement.ipynb",
        spec=str(spec_file),
        repo=str(target),
        session=str(folder),
        export=True,
        export_options={"branch": "add/text-classifier"},
    )
    assert branches(target) - before == {"add/text-classifier"}
    assert events(folder)[-1] == "exported"
    assert "attention heads == num_heads" in words(saved, "spec")
    assert "docstring style" in words(saved, "study")
    assert "report: green" in words(saved, "drafts")
    assert "add/text-classifier" in words(saved, "export")
    html = str([output for cell in saved.cells for output in cell.get("outputs", [])])
    assert "<svg" in html
    draft = latest(folder)
    cells.insert(saved, draft)
    nbformat.validate(saved)
    assert cells.from_cells(saved, draft) == draft


def test_a_run_that_is_started_again_uses_the_evidence_that_is_there(
    run: Run, words: Words, target: Path, spec_file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "session"
    run("implement.ipynb", spec=str(spec_file), repo=str(target), session=str(folder))
    first = events(folder)
    saved = run("implement.ipynb", session=str(folder), export=True)
    assert first.count("verdict") == events(folder).count("verdict")
    assert "accepted" in events(folder)
    assert events(folder)[-1] == "exported"
    assert "report: green" in words(saved, "drafts")


def test_what_is_not_green_ends_normally_and_is_not_exported(
    run: Run,
    words: Words,
    target: Path,
    spec_file: Path,
    tmp_path: Path,
    branches: Callable[[Path], set[str]],
) -> None:
    good = Session.start(load(spec_file), target, folder=tmp_path / "good")
    draft = [draft for draft, _ in good.drafts()][-1].model_dump_json()
    good.close()
    broken = Draft.model_validate_json(draft.replace("attn_mask=visible", "attn_mask=None"))
    before, folder = branches(target), tmp_path / "session"
    saved = run(
        "implement.ipynb",
        spec=str(spec_file),
        repo=str(target),
        session=str(folder),
        implementer="scripted",
        options={"drafts": [broken.model_dump(mode="json")]},
        export=True,
    )
    assert "report: not green" in words(saved, "drafts")
    assert "not green: nothing is exported" in words(saved, "export")
    assert branches(target) == before
    assert events(folder)[-1] == "finished"


def test_bad_input_is_shown_and_raised_and_the_notebook_is_saved(
    run: Run, words: Words, target: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: Net\nkind: modle\ntext: A net.\n")
    with pytest.raises(PapermillExecutionError, match="SpecError"):
        run("implement.ipynb", spec=str(bad), repo=str(target), session=str(tmp_path / "session"))
    saved = nbformat.read(tmp_path / "saved.ipynb", as_version=4)
    assert "bad.yaml:2: kind: 'modle' is no kind" in words(saved, "spec")
