"""One Python file as facts: what it imports, defines and documents."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: ``from module import name as alias``; ``name`` is empty for modules."""

    line: int
    module: str
    name: str
    alias: str
    level: int
    top: bool = True


@dataclass(frozen=True, slots=True)
class Decorator:
    """A decorator: its dotted name as written, whether it is called, its one string argument."""

    name: str
    called: bool
    argument: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function, without self and cls."""

    name: str
    kind: str  # positional | keyword | stars
    annotation: str
    annotated: bool
    default: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method."""

    name: str
    line: int
    docstring: str | None
    parameters: tuple[Parameter, ...]
    returns: bool
    decorators: tuple[Decorator, ...]
    abstract: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A dictionary at the top of a module that names classes or functions: ``{"mlp": MLP}``."""

    name: str
    line: int
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Class:
    """A class at the top of a module; bases are dotted names as written."""

    name: str
    line: int
    bases: tuple[str, ...]
    docstring: str | None
    methods: tuple[Function, ...]
    decorators: tuple[Decorator, ...]

    def method(self, name: str) -> Function | None:
        """Return the method of a name that the class defines itself."""
        return next((method for method in self.methods if method.name == name), None)


@dataclass(frozen=True)
class Source:
    r"""One parsed Python file.

    Args:
        path: Relative to the target's root.
        text: Its text, with line breaks as ``\n``.
        docstring: The module's docstring.
        imports: What it imports, in functions excepted.
        classes: The classes at its top level.
        functions: The functions at its top level.
        tables: The dictionaries of names at its top level.
        exported: The names in ``__all__``, or None where it has none.
        syntax: How often annotations use which syntax.
        outlined: Whether it was parsed without the bodies of its functions, which changes no fact.
    """

    path: str
    text: str
    docstring: str | None
    imports: tuple[Import, ...]
    classes: tuple[Class, ...]
    functions: tuple[Function, ...]
    tables: tuple[Table, ...]
    exported: tuple[str, ...] | None
    syntax: Counter[str] = field(default_factory=Counter)
    outlined: bool = field(default=False, compare=False)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its lines."""
        return tuple(self.text.split("\n"))

    def line(self, number: int) -> str:
        """Return one line, shortened, for evidence."""
        text = self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""
        return text if len(text) <= 120 else text[:117] + "..."
