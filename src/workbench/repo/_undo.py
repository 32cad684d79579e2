"""Takes an export back, as long as nobody has built on it."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import TargetError
from workbench.records import Export
from workbench.repo._git import repository


def undo(export: Export) -> None:
    """Delete the branch of an export.

    Args:
        export: The export; its branch must still be its commit, unmerged and checked out nowhere.

    Raises:
        TargetError: There is no such branch, or somebody has built on it.
    """
    if not export.branch:
        raise TargetError("the export made no branch; undo it in the working tree with git")
    git = repository(Path(export.repo))
    name = f"refs/heads/{export.branch}"
    found = git.ask("rev-parse", "--verify", "--quiet", name)
    if found is None:
        raise TargetError(f"the branch {export.branch!r} is not there any more; nothing to undo")
    if found.strip() != export.commit:
        raise TargetError(
            f"the branch {export.branch!r} has moved to {found.strip()[:12]} since the export; "
            "delete it with git if that is wanted"
        )
    if f"branch {name}" in git.text("worktree", "list", "--porcelain").split("\n"):
        raise TargetError(f"the branch {export.branch!r} is checked out; check another one out")
    others = git.text("for-each-ref", "--format=%(refname)", f"--contains={export.commit}")
    holders = [ref for ref in others.split() if ref != name]
    if holders:
        raise TargetError(f"the export is part of {holders[0]} already; revert it there with git")
    git.text("update-ref", "-d", "-m", "workbench: undo", name, export.commit)
