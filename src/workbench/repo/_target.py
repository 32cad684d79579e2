"""The target as an implementer sees it: its files to read, its format, and nothing to write."""

from __future__ import annotations

import re
from functools import cached_property

from workbench.errors import TargetError, nearest
from workbench.records import Placement, Study
from workbench.repo._format import format_source
from workbench.repo._paths import is_secret, require_plain
from workbench.repo._snapshot import Snapshot, snapshot
from workbench.repo._tree import Unreadable

_BINARY = re.compile(
    r"\.(7z|bin|bmp|bz2|ckpt|db|dll|dylib|exe|gif|gz|h5|ico|jpe?g|mp3|mp4|npy|npz|onnx|parquet|pdf"
    r"|pickle|pkl|png|pt|pth|pyc|safetensors|so|sqlite|tar|tiff?|ttf|wav|webp|whl|woff2?|xz|zip|zst)$",
    re.IGNORECASE,
)


class Target:
    """A target repository, to be read.

    Args:
        study: What was learned of it.
        placement: Where the code of the spec goes.
    """

    def __init__(self, study: Study, placement: Placement) -> None:
        self.study, self.placement = study, placement

    def files(self) -> tuple[str, ...]:
        """List the committed text files, without those that may hold secrets."""
        return self._readable

    def read(self, path: str) -> str:
        """Read one of the target's files as it stands in the working tree.

        Args:
            path: Relative to the root, with forward slashes.

        Returns:
            Its text, with line breaks as ``\\n``.

        Raises:
            TargetError: The path leaves the root, is a link, a secret, not committed or no text.
        """
        require_plain(path)
        if is_secret(path):
            raise TargetError(f"{path} may hold keys or passwords and is not read")
        files = self._files
        if path in files.tree.skipped and path not in files.tree.files:
            raise TargetError(f"{path} is not read: {files.tree.skipped[path]}")
        if path not in files.tree.files:
            near = nearest(path, self._readable).split("; legal are:")[0]
            hint = near if near.startswith("did you mean") else "files() lists what can be read"
            raise TargetError(f"{path} is no committed file of the target: {hint}")
        try:
            self._require_inside(path)
            return files.tree.read(path)
        except Unreadable as error:
            raise TargetError(f"{path} is not read: {error}") from None

    def format(self, path: str, source: str) -> str:
        """Format Python source as the target would, for a file at a path.

        Args:
            path: The file that the source is for.
            source: Python.

        Returns:
            The formatted source; the source itself where it does not parse.

        Raises:
            TargetError: The path leaves the root.
        """
        require_plain(path)
        own = self.placement.module.partition(".")[0]
        return format_source(self.study, path, source, [own])

    @cached_property
    def _files(self) -> Snapshot:
        return snapshot(self.study)

    @cached_property
    def _readable(self) -> tuple[str, ...]:
        return tuple(
            path
            for path in self._files.tree.files
            if not _BINARY.search(path) and not is_secret(path)
        )

    def _require_inside(self, path: str) -> None:
        """Refuse a file that the working tree reaches through a link that is not committed."""
        root = self._files.tree.root.resolve()
        if (root / path).resolve() != root / path:
            raise TargetError(f"{path} is reached through a symbolic link and is not read")
