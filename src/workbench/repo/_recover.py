"""What every start of the workbench looks for first: exports that were killed half way."""

from __future__ import annotations

from contextlib import suppress

from workbench.errors import WorkbenchError
from workbench.repo._git import repository
from workbench.repo._in_place import put_back
from workbench.unfinished import forget, pending


def recover() -> tuple[str, ...]:
    """Put back what killed exports have left half written, in whichever target.

    Returns:
        What was found and done, one sentence for each target.
    """
    said = []
    for root in pending():
        git = None
        with suppress(WorkbenchError):
            git = repository(root)
        if git is None:
            forget(root)
            continue
        with suppress(WorkbenchError, OSError):  # it stays noted, and the next start tries again
            said.append(put_back(root, git))
    return tuple(filter(None, said))
