"""The notebooks for people, run from top to bottom."""

from __future__ import annotations

from collections.abc import Callable

import nbformat

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
