"""Constructors that take one configuration object, read off the text: its class and its fields."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.frameworks import CONFIGURATIONS


@dataclass(frozen=True)
class Configuration:
    """The configuration that a class is built from.

    Args:
        argument: What the constructor calls it.
        name: Its class.
        fields: For each field that the code reads, where it is declared.
    """

    argument: str
    name: str
    fields: Mapping[str, ast.AnnAssign]


def configuration(node: ast.ClassDef, tree: ast.Module) -> Configuration | None:
    """Read the one configuration that a constructor needs, a data class of the same file.

    Args:
        node: The class.
        tree: The file.

    Returns:
        The configuration; nothing where the constructor takes something else.
    """
    start = next((part for part in node.body if getattr(part, "name", "") == "__init__"), None)
    if not isinstance(start, ast.FunctionDef):
        return None
    needed = start.args.args[1 : len(start.args.args) - len(start.args.defaults)]
    if len(needed) != 1 or not all(start.args.kw_defaults):
        return None
    classes = {part.name: part for part in tree.body if isinstance(part, ast.ClassDef)}
    known = {name: part for name, part in classes.items() if _is_dataclass(part)}
    written = ast.unparse(needed[0].annotation).strip("'\"") if needed[0].annotation else ""
    if not written and needed[0].arg in CONFIGURATIONS and len(known) == 1:
        written = next(iter(known))
    if written not in known:
        return None
    declared = {
        part.target.id: part
        for part in known[written].body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    }
    read = set(_read_names(node, needed[0].arg, classes))
    fields = {name: part for name, part in declared.items() if name in read}
    return Configuration(needed[0].arg, written, fields)


def _is_dataclass(node: ast.ClassDef) -> bool:
    names = [ast.unparse(each).partition("(")[0] for each in node.decorator_list]
    return any(name.rpartition(".")[2] == "dataclass" for name in names)


def _read_names(
    node: ast.ClassDef, argument: str, classes: Mapping[str, ast.ClassDef]
) -> Iterator[str]:
    """Yield the attributes that a class, and those that it builds, read off the configuration."""
    waiting, seen = [node], set[str]()
    while waiting:
        here = waiting.pop()
        seen.add(here.name)
        for part in ast.walk(here):
            if isinstance(part, ast.Attribute):
                owner = ast.unparse(part.value)
                if owner.rpartition(".")[2] in {argument, *CONFIGURATIONS}:
                    yield part.attr
            elif isinstance(part, ast.Name) and part.id in classes and part.id not in seen:
                waiting.append(classes[part.id])
