"""Make a commit and a branch beside the person's work: own folder, own index, branch last.

The commit is built in a working tree and an index of our own, so that the person's are not even
looked at; git's filters, hooks and signing do not take part. The branch is the last thing that
appears, in one step: whoever kills this leaves either no branch or the finished one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from workbench.errors import TargetError
from workbench.repo._git import Git
from workbench.repo._scratch import scratch, tree_of

_NOBODY = ("workbench", "workbench@localhost")
_NO_FILTER = {"unspecified", "unset"}


def commit(git: Git, base: str, contents: Mapping[str, bytes], message: str) -> str:
    """Commit files on top of a commit.

    Args:
        git: Git in the target's root.
        base: The commit to stand on.
        contents: What the files shall hold, by path relative to the root.
        message: The commit's message.

    Returns:
        The new commit's hash; no branch points to it yet.

    Raises:
        TargetError: Git refuses, or a file would have to go through one of the person's filters.
    """
    inner = git.text("rev-parse", "--show-prefix")
    home = git.text("rev-parse", "--absolute-git-dir")
    with scratch(git) as folder:
        tree = tree_of(folder)
        tree.mkdir()
        own = git.at(
            tree,
            GIT_DIR=home,
            GIT_WORK_TREE=str(tree),
            GIT_INDEX_FILE=str(folder / "index"),
            GIT_LITERAL_PATHSPECS="1",
        )
        own.text("read-tree", base)
        paths = {inner + path: content for path, content in contents.items()}
        _require_no_filter(own, list(paths))
        _stage(own, tree, paths)
        written = own.text("write-tree", "--missing-ok")
        signed = own.at(tree, **identity(own)).set(i18n__commitEncoding="UTF-8")
        return signed.text("commit-tree", written, "-p", base, "-F", "-", feed=message)


def make_branch(git: Git, wanted: str, commit_hash: str, *, exact: bool) -> str:
    """Point a new branch at a commit.

    Args:
        git: Git in the target's root.
        wanted: The branch's name.
        commit_hash: The commit.
        exact: Whether only that name will do; otherwise -2, -3 ... are tried.

    Returns:
        The branch's name.

    Raises:
        TargetError: The name is taken or is no branch name.
    """
    if git.ask("check-ref-format", f"refs/heads/{wanted}") is None or wanted.startswith("-"):
        raise TargetError(f"{wanted!r} is no name for a branch; use letters, digits, - and /")
    for number in count(1):
        name = wanted if number == 1 else f"{wanted}-{number}"
        if _is_free(git, name):
            told = git.ask(
                "update-ref", "-m", "workbench: export", f"refs/heads/{name}", commit_hash, ""
            )
            if told is not None:
                return name
            if _is_free(git, name):  # nobody was faster: git itself refuses
                git.text("update-ref", f"refs/heads/{name}", commit_hash, "")
                return name
        if exact:
            raise TargetError(f"the branch {wanted!r} is there already; choose another name")
    raise AssertionError("counting never ends")


def _is_free(git: Git, name: str) -> bool:
    """Tell whether a branch can have a name, also where the file system ignores case."""
    heads = git.text("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").lower()
    lower = name.lower()
    return not any(
        head == lower or head.startswith(lower + "/") or lower.startswith(head + "/")
        for head in filter(None, heads.split("\n"))
    )


def _require_no_filter(own: Git, paths: list[str]) -> None:
    told = own.names("check-attr", "-z", "--cached", "filter", "--", *paths)
    for path, _, value in zip(told[::3], told[1::3], told[2::3], strict=True):
        if value not in _NO_FILTER:
            raise TargetError(
                f"{path} goes through the git filter {value!r}, which is not run here; "
                "exclude the path in .gitattributes or choose another"
            )


def _stage(own: Git, tree: Path, paths: Mapping[str, bytes]) -> None:
    listed = own.names("ls-files", "-s", "-z", "--", *paths)
    executable = [line.partition("\t")[2] for line in listed if line.startswith("100755")]
    for path, content in paths.items():
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    own.text("update-index", "--add", "-z", "--stdin", feed="\0".join(paths) + "\0")
    if executable:
        own.text("update-index", "--chmod=+x", "--", *executable)


def identity(own: Git) -> dict[str, str]:
    """Name the author and committer, as variables, where neither environment nor settings do."""
    told = own.ask("config", "--get-regexp", r"^(author|committer|user)\.(name|email)$") or ""
    known = {key for key, _, value in (line.partition(" ") for line in told.split("\n")) if value}
    found = {}
    for who in ("author", "committer"):
        for field, fallback in zip(("name", "email"), _NOBODY, strict=True):
            variable = f"GIT_{who}_{field}".upper()
            if not known & {f"{who}.{field}", f"user.{field}"} and not os.environ.get(variable):
                found[variable] = fallback
    return found
