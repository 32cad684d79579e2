"""Finds an export that was made, when the process that made it did not live to say so."""

from __future__ import annotations

from pathlib import Path

from workbench.records import Draft, Export, Study
from workbench.repo._git import repository


def find_export(study: Study, draft: Draft) -> Export | None:
    """Look among the branches for the commit of exactly this draft.

    Args:
        study: The study of the target.
        draft: The draft that may have been exported; its digest stands in the commit's message.

    Returns:
        The export, or None where no branch ends with it.
    """
    git = repository(Path(study.root))
    fields = "%(refname:short)%00%(objectname)%00%(contents)%00%01"
    for entry in git.text("for-each-ref", f"--format={fields}", "refs/heads").split("\x01"):
        branch, commit, message, *_ = [*entry.lstrip("\n").split("\0"), "", "", ""]
        if f", draft {draft.hash}." in message:
            changed = git.text("diff-tree", "-r", "--name-only", "--no-commit-id", "-z", commit)
            return Export(
                repo=study.root,
                branch=branch,
                commit=commit,
                base=git.text("rev-parse", f"{commit}^"),
                paths=tuple(sorted(path for path in changed.split("\0") if path)),
            )
    return None
