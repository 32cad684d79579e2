"""Lays a draft out for a candidate: which module is which source, and where the rest is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from workbench.errors import CandidateRaised, UsageError
from workbench.records import Cell, Draft
from workbench.spec import Spec


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a candidate imports.

    Args:
        texts: Source text by dotted module name.
        paths: The file that each becomes in the target.
        search_path: Where all other modules of the target are found.
    """

    texts: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    search_path: list[str] = field(default_factory=list)

    def located(self, error: CandidateRaised) -> CandidateRaised:
        """Say where an error happened in the target's own files, where no cell was involved."""
        if error.where:
            return error
        for frame in reversed(error.trace):
            for folder in self.search_path:
                file = str(frame.get("file", ""))
                if file.startswith(f"{folder}/"):
                    where = f"{file.removeprefix(f'{folder}/')}:{frame.get('line', 0)}"
                    return CandidateRaised(error.kind, error.message, error.trace, where)
        return error


def sources(draft: Draft, root: str | Path | None, import_root: str) -> Sources:
    """Lay out a draft.

    Args:
        draft: The draft.
        root: The target repository, where there is one.
        import_root: The folder on the target's ``sys.path``, relative to the root.

    Returns:
        The module cells and the files that the draft edits, by module name, and the target's
        own folder.
    """
    files = draft.files("module")
    if root is not None:
        files = {**_edited(draft, Path(root)), **files}
    named = {_dotted(path, import_root): path for path in files if path.endswith(".py")}
    return Sources(
        texts={name: files[path] for name, path in named.items()},
        paths=named,
        search_path=[] if root is None else [str((Path(root) / import_root).resolve())],
    )


def with_existing(spec: Spec, draft: Draft, root: str | Path | None) -> Draft:
    """Put the target's own file in the place of module cells, where the draft has none.

    Raises:
        UsageError: There is no such file.
    """
    if root is None or not spec.existing or draft.files("module"):
        return draft
    path = Path(root) / spec.existing
    if not path.is_file():
        raise UsageError(f"there is no file {spec.existing!r} in {root}; 'existing' names one")
    source = path.read_text(encoding="utf-8")
    cell = Cell(id="existing", role="module", path=spec.existing, source=source)
    return draft.model_copy(update={"cells": (*draft.cells, cell)})


def _edited(draft: Draft, root: Path) -> dict[str, str]:
    """Apply the draft's edits to copies of the target's files."""
    texts: dict[str, str] = {}
    for edit in draft.edits:
        path = root / edit.path
        if not path.resolve().is_relative_to(root.resolve()) or not path.is_file():
            continue  # the export refuses such an edit and says why
        text = texts.get(edit.path) or path.read_text(encoding="utf-8")
        texts[edit.path] = text.replace(edit.before, edit.after, 1)
    return texts


def _dotted(path: str, import_root: str) -> str:
    """Name the module that a file is, seen from the import root."""
    place, root = PurePosixPath(path), PurePosixPath(import_root)
    if place.is_relative_to(root):
        place = place.relative_to(root)
    parts = place.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
