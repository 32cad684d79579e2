"""Implementers: whoever writes drafts for a spec, one per file.

A member of this room is a module with one function:

    def implement(spec, study, target, **options) -> Generator[Draft, Report, None]

It yields a draft and receives that draft's report; then it yields a better draft, or returns: to
stop is all it can do, for a verdict is never its own. A spec that it cannot build it refuses
(`workbench.errors.Refused`), naming each part, before it yields anything. It never sees the
sandbox, the widgets or the clock, so the same member serves a notebook, a batch, a test and a
lesson. ``options`` are the keywords that a person gave for it, plain values all.

What it may know of the target is a `Study` and a `Target`: it reads there and never writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from workbench.implementers._configuration import Configuration, configuration
from workbench.records import Placement

__all__ = ["Configuration", "Target", "configuration"]


class Target(Protocol):
    """The target repository as an implementer sees it: to be read and asked, never written."""

    @property
    def placement(self) -> Placement:
        """Where the code of this spec goes."""
        ...

    def files(self) -> Sequence[str]:
        """List the target's files, relative to its root, with forward slashes."""
        ...

    def read(self, path: str) -> str:
        """Return the text of one of its files.

        Args:
            path: Relative to its root.

        Raises:
            TargetError: There is no such file, or it is no text.
        """
        ...

    def format(self, path: str, source: str) -> str:
        """Bring source text into the target's layout: quotes, line length, order of imports.

        Args:
            path: Where the text will stand, relative to the root; settings may depend on it.
            source: Python.

        Returns:
            The same program, laid out as the target lays out its own.
        """
        ...
