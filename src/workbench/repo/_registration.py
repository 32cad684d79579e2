"""What a new file asks of the files around it: re-exports in ``__init__`` files, table entries."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.records import Edit
from workbench.repo._insertion import Item, edits, insert_element, insert_line, item
from workbench.repo._layout import is_test
from workbench.repo._names import snake
from workbench.repo._snapshot import Snapshot

_SHARE = 0.5  # of the public siblings make re-exporting a habit


@dataclass(frozen=True)
class Newcomer:
    """A class in a new file.

    Args:
        name: The class.
        module: The dotted name of its file.
        home: The dotted name of the folder that holds its siblings.
        sibling: What it is called there: the file's stem, or the name of its own folder.
        import_root: The folder from which dotted names count.
    """

    name: str
    module: str
    home: str
    sibling: str
    import_root: str

    def path_of(self, module: str) -> str:
        """Return the folder of a dotted name."""
        folder = module.replace(".", "/")
        return folder if self.import_root == "." else f"{self.import_root}/{folder}"


@dataclass(frozen=True)
class _Import:
    """An import of one sibling: which, and how it is written."""

    item: Item
    sibling: str
    line: str


def re_exports(snapshot: Snapshot, newcomer: Newcomer, width: int) -> list[Edit]:
    """Write the re-exports that the packages above the new file have for its siblings.

    Args:
        snapshot: The target's files.
        newcomer: The new class.
        width: The longest line that is allowed.

    Returns:
        The changes; none where re-exporting is no habit.
    """
    found: list[Edit] = []
    parts = newcomer.home.split(".") if newcomer.home else []
    for count in range(len(parts), 0, -1):
        package = ".".join(parts[:count])
        path = f"{newcomer.path_of(package)}/__init__.py"
        text = snapshot.text(path)
        if text is None:
            continue
        new = _with_import(text, package, newcomer, _siblings(snapshot, newcomer))
        if new is not None:
            new = _with_name(new, newcomer.name, width)
            reason = f"re-exports {newcomer.name} as its siblings are"
            if f"{newcomer.sibling} import *" in new:
                reason += "; by *, so the module needs its name in __all__"
            found += edits(path, text, new, reason)
    return found


def table_entry(
    snapshot: Snapshot, newcomer: Newcomer, path: str, table: str, naming: str, width: int
) -> list[Edit]:
    """Enter the new class into the table that names its siblings.

    Args:
        snapshot: The target's files.
        newcomer: The new class.
        path: The file of the table.
        table: The table's name.
        naming: ``snake_case``, ``CamelCase`` or ``lowercase`` keys.
        width: The longest line that is allowed.

    Returns:
        The changes; none where the table or the import of a sibling beside it is not found.
    """
    text = snapshot.text(path)
    node = _assigned(_body(text or ""), table)
    if text is None or not isinstance(node, ast.Dict) or not node.keys:
        return []
    package = newcomer.home if path.startswith(newcomer.path_of(newcomer.home) + "/") else ""
    package = package or path.removesuffix(".py").rpartition("/")[0].replace("/", ".")
    pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key]
    items = [item(text, _string(key), key, value) for key, value in pairs]
    key = {"CamelCase": newcomer.name, "lowercase": newcomer.name.lower()}.get(
        naming, snake(newcomer.name)
    )
    quote = _quote(text, items[0])
    entered = insert_element(text, items, key, f"{quote}{key}{quote}: {newcomer.name}", width)
    new = _with_import(entered, package, newcomer, set())
    if new is None:
        return []
    return edits(path, text, new, f"enters {newcomer.name} into {table} as its siblings are")


def _siblings(snapshot: Snapshot, newcomer: Newcomer) -> set[str]:
    """Name the public modules and packages beside the new one."""
    folder = newcomer.path_of(newcomer.home) + "/"
    names = set()
    for path in snapshot.tree.files:
        if is_test(path):
            continue
        parts = path.removeprefix(folder).split("/") if path.startswith(folder) else []
        if len(parts) == 1 and parts[0].endswith(".py"):
            names.add(parts[0].removesuffix(".py"))
        elif len(parts) == 2 and parts[1] == "__init__.py":
            names.add(parts[0])
    return {name for name in names if not name.startswith("_")}


def _with_import(text: str, package: str, newcomer: Newcomer, siblings: set[str]) -> str | None:
    """Add the import of the new class beside its siblings'; None without such a habit."""
    imports = [one for node in _body(text) for one in _imports(node, text, package, newcomer)]
    named = {one.sibling for one in imports} & (siblings or {one.sibling for one in imports})
    if not imports or len(named) < _SHARE * len(siblings):
        return None
    line = Counter(one.line for one in imports).most_common(1)[0][0]
    written = line.replace("{sibling}", newcomer.sibling).replace("{name}", newcomer.name)
    alike = [one.item for one in imports if one.line == line and not one.sibling.startswith("_")]
    among = alike or [one.item for one in imports]
    return insert_line(text, written, newcomer.sibling, among)


def _imports(node: ast.stmt, text: str, package: str, newcomer: Newcomer) -> list[_Import]:
    """Read a statement as the import of one sibling of the new file."""
    if not isinstance(node, ast.ImportFrom):
        return []
    written = node.module or ""
    parts = package.split(".")
    above = parts[: len(parts) - node.level + 1] if node.level else []
    full = ".".join([*above, *filter(None, [written])])
    if not full.startswith(newcomer.home + "."):
        return []
    inner = full.removeprefix(newcomer.home + ".").split(".")
    rest = newcomer.module.removeprefix(f"{newcomer.home}.{newcomer.sibling}").strip(".")
    if len(inner) > 1 and ".".join(inner[1:]) != rest:
        return []
    start = written.rpartition(inner[0] if len(inner) == 1 else f"{inner[0]}.{rest}")[0]
    module = "." * node.level + start + ".".join(["{sibling}", *inner[1:]])
    alias = node.names[0]
    name = "*" if alias.name == "*" else "{name}"
    name += " as {name}" if alias.asname == alias.name else ""
    return [_Import(item(text, inner[0], node), inner[0], f"from {module} import {name}")]


def _with_name(text: str, name: str, width: int) -> str:
    """Add the class to ``__all__``, where there is one written out."""
    node = _assigned(_body(text), "__all__")
    elements = node.elts if isinstance(node, ast.List | ast.Tuple) else []
    if not elements or not all(_string(one) for one in elements):
        return text
    items = [item(text, _string(one), one) for one in elements]
    quote = _quote(text, items[0])
    return insert_element(text, items, name, f"{quote}{name}{quote}", width)


def _body(text: str) -> Sequence[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _assigned(body: Sequence[ast.stmt], name: str) -> ast.expr | None:
    for node in body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return getattr(node, "value", None)
    return None


def _string(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else ""


def _quote(text: str, first: Item) -> str:
    return "'" if text.split("\n")[first.row][first.column] == "'" else '"'
