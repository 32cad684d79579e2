"""Write an accepted draft into the person's working tree; the index, HEAD and stash stay.

All of it or nothing, though the process be killed at any moment. First a journal is written into
the git folder: what stands there, what shall stand there. Then every file is laid beside its place,
and only then each takes its place, in one step: new files first, and files that name them last, so
that what a kill leaves half done can still be imported. The journal goes at the end. While it is
there and nobody holds its lock, a kill came between: the next start of the workbench, for whatever
command, puts the old files back, or only deletes the journal where all new ones were in place.
Until then the working tree can be mixed: no file system replaces several files in one step.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workbench.errors import TargetError
from workbench.repo._git import Git, head
from workbench.repo._snapshot import Snapshot
from workbench.unfinished import forget, remember

_KEPT = "workbench-in-place.json"
_SUFFIX = ".workbench-new"


def write_in_place(files: Snapshot, git: Git, contents: Mapping[str, bytes]) -> None:
    """Write files into the working tree, all of them or none; once more changes nothing.

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
    if all(_is_written(root / path, content) for path, content in contents.items()):
        return
    old = {path: _former(files, path) for path in contents}
    new = {path: _ended(old[path], content) for path, content in contents.items()}
    # New files first: what names them comes when they are there.
    order = sorted(new, key=lambda path: (old[path] is not None, path.endswith("__init__.py")))
    made = [folder for folder in _above(order) if not (root / folder).exists()]
    pairs = {path: _pair(old[path], new[path]) for path in order}
    try:
        with _journal(git, {"root": str(root), "files": pairs, "folders": made}):
            _write(root, {path: new[path] for path in order})
    except OSError as error:
        put_back(root, git)
        raise TargetError(f"{root} cannot be written: {error}; nothing was changed") from None


def put_back(root: Path, git: Git) -> str:
    """Put back what an export that was killed has left half written.

    Args:
        root: The target's root.
        git: Git in it.

    Returns:
        What was found and done, in one sentence; ``""`` where no export was killed.
    """
    kept, said = _kept(git), ""
    for file in (_beside(kept), kept):
        try:
            opened = file.open("rb")
        except OSError:
            continue
        with opened:
            if not _locked(opened):
                return ""  # an export is under way
            # One that was not in its place yet stands for no file that was touched.
            said = _settled(kept, opened.read()) if file == kept else ""
            file.unlink()
    forget(root)
    return said


def _settled(kept: Path, journal: bytes) -> str:
    """Make the files of a journal the old ones, unless all are the new ones already."""
    try:
        told = json.loads(journal)
        root, folders = Path(told["root"]), list(told["folders"])
        pairs = {path: tuple(map(_bytes, pair)) for path, pair in told["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"an export was killed and {kept} is damaged; look at 'git status' there"
    now = {path: _read(root / path) for path in pairs}
    complete = all(now[path] == new for path, (_, new) in pairs.items())
    theirs = [] if complete else _restore(root, pairs)
    for path in pairs:
        _beside(root / path).unlink(missing_ok=True)
    for folder in reversed(folders):
        with suppress(OSError):  # not made yet, or something stands in it
            (root / folder).rmdir()
    changed = [path for path, (old, _) in pairs.items() if now[path] != old]
    return _said(root, sorted(changed), theirs, complete=complete)


def _said(root: Path, changed: list[str], theirs: list[str], *, complete: bool) -> str:
    if complete:
        return f"an export into {root} was killed when it had written everything; it is kept"
    back = [path for path in changed if path not in theirs]
    what = f"{', '.join(back)} put back as before" if back else "nothing of it is left"
    kept = f"; {', '.join(theirs)} changed since and left as it is" if theirs else ""
    return f"an export into {root} was killed half way: {what}{kept}; export it again"


def _restore(root: Path, pairs: dict[str, tuple[bytes | None, ...]]) -> list[str]:
    """Put the old files back; return those that are neither old nor new, which stay."""
    theirs = []
    for path, (old, new) in reversed(pairs.items()):
        now = _read(root / path)
        if now == old:
            continue
        if now != new:
            theirs.append(path)
        elif old is None:
            (root / path).unlink()
        else:
            _lay(root / path, old)
            os.replace(_beside(root / path), root / path)
    return theirs


@contextmanager
def _journal(git: Git, told: Mapping[str, Any]) -> Iterator[None]:
    """Keep a journal while files are written, locked, so that its writer is known to live."""
    kept, root = _kept(git), Path(told["root"])
    new = _beside(kept)
    if kept.exists() or new.exists():
        raise TargetError(f"another export is being written into {root}; wait for its end")
    remember(root)
    with new.open("wb") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        opened.write(json.dumps(told).encode())
        opened.flush()
        os.fsync(opened.fileno())
        os.replace(new, kept)
        yield
        kept.unlink()
    forget(root)


def _write(root: Path, new: Mapping[str, bytes]) -> None:
    for path, content in new.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        _lay(root / path, content)
    for path in new:
        os.replace(_beside(root / path), root / path)


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


def _is_written(file: Path, content: bytes) -> bool:
    now = None if file.is_symlink() else _read(file)
    return now is not None and now == _ended(now, content)


def _kept(git: Git) -> Path:
    return Path(git.text("rev-parse", "--absolute-git-dir")) / _KEPT


def _locked(opened: Any) -> bool:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _pair(old: bytes | None, new: bytes) -> tuple[str | None, str]:
    return (None if old is None else base64.b64encode(old).decode()), base64.b64encode(new).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _beside(file: Path) -> Path:
    return file.parent / (file.name + _SUFFIX)


def _lay(file: Path, content: bytes) -> None:
    """Write a file beside its place, with the mode of the one that stands there."""
    new = _beside(file)
    with new.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    if file.exists():
        new.chmod(file.stat().st_mode & 0o777)


def _above(paths: Iterable[str]) -> list[str]:
    """List the folders above files, the outer ones first."""
    parents = {parent.as_posix() for path in paths for parent in Path(path).parents}
    return sorted(parents - {"."})
