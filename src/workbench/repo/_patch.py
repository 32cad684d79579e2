"""Write an export as a patch file; nothing is written into the target, not even objects."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from workbench.errors import TargetError
from workbench.repo._commit import commit
from workbench.repo._git import Git


def write_patch(
    git: Git, base: str, contents: Mapping[str, bytes], message: str, file: Path
) -> None:
    """Write a commit to a file that ``git am`` applies.

    Args:
        git: Git in the target's root.
        base: The commit to stand on.
        contents: What the files shall hold, by path relative to the root.
        message: The commit's message.
        file: The patch file; nothing is overwritten.

    Raises:
        TargetError: The file is there already or cannot be written, or git refuses.
    """
    store = git.text("rev-parse", "--path-format=absolute", "--git-path", "objects")
    with tempfile.TemporaryDirectory(prefix="workbench-objects-") as own:
        lent = git.at(git.folder, GIT_OBJECT_DIRECTORY=own, GIT_ALTERNATE_OBJECT_DIRECTORIES=store)
        made = commit(lent, base, contents, message)
        text = lent.raw("format-patch", "--stdout", "--binary", "--no-signature", "-1", made)
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as opened:
            opened.write(text)
        try:
            os.link(opened.name, file)  # in one step, and never over what is there
        finally:
            os.unlink(opened.name)
    except FileExistsError:
        raise TargetError(f"{file} is there already; nothing is overwritten") from None
    except OSError as error:
        raise TargetError(f"{file} cannot be written: {error.strerror}") from None
