"""Grows all mutants of a draft's files, in an order and under names that stay."""

from __future__ import annotations

import ast
import difflib
import inspect
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from workbench import registry
from workbench.mutants._code import Code, Mutation
from workbench.records import Mutant


@dataclass(frozen=True)
class Grown:
    """A mutant and the whole file that it makes.

    Args:
        mutant: What was changed and where.
        source: The changed file.
        alarm: The file with an error in that place, to find out whether it is ever reached.
        guard: Whether it decides only which input is refused.
    """

    mutant: Mutant
    source: str
    alarm: str
    guard: bool


def grow(files: Mapping[str, str], operators: Sequence[str] | None = None) -> list[Grown]:
    """Grow the mutants of some files.

    Args:
        files: Source text by path.
        operators: Members of this room; all of them if not given.

    Returns:
        Mutants that compile and that differ from the original and from each other: those of the
        operators that mean something to an engineer first, then the plain ones.

    Raises:
        UsageError: There is no such operator.
        SyntaxError: A file is no Python.
    """
    names = registry.members("mutants") if operators is None else operators
    loaded = [(name, registry.load("mutants", name)) for name in names]
    if operators is None:
        loaded.sort(key=lambda entry: (entry[1].RANK, entry[0]))
    codes = {path: Code(text) for path, text in files.items()}
    seen = {path: {ast.dump(code.tree)} for path, code in codes.items()}
    return [
        grown
        for name, operator in loaded
        for path, code in codes.items()
        for grown in _of(name, operator, path, code, seen[path])
    ]


def spread(grown: Sequence[Grown], limit: int) -> list[Grown]:
    """Choose some mutants, as many different operators as possible, in the same order.

    Args:
        grown: All mutants.
        limit: How many at most.

    Returns:
        The chosen ones; each operator's first place comes before any operator's second.
    """
    turns: dict[str, int] = {}
    ranked = []
    for place, one in enumerate(grown):
        turn = turns.get(one.mutant.operator, 0)
        turns[one.mutant.operator] = turn + 1
        ranked.append((turn, place))
    return [grown[place] for place in sorted(place for _, place in sorted(ranked)[:limit])]


def _of(name: str, operator: ModuleType, path: str, code: Code, seen: set[str]) -> Iterator[Grown]:
    lesson = lesson_of(operator)
    lines: dict[int, int] = {}
    for mutation in operator.mutate(code):
        dump = _dump(mutation.source)
        if dump is None or dump in seen:
            continue
        seen.add(dump)
        lines[mutation.line] = lines.get(mutation.line, 0) + 1
        again = f":{lines[mutation.line]}" if lines[mutation.line] > 1 else ""
        mutant = Mutant(
            id=f"{name}@{path}:{mutation.line}{again}",
            operator=name,
            path=path,
            line=mutation.line,
            diff=_difference(path, code, mutation),
            **lesson,
        )
        yield Grown(mutant, mutation.source, mutation.alarm, mutation.guard)


def _dump(source: str) -> str | None:
    """Return what the source says, or None where it cannot be compiled."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            compile(tree, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return ast.dump(tree)


def _difference(path: str, code: Code, mutation: Mutation) -> str:
    before, after = code.source.splitlines(), mutation.source.splitlines()
    lines = difflib.unified_diff(before, after, f"a/{path}", f"b/{path}", n=1, lineterm="")
    return "\n".join(lines)


def lesson_of(operator: ModuleType) -> dict[str, str]:
    """Read an operator's docstring.

    Args:
        operator: A member of this room.

    Returns:
        ``what`` it breaks, ``why`` a person would get it wrong, and the ``fix``: which test would
        have caught it.
    """
    text = inspect.cleandoc(operator.__doc__ or "")
    parts = re.split(r"\n+(?=Why:|Kill:)", text)
    named = {part.split(":")[0]: " ".join(part.split(":", 1)[1].split()) for part in parts[1:]}
    return {
        "what": " ".join(parts[0].split()),
        "why": named.get("Why", ""),
        "fix": named.get("Kill", ""),
    }
