"""A placement where a person wants it, instead of where the target's habits would put it."""

from __future__ import annotations

from pathlib import PurePosixPath

from workbench.errors import TargetError
from workbench.records import Edit, Placement
from workbench.repo._paths import require_plain, require_python


def moved(placement: Placement, path: str, test_path: str) -> Placement:
    """Put a module and its tests somewhere else.

    Args:
        placement: What was proposed.
        path: The module's file, relative to the target's root.
        test_path: The tests' file.

    Returns:
        The placement. Registrations follow a new name in the same folder; in another folder the
        target's habits are not known, so they are left out.

    Raises:
        TargetError: A path is unsafe, no Python file, or outside the import root.
    """
    for one in (path, test_path):
        require_plain(one)
        require_python(one)
    if path == test_path:
        raise TargetError(f"{path} cannot be both the module and its tests; name two files")
    new, root = PurePosixPath(path), PurePosixPath(placement.import_root)
    if not new.is_relative_to(root):
        raise TargetError(
            f"{path} is outside {root}, from which the target imports; put it below that folder"
        )
    module = ".".join(new.relative_to(root).with_suffix("").parts)
    same = new.parent == PurePosixPath(placement.path).parent
    edits = tuple(_renamed(edit, placement, module) for edit in placement.edits) if same else ()
    changed = {"path": path, "module": module, "test_path": test_path, "edits": edits}
    return placement.model_copy(update=changed)


def _renamed(edit: Edit, placement: Placement, module: str) -> Edit:
    """Name the module's new file in what an edit adds, and in nothing that was there before."""
    old, new = placement.module.rpartition(".")[2], module.rpartition(".")[2]
    if old == new or edit.after.count(edit.before) != 1 or not edit.before:
        return edit
    head, _, tail = edit.after.partition(edit.before)
    renamed = (part.replace(f".{old}", f".{new}") for part in (head, tail))
    first, last = renamed
    return edit.model_copy(update={"after": f"{first}{edit.before}{last}"})
