"""Reads small pieces of syntax: names and their words, arguments, numbers."""

from __future__ import annotations

import ast
import re


def last_name(node: ast.AST) -> str:
    """Return the last name of ``a.b.c``, or an empty text where there is none."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def words(node: ast.AST) -> set[str]:
    """Return the words of all names in a piece of code: ``self.key_norm1`` has key and norm."""
    found: set[str] = set()
    for part in ast.walk(node):
        found |= split(last_name(part)) | split(getattr(part, "arg", None) or "")
    return found


def split(name: str) -> set[str]:
    """Split a name into words, without the digits at their ends."""
    return {word.rstrip("0123456789") for word in name.lower().split("_")} - {""}


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """Return an argument of a call by its place or by its name, where it is given."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[place] if 0 <= place < len(call.args) else None


def defaults(arguments: ast.arguments) -> list[tuple[ast.arg, ast.expr]]:
    """Return the arguments of a function that have a default, each with it."""
    by_place = [*arguments.posonlyargs, *arguments.args]
    given = len(arguments.defaults)
    pairs = list(zip(by_place[len(by_place) - given :], arguments.defaults, strict=True))
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return pairs + [(name, value) for name, value in named if value is not None]


def number(node: ast.AST | None) -> float | None:
    """Return the value of a number that is written out, its sign included."""
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    return None


def same(one: ast.AST, other: ast.AST) -> bool:
    """Tell whether two pieces of code say the same."""
    return re.sub(r"ctx=\w+\(\)", "", ast.dump(one)) == re.sub(r"ctx=\w+\(\)", "", ast.dump(other))
