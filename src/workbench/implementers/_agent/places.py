"""Where the agent may put new files, and which files of the target it may propose to edit."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from workbench.implementers._agent.reading import inside
from workbench.implementers._agent.toolbox import Refusal
from workbench.records import Edit

_GUARDED = re.compile(
    r"(^|/)\.|(^|/)(CLAUDE|AGENTS?|GEMINI)(\.local)?\.md$|(^|/)(conftest|setup|noxfile)\.py$"
    r"|(^|/)tests?/|(^|/)(test_[^/]*|[^/]*_test)\.py$",
    re.IGNORECASE,
)
# New files of these names change how others are run, which is not the draft's business.
_STEERING = {"conftest.py", "setup.py", "noxfile.py", "sitecustomize.py", "usercustomize.py"}


def for_cell(path: str, files: Collection[str]) -> str:
    """Bring the path of a new file into the target's form.

    Args:
        path: As the agent wrote it.
        files: The target's files.

    Returns:
        The path.

    Raises:
        Refusal: A cell cannot become this file.
        Unseen: It leaves the target or may hold secrets.
    """
    path = inside(path)
    if path in files:
        raise Refusal(
            f"{path!r} is there already and a cell never replaces it; choose a new path, or "
            "propose edit_file"
        )
    parts = PurePosixPath(path).parts
    hidden = any(part.startswith(".") for part in parts)
    if hidden or not path.endswith(".py") or parts[-1] in _STEERING:
        raise Refusal(
            f"{path!r} is no place for a cell; cells become visible .py files, and none that "
            "steers a tool"
        )
    return path


def for_edit(path: str, old: str, ours: Sequence[Edit]) -> str:
    """Bring the path of a file that is to be edited into the target's form.

    Args:
        path: As the agent wrote it.
        old: The text that it wants to replace.
        ours: The edits that the workbench makes by itself.

    Returns:
        The path.

    Raises:
        Refusal: The file is not the agent's to change, or the workbench changes it there itself.
        Unseen: It leaves the target or may hold secrets.
    """
    path = inside(path)
    if _GUARDED.search(path) or not path.endswith((".py", ".md", ".rst")):
        raise Refusal(
            f"{path!r} is not yours to change: tests, settings and guidance of the target stay as "
            "they are; note an improvement instead"
        )
    if any(edit.path == path and (edit.before in old or old in edit.before) for edit in ours):
        raise Refusal(f"the workbench itself edits {path} at this place; leave that to it")
    return path
