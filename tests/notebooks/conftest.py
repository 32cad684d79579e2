from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from workbench import demo

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SPEC = """\
name: TextClassifier
kind: model
text: A transformer-based classifier with 2 layers and 4 attention heads for 10 classes.
options: {vocab_size: 200, num_layers: 2, num_heads: 4, embed_dim: 32, num_classes: 10,
  hidden_dim: 64, max_length: 24, dropout: 0.1}
sizes: {batch: 0..4, time: 1..max_length}
inputs:
  tokens: int64 "batch time" in 0..vocab_size-1
  mask?: bool "batch time"
outputs:
  logits: float "batch num_classes"
requires:
  - attention layers == num_layers
  - attention heads == num_heads
  - batch independent
  - padding invariant under mask
"""


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return demo.lay(tmp_path / "pocket")


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    path = tmp_path / "text_classifier.yaml"
    path.write_text(SPEC)
    return path


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., nbformat.NotebookNode]:
    """Run a notebook of ours through papermill and read what was saved."""

    def run(name: str, **parameters: Any) -> nbformat.NotebookNode:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import papermill

            saved = tmp_path / "saved.ipynb"
            papermill.execute_notebook(
                str(NOTEBOOKS / name),
                str(saved),
                parameters=parameters,
                kernel_name="python3",
                progress_bar=False,
                cwd=str(tmp_path),
            )
        return nbformat.read(saved, as_version=4)

    return run


@pytest.fixture
def words() -> Callable[[nbformat.NotebookNode, str], str]:
    """All that a cell shows, as plain text."""

    def words(notebook: nbformat.NotebookNode, cell: str) -> str:
        (found,) = [one for one in notebook.cells if one.id == cell]
        parts = [
            output.get("text", "") or output.get("data", {}).get("text/plain", "") + "\n"
            for output in found.outputs
        ]
        return "".join(parts)

    return words


@pytest.fixture
def branches() -> Callable[[Path], set[str]]:
    def branches(target: Path) -> set[str]:
        command = ["git", "-C", str(target), "branch", "--format=%(refname:short)"]
        return set(
            subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        )

    return branches
