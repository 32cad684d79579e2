"""The notebooks for people, run from top to bottom."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest

Run = Callable[..., nbformat.NotebookNode]
Words = Callable[[nbformat.NotebookNode, str], str]


def test_the_workbench_notebook_shows_the_workbench(run: Run) -> None:
    saved = run("workbench.ipynb")
    (cell,) = [one for one in saved.cells if one.id == "workbench"]
    assert "application/vnd.jupyter.widget-view+json" in cell.outputs[-1]["data"]
    assert len(saved.cells) <= 6  # five, and the one that papermill adds


def test_the_first_lesson_teaches_what_it_says(run: Run, words: Words) -> None:
    saved = run("lessons/01_from_sentence_to_commit.ipynb")
    assert "hyperbolic" in words(saved, "not-understood")
    assert "report: green" in words(saved, "implement")
    broken = words(saved, "broken")
    assert "gradient_flow -> failed" in broken
    assert "query" in broken
    assert "Why:" in words(saved, "lesson")
    more = words(saved, "more").splitlines()
    assert len(more) == 2
    assert all(line.partition(" -> ")[2] for line in more)
    assert "cannot be accepted" in words(saved, "refused")
    assert "exported to" in words(saved, "export")
    commit = words(saved, "commit")
    assert "text_classifier.py" in commit
    assert "attention heads == num_heads" in commit
    assert words(saved, "clean").strip() == "## main"


def test_the_second_lesson_replays_an_agent_and_teaches_what_it_says(
    run: Run, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_NO_MODEL", "1")
    saved = run("lessons/02_an_agent_that_has_to_prove_it.ipynb")
    assert "report: green" in words(saved, "replay")
    assert "src/pocket/layers/mixture_of_experts.py" in words(saved, "plan")
    lines = dict(line.split(" -> ") for line in words(saved, "bugs").splitlines())
    assert "R3" in lines["weights are not renormalised"]
    assert "R4" in lines["one expert for each token"]
    assert "gradient" in lines["the router is detached"]
    assert words(saved, "gaps").strip()
    assert "mistakes noticed" in words(saved, "kills")
