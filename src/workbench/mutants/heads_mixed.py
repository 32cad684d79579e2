"""Heads are split or joined in the wrong order: features of different tokens mix.

Why: ``view(b, h, t, d)`` gives the same shape as ``view(b, t, h, d).transpose(1, 2)``.
Kill: change one token of a causal or masked input, or compare with a reference that loops over the
heads.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 0


def mutate(code: Code) -> Iterator[Mutation]:
    """Reshape straight to the final shape, without the transposition before or after."""
    for call in code.nodes(ast.Call):
        match call:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(
                        func=ast.Attribute(value=whole, attr="view" | "reshape"),
                        args=[a, b, c, d],
                    ),
                    attr="transpose",
                ),
                args=[ast.Constant(value=1), ast.Constant(value=2)],
            ):
                order = ", ".join(code.text(part) for part in (a, c, b, d))
                yield code.swap(call, f"{code.operand(whole)}.reshape({order})")
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(
                        func=ast.Attribute(value=whole, attr="unflatten"),
                        args=[_, ast.Tuple(elts=[heads, width])],
                    ),
                    attr="transpose",
                ),
                args=[ast.Constant(value=1), ast.Constant(value=2)],
            ):
                text, many = code.operand(whole), code.text(heads)
                shape = f"{text}.shape[0], {many}, {text}.shape[1], {code.text(width)}"
                yield code.swap(call, f"{text}.reshape({shape})")
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Call(func=ast.Attribute(value=heads, attr="transpose"), args=[_, _]),
                    attr="flatten",
                ),
                args=[ast.Constant(value=2)],
            ):
                text = code.operand(heads)
                yield code.swap(call, f"{text}.reshape({text}.shape[0], {text}.shape[2], -1)")
            case ast.Call(
                func=ast.Attribute(value=turned, attr="reshape" | "view"), args=[_, _, _] | [_, _]
            ) if (untransposed := _untransposed(turned)) is not None:
                shape = ", ".join(code.text(part) for part in call.args)
                yield code.swap(call, f"{code.operand(untransposed)}.reshape({shape})")
            case ast.Call(func=function, args=[_, ast.Constant(value=str(pattern))]) if (
                last_name(function) == "rearrange"
            ):
                yield from _rearranged(code, call.args[1], pattern)


def _untransposed(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr="contiguous"), args=[]):
            return _untransposed(inner)
        case ast.Call(
            func=ast.Attribute(value=inner, attr="transpose"),
            args=[ast.Constant(value=1), ast.Constant(value=2)],
        ):
            return inner
    return None


def _rearranged(code: Code, node: ast.expr, pattern: str) -> Iterator[Mutation]:
    """Exchange the two factors of a split axis in an einops pattern."""
    for group in re.finditer(r"\((\w+) (\w+)\)", pattern):
        turned = f"({group[2]} {group[1]})"
        yield code.swap(node, repr(pattern[: group.start()] + turned + pattern[group.end() :]))
