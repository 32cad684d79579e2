"""Write an accepted draft into the person's working tree; the index, HEAD and stash stay.

Every file is written beside its place and then takes it in one step. What stood there is kept in
one file in the git folder until all are in place: where a kill came between, the next export puts
the old files back first, unless the person has changed them since.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path

from workbench.errors import TargetError
from workbench.repo._git import Git, head
from workbench.repo._snapshot import Snapshot

_KEPT = "workbench-in-place.json"
_SUFFIX = ".workbench-new"


def write_in_place(files: Snapshot, git: Git, contents: Mapping[str, bytes]) -> None:
    """Write files into the working tree, all of them or none.

    Args:
        files: The target as it was studied.
        git: Git in its root.
        contents: What the files shall hold, by path relative to the root.

    Raises:
        TargetError: The target has moved on since the study, or a file cannot be written.
    """
    root = files.tree.root
    if head(git) != files.commit:
        raise TargetError(
            f"{root} is at another commit than the studied {files.commit[:12]}; study it again"
        )
    old = {path: _former(files, path) for path in contents}
    new = {path: _ended(old[path], content) for path, content in contents.items()}
    kept = _kept(git)
    _replace(kept, json.dumps({path: _pair(old[path], new[path]) for path in new}).encode())
    try:
        for path, content in new.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            _replace(root / path, content)
    except OSError as error:
        put_back(root, git)
        raise TargetError(f"{root} cannot be written: {error}; nothing was changed") from None
    kept.unlink()


def put_back(root: Path, git: Git) -> list[str]:
    """Put back what an export that was killed has left half written.

    Args:
        root: The target's root.
        git: Git in it.

    Returns:
        The files that are as they were again.
    """
    kept = _kept(git)
    try:
        pairs = json.loads(kept.read_bytes())
    except (OSError, ValueError):
        return []
    back = []
    for path, (old, new) in pairs.items():
        file = root / path
        (file.parent / (file.name + _SUFFIX)).unlink(missing_ok=True)
        if _read(file) == base64.b64decode(new) and new != old:
            if old is None:
                file.unlink()
                _remove_empty(file.parent, root)
            else:
                _replace(file, base64.b64decode(old))
            back.append(path)
    kept.unlink()
    return back


def _former(files: Snapshot, path: str) -> bytes | None:
    """Return what stands in the working tree, or refuse where it is not what was studied."""
    file = files.tree.root / path
    if file.parent.resolve() != files.tree.root.resolve() / Path(path).parent:
        raise TargetError(f"{path} is reached through a symbolic link and is not written")
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise TargetError(f"{path} is no ordinary file in the working tree and is not written")
    now, studied = _read(file), files.raw(path)
    if studied is None and now is not None:
        raise TargetError(f"{path} is in the working tree, though not committed; move it away")
    if studied is not None and now is None:
        raise TargetError(f"{path} is committed, but not in the working tree; restore it")
    if (now or b"").replace(b"\r\n", b"\n") != (studied or b"").replace(b"\r\n", b"\n"):
        raise TargetError(f"{path} has changes that are not committed; commit or stash them")
    return now


def _ended(old: bytes | None, content: bytes) -> bytes:
    """Keep the line endings that git gave the file in the working tree."""
    if old and b"\r\n" in old and b"\r\n" not in content:
        return content.replace(b"\n", b"\r\n")
    return content


def _kept(git: Git) -> Path:
    return Path(git.text("rev-parse", "--absolute-git-dir")) / _KEPT


def _pair(old: bytes | None, new: bytes) -> tuple[str | None, str]:
    return (None if old is None else base64.b64encode(old).decode()), base64.b64encode(new).decode()


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _replace(file: Path, content: bytes) -> None:
    new = file.parent / (file.name + _SUFFIX)
    mode = file.stat().st_mode & 0o777 if file.exists() else None
    with new.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    if mode is not None:
        new.chmod(mode)
    os.replace(new, file)


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
