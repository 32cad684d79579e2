"""The target as it was studied: the files of the studied commit, or of the folder without git."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workbench.errors import TargetError
from workbench.records import Study
from workbench.repo._git import Git, repository
from workbench.repo._tree import Tree, Unreadable, decode, tree


@dataclass(frozen=True)
class Snapshot:
    """The files behind a study.

    Args:
        tree: The files.
        git: Git in the root, where the study found a commit.
        commit: The studied commit, or ``""``.
    """

    tree: Tree
    git: Git | None
    commit: str

    @cached_property
    def paths(self) -> frozenset[str]:
        """All files, those that a study passes over included."""
        return frozenset(self.tree.files) | frozenset(self.tree.skipped)

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders that hold a file, directly or further down."""
        return frozenset(folder for path in self.paths for folder in _above(path))

    def raw(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no such file."""
        if path not in self.paths:
            return None
        if self.git:
            return self.git.raw("cat-file", "blob", f"{self.commit}:./{path}")
        return (self.tree.root / path).read_bytes()

    def raws(self, paths: Sequence[str]) -> list[bytes]:
        """Return the bytes of several files at once."""
        if self.git:
            plain = [path for path in paths if "\n" not in path]
            return self.git.blobs([f"{self.commit}:./{path}" for path in plain]) if plain else []
        return [(self.tree.root / path).read_bytes() for path in paths]

    def text(self, path: str) -> str | None:
        """Return a text file with line breaks as ``\\n``, or None where it cannot be read."""
        raw = self.raw(path)
        try:
            return None if raw is None else decode(raw)
        except Unreadable:
            return None


def snapshot(study: Study) -> Snapshot:
    """Open the files that a study speaks of.

    Args:
        study: The study.

    Returns:
        The files of its commit, or of its folder where there was no commit.

    Raises:
        TargetError: The folder or the commit is gone.
    """
    root = Path(study.root)
    if not root.is_dir():
        raise TargetError(f"the target {root} is gone; study it again where it is now")
    if not study.commit:
        return Snapshot(tree(root, None, ""), None, "")
    git = repository(root)
    if git.ask("cat-file", "-e", f"{study.commit}^{{commit}}") is None:
        raise TargetError(
            f"{root} has no commit {study.commit[:12]} any more, on which the study stands; "
            "study it again"
        )
    return Snapshot(tree(root, git, study.commit), git, study.commit)


def _above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
