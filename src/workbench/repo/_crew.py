"""Parse many files on all processors: a few helpers of our own beside this process.

The helpers are started by hand and not by `multiprocessing`, which would import the caller's main
module again, or fork a notebook's kernel with all its threads.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.repo._parse import parse
from workbench.repo._source import Source
from workbench.repo._tree import Tree, Unreadable

_WORTH = 3_000_000  # bytes of source for each further process; starting one takes about 0.2 s
_MOST = 8
_WHOLE = 8_000_000  # bytes of source up to which every file is parsed whole: about a second
_CODE = "import sys; sys.path[:] = {path!r}; from workbench.repo._crew import help_out; help_out()"

Found = list[Source | tuple[str, str]]


def parsed(tree: Tree) -> tuple[tuple[Source, ...], dict[str, str]]:
    """Parse the Python files of a target.

    Args:
        tree: Its files.

    Returns:
        The parsed files by path, and what was passed over with the reason.
    """
    paths = [path for path in tree.files if path.endswith(".py")]
    sizes = {path: _size(tree.root / path) for path in paths}
    outlined = sum(sizes.values()) > _WHOLE
    shares = _shares(sizes)
    crew = [_Helper(tree, share, outlined=outlined) for share in shares[1:]]
    found = _parse_all(tree, shares[0], outlined=outlined)
    for helper in crew:
        found += helper.found()
    sources = {one.path: one for one in found if isinstance(one, Source)}
    skipped = dict(one for one in found if not isinstance(one, Source))
    return tuple(sources[path] for path in paths if path in sources), skipped


def help_out() -> None:
    """Parse what standard input lists and write it to standard output; a helper's whole life."""
    root, paths, outlined = pickle.load(sys.stdin.buffer)
    found = _parse_all(Tree(root, tuple(paths)), paths, outlined=outlined)
    with undisturbed():
        pickle.dump(found, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)


class _Helper:
    """One process that parses a share of the files."""

    def __init__(self, tree: Tree, share: Sequence[str], *, outlined: bool) -> None:
        self._tree = tree
        self._share = share
        self._outlined = outlined
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-B", "-c", _CODE.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert self._process.stdin is not None
            pickle.dump((tree.root, list(share), outlined), self._process.stdin)
            self._process.stdin.close()
        except OSError:  # too many processes, perhaps: the share is parsed here
            self._end()

    def found(self) -> Found:
        """Return what it parsed; what it did not is parsed here."""
        if self._process is None or self._process.stdout is None:
            return self._here()
        try:
            with undisturbed():
                found: Found = pickle.load(self._process.stdout)
            return found
        except (EOFError, OSError, pickle.UnpicklingError):
            return self._here()
        finally:
            self._end()

    def _here(self) -> Found:
        return _parse_all(self._tree, self._share, outlined=self._outlined)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process.wait()
        self._process = None


def _shares(sizes: dict[str, int]) -> list[list[str]]:
    """Deal the files out so that all shares are about as long."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    count = max(1, min(_MOST, processors, 1 + sum(sizes.values()) // _WORTH))
    shares: list[list[str]] = [[] for _ in range(count)]
    lengths = [0] * count
    for path in sorted(sizes, key=lambda path: -sizes[path]):
        shortest = lengths.index(min(lengths))
        shares[shortest].append(path)
        lengths[shortest] += sizes[path] + 500
    return shares


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _parse_all(tree: Tree, paths: Sequence[str], *, outlined: bool) -> Found:
    found: Found = []
    with undisturbed():
        for path in paths:
            try:
                found.append(parse(path, tree.read(path), outlined=outlined))
            except Unreadable as error:
                found.append((path, str(error)))
    return found


@contextmanager
def undisturbed() -> Iterator[None]:
    """Collect no garbage, which many new objects would trigger; the target's warnings are its."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if enabled:
            gc.enable()
