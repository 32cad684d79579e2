"""Small targets on real git, and what a person would notice if they were touched."""

from __future__ import annotations

import hashlib
import os
import subprocess
import textwrap
from pathlib import Path

from workbench.records import Cell, Draft, Edit, Report, Verdict
from workbench.repo import study
from workbench.spec import Spec

PACKAGE = {
    "pyproject.toml": '[project]\nname = "pocketnet"\nrequires-python = ">=3.10"\n',
    "src/pocketnet/__init__.py": '"""Small networks."""\n',
    "src/pocketnet/models/__init__.py": """
        from pocketnet.models.mlp import MLP
        from pocketnet.models.tiny_gpt import TinyGPT

        __all__ = ["MLP", "TinyGPT"]
        """,
    "src/pocketnet/models/base.py": """
        from abc import abstractmethod

        from torch import nn


        class Model(nn.Module):
            @abstractmethod
            def forward(self, x): ...
        """,
    "src/pocketnet/models/mlp.py": """
        from torch import nn

        from pocketnet.models.base import Model


        class MLP(Model):
            def __init__(self, *, width: int = 4) -> None:
                super().__init__()
                self.layer = nn.Linear(width, width)

            def forward(self, x):
                return self.layer(x)
        """,
    "src/pocketnet/models/tiny_gpt.py": """
        from torch import nn

        from pocketnet.models.base import Model


        class TinyGPT(Model):
            def __init__(self, *, width: int = 4) -> None:
                super().__init__()
                self.layer = nn.Linear(width, width)

            def forward(self, x):
                return self.layer(x)
        """,
    "src/pocketnet/layers/__init__.py": "",
    "src/pocketnet/layers/attention.py": """
        from torch import nn


        class Attention(nn.Module):
            def forward(self, x):
                return x
        """,
    "tests/models/test_mlp.py": "def test_mlp():\n    assert True\n",
    "tests/models/test_tiny_gpt.py": "def test_tiny_gpt():\n    assert True\n",
    "tests/layers/test_attention.py": "def test_attention():\n    assert True\n",
}
SCRIPTS = {
    "README.md": "A small GPT.\n",
    "model.py": """
        import torch.nn as nn


        class GPT(nn.Module):
            def __init__(self, config):
                super().__init__()
                self.head = nn.Linear(config.width, 10)

            def forward(self, x):
                return self.head(x)
        """,
    "train.py": """
        from model import GPT

        model = GPT(None)
        loss = model(None)
        loss.backward()
        """,
}


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files; text is dedented."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = textwrap.dedent(content).lstrip("\n").encode()
        file.write_bytes(content)
    return root


def git(root: Path, *arguments: str) -> str:
    """Run git as the person would."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(root: Path, files: dict[str, str | bytes], *, title: str = "Add all") -> Path:
    """Make a repository with one commit."""
    root.mkdir(parents=True, exist_ok=True)
    write(root, files)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", title)
    return root


def belongings(root: Path) -> dict[str, object]:
    """Collect everything that is the person's own and must not change."""
    files = {
        path.relative_to(root).as_posix(): (path.lstat().st_mtime_ns, path.lstat().st_mode)
        for path in root.rglob("*")
        if ".git" not in path.relative_to(root).parts and not path.is_dir()
    }
    home = Path(git(root, "rev-parse", "--absolute-git-dir"))
    owned = ("index", "HEAD", "config", "FETCH_HEAD", "ORIG_HEAD", "logs/HEAD", "refs/stash")
    digests = {name: _digest(home / name) for name in owned}
    hooks = {path.name: _digest(path) for path in (home / "hooks").glob("*")}
    return {
        "files": files,
        "git": digests,
        "hooks": hooks,
        "worktrees": git(root, "worktree", "list"),
        "status": _untouched_status(root),
        "branch": git(root, "branch", "--show-current"),
        "stash": git(root, "stash", "list"),
    }


def branches(root: Path) -> list[str]:
    """List the branches."""
    return git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()


def _untouched_status(root: Path) -> str:
    done = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},  # or asking would itself write the index
    )
    return done.stdout


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def spec(name: str = "TextClassifier", **fields: object) -> Spec:
    """Make a spec with one requirement."""
    given = {"text": "A classifier.", "requires": ["batch independent"], **fields}
    return Spec.model_validate({"name": name, **given})


def draft(
    files: dict[str, str] | None = None, *, edits: tuple[Edit, ...] = (), **fields: object
) -> Draft:
    """Make a draft of files; those whose name starts with test_ are tests."""
    files = {"src/pocketnet/models/new.py": "VALUE = 1\n"} if files is None else files
    cells = tuple(
        Cell(
            id=f"cell-{number}",
            role="test" if path.rpartition("/")[2].startswith("test_") else "module",
            path=path,
            source=source,
        )
        for number, (path, source) in enumerate(files.items())
    )
    return Draft(implementer="scripted", module="new", cells=cells, edits=edits, **fields)


def evidence(of: Spec, on: Draft, *, outcome: str = "passed", **fields: object) -> Report:
    """Make a report in which every requirement has one outcome."""
    verdicts = tuple(
        Verdict(check="batch_independence", requirement=name, outcome=outcome, seen="no leak")
        for name in of.requires
    )
    verdicts += (Verdict(check="builds", outcome="passed", seen="TextClassifier()"),)
    return Report(spec_hash=of.hash, draft_hash=on.hash, verdicts=verdicts, **fields)


def studied(root: Path, files: dict[str, str | bytes]):
    """Make a repository and study it."""
    return study(repository(root, files))
