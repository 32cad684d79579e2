"""The demo's door to git: new repositories only, and deaf to every setting of the machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from workbench.errors import UsageError, WorkbenchError

_AUTHOR = "The workbench authors"
_ADDRESS = "authors@workbench.invalid"

_SETTINGS = (
    "commit.gpgsign=false",
    "core.autocrlf=false",
    "core.safecrlf=false",
    f"core.attributesFile={os.devnull}",
    f"core.excludesFile={os.devnull}",
    f"core.hooksPath={os.devnull}",
)


def start(repository: Path) -> None:
    """Make an empty repository whose branch is `main`.

    Args:
        repository: An existing, empty folder.

    Raises:
        UsageError: git is not installed.
        WorkbenchError: git failed.
    """
    _run(repository, "init", "--quiet", "--template=")
    # Not `init --initial-branch`: git before 2.28 does not know it.
    _run(repository, "symbolic-ref", "HEAD", "refs/heads/main")


def commit(repository: Path, message: str, date: str) -> None:
    """Commit everything that lies in the folder.

    Args:
        repository: A repository that `start` made.
        message: Title, blank line and body.
        date: When, in ISO 8601; it is the author's and the committer's date.

    Raises:
        WorkbenchError: git failed.
    """
    _run(repository, "add", "--all")
    _run(repository, "commit", "--quiet", "--no-verify", "--message", message, date=date)


def _run(repository: Path, *arguments: str, date: str = "") -> None:
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    try:
        done = subprocess.run(
            ["git", *settings, *arguments],
            cwd=repository,
            env=_environment(date),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as problem:
        raise UsageError("git was not found; install git and try again") from problem
    if done.returncode:
        said = done.stderr.strip() or f"exit status {done.returncode}"
        raise WorkbenchError(f"git {arguments[0]} failed in {repository}: {said}")


def _environment(date: str) -> dict[str, str]:
    # A hook of an outer repository sets GIT_DIR and GIT_INDEX_FILE: they must not reach ours.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return inherited | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": _AUTHOR,
        "GIT_AUTHOR_EMAIL": _ADDRESS,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": _AUTHOR,
        "GIT_COMMITTER_EMAIL": _ADDRESS,
        "GIT_COMMITTER_DATE": date,
        "LC_ALL": "C",
    }
