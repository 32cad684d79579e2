"""Draft <-> notebook cells: the tag is the contract with the notebook.

A cell of a draft is a code cell with the tag ``workbench-module`` or ``workbench-tests`` and its
identity in the metadata under ``workbench``. Position, outputs and everything else in a notebook
belong to the person. Inserting twice replaces in place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import UsageError, nearest
from workbench.records import Cell, Draft, Role
from workbench.spec import Spec

if TYPE_CHECKING:
    from nbformat import NotebookNode

TAGS: dict[Role, str] = {"module": "workbench-module", "test": "workbench-tests"}
MAGICS: dict[Role, str] = {"module": "%%module", "test": "%%test"}
ANCHOR = "workbench-cells"
METADATA = "workbench"


def to_cells(draft: Draft) -> list[NotebookNode]:
    """Write a draft's cells as notebook cells.

    Args:
        draft: The draft.

    Returns:
        Code cells with tag, identity and a stable id, in the draft's order.
    """
    from nbformat.v4 import new_code_cell  # takes a second, and not every use needs it

    return [
        new_code_cell(
            cell.source.rstrip("\n"),
            id=cell.id,
            metadata={
                "tags": [TAGS[cell.role]],
                METADATA: {"id": cell.id, "path": cell.path, "role": cell.role},
            },
        )
        for cell in draft.cells
    ]


def insert(notebook: NotebookNode, draft: Draft, *, after: str = ANCHOR) -> None:
    """Put a draft's cells into a notebook; those that are there already are replaced in place.

    Cells that the draft no longer has are removed. Outputs stay where the source did not change.

    Args:
        notebook: The notebook, which is changed.
        draft: The draft.
        after: The tag of the cell behind which new cells go; the end where no cell has it.

    Raises:
        UsageError: A cell of a draft stands twice in the notebook.
    """
    from nbformat import v4

    if notebook.nbformat_minor < 5:  # cells have ids since 4.5
        v4.upgrade(notebook, from_version=4, from_minor=notebook.nbformat_minor)
    wanted = {cell.metadata[METADATA]["id"]: cell for cell in to_cells(draft)}
    present = _present(notebook)
    notebook.cells = [cell for cell in notebook.cells if _identity(cell) in {"", *wanted}]
    position = _behind(notebook, after)
    for identity, cell in wanted.items():
        former = present.get(identity)
        if former is None:
            cell.id = _free(cell.id, {other.get("id") for other in notebook.cells})
            notebook.cells.insert(position, cell)
        else:
            _replace(former, cell)
            position = next(i for i, other in enumerate(notebook.cells) if other is former)
        position += 1


def from_cells(notebook: NotebookNode, draft: Draft) -> Draft:
    """Take edits made in a notebook over into the draft.

    Args:
        notebook: A notebook that holds cells of the draft.
        draft: The draft as it was.

    Returns:
        The draft with the sources of the notebook; a cell that the notebook lacks stays as it was.

    Raises:
        UsageError: A cell of the draft stands twice in the notebook.
    """
    present = _present(notebook)

    def edited(cell: Cell) -> Cell:
        shown = present.get(cell.id)
        source = "" if shown is None else unmarked(shown.source).rstrip("\n")
        if shown is None or source == cell.source.rstrip("\n"):
            return cell
        return cell.model_copy(update={"source": source + "\n"})

    return draft.model_copy(update={"cells": tuple(edited(cell) for cell in draft.cells)})


def marked(cell: Cell) -> str:
    """Write a cell as it stands in an interactive notebook: its magic says what it is.

    To run it is to take it over into the draft; it never runs in the notebook's kernel.
    """
    return f"{MAGICS[cell.role]} {cell.path} {cell.id}\n{cell.source.rstrip(chr(10))}"


def unmarked(text: str) -> str:
    """Return the source of a cell without the magic in its first line."""
    first, _, rest = text.partition("\n")
    return rest if first.split(" ")[0].strip() in MAGICS.values() else text


def located(draft: Draft, where: str) -> tuple[str, int] | None:
    """Find the cell and its line, from 1, that a place in a draft's file belongs to.

    Args:
        draft: The draft.
        where: ``path:line``.

    Returns:
        The cell's id and the line, or None where no cell of the draft stands there.
    """
    path, _, number = where.rpartition(":")
    if not number.isdigit():
        return None
    begin, last = 1, None
    for cell in draft.cells:
        if cell.path != path:
            continue
        lines = len(cell.source.rstrip("\n").split("\n"))
        if int(number) < begin:
            return last  # between two cells
        last = cell.id, min(int(number) - begin + 1, lines)
        if int(number) < begin + lines:
            return last
        begin += lines + 2  # as `Draft.files` joins them
    return last


def from_files(
    spec: Spec,
    code: Sequence[Path],
    tests: Sequence[Path] = (),
    root: Path | None = None,
    import_root: str = ".",
) -> Draft:
    """Make a draft of files that are there already.

    Args:
        spec: What is asked for; one of the files must define its name.
        code: Module files.
        tests: Test files.
        root: The root of the repository that the files belong to; without one, the folder above
            the outermost package of the first file.
        import_root: The folder that stands on ``sys.path``, relative to the root.

    Returns:
        The draft, one cell for each file. A file outside the root stands at the import root.

    Raises:
        UsageError: A file cannot be read, or not exactly one file defines the spec's name.
    """
    modules = {path.resolve(): _read(path) for path in code}
    home = _definition(spec.name, modules)
    base = (root or _above_packages(home)).resolve()
    made: dict[str, Cell] = {}
    for role, sources in (("module", modules), ("test", {p.resolve(): _read(p) for p in tests})):
        for file, source in sources.items():
            path = _placed(file, base, import_root)
            if path in made:
                raise UsageError(f"two of the files would be {path}; give only one of them")
            name = re.sub(r"[^A-Za-z0-9_]+", "-", path).strip("-")[-60:] or "cell"
            name = _free(name, {cell.id for cell in made.values()})
            made[path] = Cell(id=name, role=role, path=path, source=source)
    module = _dotted(_placed(home, base, import_root), import_root)
    return Draft(implementer="files", module=module, cells=tuple(made.values()))


def _identity(cell: NotebookNode) -> str:
    """Return the id that a notebook cell has in its draft, or ``""`` for a person's own cell."""
    known = cell.metadata.get(METADATA)
    return str(known.get("id", "")) if isinstance(known, dict) else ""


def _present(notebook: NotebookNode) -> dict[str, NotebookNode]:
    found: dict[str, NotebookNode] = {}
    for number, cell in enumerate(notebook.cells, start=1):
        identity = _identity(cell)
        if identity in found:
            raise UsageError(
                f"the cell {identity!r} stands twice in the notebook (again as cell {number}); "
                "delete one of the two"
            )
        if identity:
            found[identity] = cell
    return found


def _replace(former: NotebookNode, cell: NotebookNode) -> None:
    if former.source != cell.source:
        former.update(source=cell.source, outputs=[], execution_count=None)
    tags = [tag for tag in former.metadata.get("tags", []) if tag not in TAGS.values()]
    former.metadata.update(cell.metadata)
    former.metadata["tags"] = [*cell.metadata["tags"], *tags]


def _behind(notebook: NotebookNode, tag: str) -> int:
    for index, cell in enumerate(notebook.cells):
        if tag in cell.metadata.get("tags", []):
            return index + 1
    return len(notebook.cells)


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name[:60]}-{number}"
    return free


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text (byte {error.start})") from error


def _definition(name: str, sources: dict[Path, str]) -> Path:
    """Find the one file that defines a name; where one does not parse, its check will say so."""
    if not sources:
        raise UsageError("no code was given; name the files that define the module")
    defined: dict[Path, set[str]] = {}
    for path, source in sources.items():
        try:
            defined[path] = set(_names(ast.parse(source).body))
        except (SyntaxError, ValueError):
            continue
    homes = [path for path, names in defined.items() if name in names]
    homes = homes or [path for path in sources if path not in defined]
    if len(homes) == 1:
        return homes[0]
    if homes:
        listed = ", ".join(str(path) for path in homes)
        raise UsageError(f"{name} is defined in several files: {listed}; give only one of them")
    raise UsageError(
        f"no file defines {name}: {nearest(name, set().union(*defined.values()))}; "
        "the spec's name must be a class or function in one of the files"
    )


def _names(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements define in their module; imports define nothing here."""
    for statement in body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.If | ast.Try):
            yield from _names([*statement.body, *statement.orelse])


def _above_packages(path: Path) -> Path:
    folder = path.parent
    while (folder / "__init__.py").exists():
        folder = folder.parent
    return folder


def _placed(path: Path, base: Path, import_root: str) -> str:
    inside = path.is_relative_to(base)
    return (path.relative_to(base) if inside else Path(import_root, path.name)).as_posix()


def _dotted(path: str, import_root: str) -> str:
    inside = Path(path).is_relative_to(import_root)
    parts = (Path(path).relative_to(import_root) if inside else Path(path)).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
