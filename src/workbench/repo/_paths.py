"""Which paths may be read or written: inside the root, unmistakable on every system, no secrets.

Covered: ``..``, absolute paths, drives, backslashes, control characters, ``.git`` in every spelling
that some system takes for it, names that Windows keeps or cannot have, paths through a file, a
symbolic link or a submodule, names that differ from others only in case or in Unicode form.
Not covered: two exports at the same time that add different spellings on different branches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from workbench.errors import TargetError
from workbench.repo._names import reserved

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")  # by Apple's file systems
_SECRET = re.compile(
    r"""^(\.env(\..*)?|\.netrc|_netrc|\.npmrc|\.pypirc|\.htpasswd|\.pgpass|\.git-credentials
    |id_(rsa|dsa|ecdsa|ed25519)(\..*)?|.*\.(pem|key|p12|pfx|keystore|jks|kdbx|asc|gpg)
    |(credentials?|secrets?|passwords?|tokens?)(\.(json|ya?ml|toml|ini|cfg|txt|env|csv))?
    |service[-_]account.*\.json)$""",
    re.IGNORECASE | re.VERBOSE,
)
_SECRET_FOLDERS = {".ssh", ".aws", ".gnupg", ".kube", ".docker", ".azure", ".gcloud"}


def is_secret(path: str) -> bool:
    """Tell whether a file is of a kind that holds keys or passwords."""
    *folders, name = path.split("/")
    return bool(_SECRET.match(name)) or not _SECRET_FOLDERS.isdisjoint(folders)


def require_plain(path: str) -> None:
    """Refuse a path that leaves the root or that some system reads otherwise.

    Args:
        path: Relative to the target's root, with forward slashes.

    Raises:
        TargetError: It is not such a path; the message says which part is at fault.
    """
    if not path or path.startswith(("/", "~")) or re.match(r"^[A-Za-z]:", path):
        raise TargetError(f"the path {path!r} is not relative to the target's root")
    for part in path.split("/"):
        fault = _fault(part)
        if fault:
            raise TargetError(f"the path {path!r} is refused: {fault}")


def require_python(path: str) -> None:
    """Refuse a path for new code that is no visible Python file."""
    require_plain(path)
    if not path.endswith(".py"):
        raise TargetError(f"the path {path!r} is refused: a cell becomes a Python file (.py)")
    if any(part.startswith(".") for part in path.split("/")):
        raise TargetError(f"the path {path!r} is refused: code does not go into hidden folders")


def require_free(new: Iterable[str], there: Mapping[str, str]) -> None:
    """Refuse new paths that clash with what is there or with each other.

    Args:
        new: The paths of new files.
        there: What the target has: ``file``, ``folder``, ``symbolic link`` ... by path.

    Raises:
        TargetError: A file is there already, stands in the way, or differs only in its spelling.
    """
    spellings = {_folded(path): path for path in there}
    for path in new:
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            piece = "/".join(parts[:count])
            _require_piece(path, piece, count == len(parts), there, spellings)
            spellings.setdefault(_folded(piece), piece)


def _require_piece(
    path: str, piece: str, last: bool, there: Mapping[str, str], spellings: Mapping[str, str]
) -> None:
    kind = there.get(piece)
    if last and kind:
        raise TargetError(f"{path} is there already ({kind}); nothing is overwritten")
    if not last and kind not in {None, "folder"}:
        raise TargetError(f"{path} would go through {piece}, which is a {kind}")
    other = spellings.get(_folded(piece), piece)
    if other != piece:
        raise TargetError(
            f"{path} is refused: {piece!r} and {other!r} are the same on systems that ignore case"
        )


def _fault(part: str) -> str:
    if part in {"", ".", ".."}:
        return f"it has the part {part!r}"
    if _FORBIDDEN.search(part):
        return f"{part!r} has a character that not every system allows in a name"
    if part.endswith((".", " ")) or part.startswith(" "):
        return f"{part!r} begins or ends with a space or a dot"
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", part)).casefold().rstrip(". ")
    if plain == ".git" or re.match(r"^git~\d+$", plain):
        return f"{part!r} is git's own folder"
    if reserved(part):
        return f"{part!r} is a name that Windows keeps for a device"
    if len(part.encode(errors="surrogateescape")) > 255:
        return "a part of it is longer than 255 bytes"
    return ""


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
