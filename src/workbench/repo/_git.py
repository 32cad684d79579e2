"""The only door to git: its command line, in a clean environment and with a time limit.

Covered: no hook, file system monitor, filter, signing program, pager, editor, prompt or network
fetch of the target or of the person runs; variables such as GIT_DIR that would point git elsewhere
are not handed on; the person's index is not refreshed; file names may hold anything.
Not covered: what the git program itself is. It is found on PATH and trusted.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.errors import TargetError

_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.autocrlf": "false",  # attributes alone decide, so that a commit is the same everywhere
    "core.safecrlf": "false",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "core.quotePath": "false",
    "commit.gpgSign": "false",
    "color.ui": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.graftFileDeprecated": "false",
    "protocol.allow": "never",
}
_KEPT = {
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
}
_SET = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_EDITOR": ":",
    "GIT_PAGER": "cat",
}
_FILTER = re.compile(r"^filter\.[^=\n]+\.(smudge|clean|process)$", re.MULTILINE)


class Git:
    """Git in one folder.

    Args:
        folder: Where git runs.
        settings: Settings beside the ones that keep git harmless.
        variables: Environment variables to add, for example ``GIT_INDEX_FILE``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._settings, self._variables = dict(settings or {}), dict(variables or {})

    def at(self, folder: Path, **variables: str) -> Git:
        """Return git in another folder or with more environment variables."""
        return Git(folder, settings=self._settings, variables={**self._variables, **variables})

    def set(self, **settings: str) -> Git:
        """Return git with more settings; ``user__name`` stands for ``user.name``."""
        named = {name.replace("__", "."): value for name, value in settings.items()}
        return Git(self.folder, settings={**self._settings, **named}, variables=self._variables)

    def without_filters(self) -> Git:
        """Return git that runs none of the configured clean and smudge programs."""
        listed = self.ask("config", "--name-only", "--get-regexp", r"^filter\.") or ""
        names = {match[0] for match in _FILTER.finditer(listed)}
        drivers = {name.rpartition(".")[0] for name in names}
        off = dict.fromkeys(names, "") | {f"{driver}.required": "false" for driver in drivers}
        return Git(self.folder, settings={**self._settings, **off}, variables=self._variables)

    def raw(self, *arguments: str, feed: bytes = b"", seconds: float = 60.0) -> bytes:
        """Run git and return what it printed, as bytes.

        Args:
            arguments: The git command and its arguments.
            feed: What git reads on standard input.
            seconds: The time limit.

        Returns:
            Standard output.

        Raises:
            TargetError: Git is missing, failed or took too long; its own first line is told.
        """
        finished = self._finished(arguments, feed, seconds)
        if finished.returncode:
            line = _first_line(finished)
            raise TargetError(f"git {arguments[0]} failed in {self.folder}: {line}")
        return finished.stdout

    def text(self, *arguments: str, feed: str = "", seconds: float = 60.0) -> str:
        """Run git and return what it printed, as text without the last line break."""
        printed = self.raw(*arguments, feed=os.fsencode(feed), seconds=seconds)
        return os.fsdecode(printed).removesuffix("\n")

    def names(self, *arguments: str, feed: str = "") -> list[str]:
        """Run a git command that prints names separated by NUL (``-z``)."""
        return [name for name in self.text(*arguments, feed=feed).split("\0") if name]

    def blobs(self, names: Sequence[str]) -> list[bytes]:
        """Read several files of the repository at once; what is no file is empty.

        Args:
            names: Names that git understands, such as ``HEAD:./a.py``, without line breaks.
        """
        printed = self.raw("cat-file", "--batch", feed=os.fsencode("\n".join(names) + "\n"))
        found, at = [], 0
        for _ in names:
            end = printed.index(b"\n", at)
            *_, kind, size = printed[at:end].rsplit(b" ", 2)
            length = (
                int(size) if size.isdigit() else -1
            )  # nothing follows the name of what is missing
            found.append(printed[end + 1 : end + 1 + length] if kind == b"blob" else b"")
            at = end + 2 + length
        return found

    def ask(self, *arguments: str) -> str | None:
        """Run a git command that answers no by failing; None is its no."""
        finished = self._finished(arguments, b"", 60.0)
        return None if finished.returncode else os.fsdecode(finished.stdout).removesuffix("\n")

    def _finished(
        self, arguments: tuple[str, ...], feed: bytes, seconds: float
    ) -> subprocess.CompletedProcess[bytes]:
        settings = {**_SETTINGS, **self._settings}
        chosen = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        try:
            return subprocess.run(
                ["git", "--no-pager", *chosen, *arguments],
                cwd=self.folder,
                env=self._environment(),
                input=feed,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except FileNotFoundError:
            if self.folder.is_dir():
                raise TargetError("the git program is not on PATH; install git") from None
            raise TargetError(f"{self.folder} is no folder") from None
        except subprocess.TimeoutExpired:
            raise TargetError(
                f"git {arguments[0]} took longer than {seconds:g} s in {self.folder}; "
                "run it there by hand to see why"
            ) from None

    def _environment(self) -> dict[str, str]:
        handed_on = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") or name in _KEPT
        }
        return {**handed_on, **_SET, **self._variables}


def repository(root: Path) -> Git:
    """Open the git repository that a folder belongs to.

    Args:
        root: The repository's top folder, or a folder inside it.

    Returns:
        Git in that folder.

    Raises:
        TargetError: The folder is in no git repository, or the repository has no working tree.
    """
    git = Git(root)
    bare = git.text("rev-parse", "--is-bare-repository", "--is-inside-work-tree").split("\n")
    if bare == ["true", "false"]:
        raise TargetError(
            f"{root} is a bare git repository; clone it and give the folder of the clone"
        )
    if bare[-1] != "true":
        raise TargetError(f"{root} lies inside a .git folder; give the folder with the files")
    return git


def head(git: Git) -> str:
    """Return the hash of the commit that HEAD is at, or ``""`` where there is none yet."""
    return git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}") or ""


def _first_line(finished: subprocess.CompletedProcess[bytes]) -> str:
    lines = [line for line in os.fsdecode(finished.stderr).splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (telling or lines or [f"it ended with {finished.returncode} and no word"])[0]
