"""One line for one tensor: ``int64 "batch time" in 0..vocab_size-1``.

The quoted part follows jaxtyping's grammar (https://docs.kidger.site/jaxtyping/api/array/):
names, integers and integer expressions for axes, ``*name`` for several axes, ``...`` for any
axes, ``_`` for an axis of any size and ``#name`` for an axis that may also be 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import SpecError, nearest
from workbench.spec._expression import Expression

DTYPES: dict[str, str] = {
    "float": "any floating point type; float32 when a tensor is made",
    "float16": "half precision",
    "bfloat16": "brain float",
    "float32": "single precision",
    "float64": "double precision",
    "int": "any integer type; int64 when a tensor is made",
    "int8": "8-bit integer",
    "int16": "16-bit integer",
    "int32": "32-bit integer",
    "int64": "64-bit integer",
    "uint8": "8-bit unsigned integer",
    "bool": "booleans",
    "complex64": "complex of two float32",
    "complex128": "complex of two float64",
}

_LINE = re.compile(
    r"""^\s*(?P<dtype>\w+)\s+"(?P<axes>[^"]*)"(?:\s+in\s+(?P<low>.+?)\s*\.\.\s*(?P<high>.+?))?\s*$"""
)
_NAME = re.compile(r"[A-Za-z_]\w*$")


@dataclass(frozen=True)
class Axis:
    """One axis of a tensor.

    Args:
        text: The axis as it was written.
        kind: ``"size"`` (an expression), ``"any"`` (``_``), ``"several"`` (``*name`` or ``...``).
        broadcast: Whether the axis may also be 1 (``#name``).
    """

    text: str
    kind: str
    broadcast: bool = False

    @property
    def expression(self) -> Expression:
        """The axis as a closed form; only for the kind ``"size"``."""
        return Expression(self.text.lstrip("#"))


@dataclass(frozen=True)
class Tensor:
    """The declared type of one input or output.

    Args:
        name: Its argument name, or its name among the outputs.
        dtype: A key of `DTYPES`.
        axes: Its axes in order.
        low: Smallest legal value, where values are bounded.
        high: Largest legal value, inclusive.
        optional: Whether the module must also work without it.
    """

    name: str
    dtype: str
    axes: tuple[Axis, ...]
    low: Expression | None = None
    high: Expression | None = None
    optional: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The options and sizes that the line mentions."""
        expressions = [axis.expression for axis in self.axes if axis.kind == "size"]
        expressions += [bound for bound in (self.low, self.high) if bound is not None]
        return frozenset().union(*(expression.names for expression in expressions))

    def shape(self, names: Mapping[str, Any]) -> tuple[int, ...]:
        """Compute the shape for given options and sizes.

        Args:
            names: A value for every option and size in the axes; several axes (``*name``) take a
                tuple under their name, ``...`` under ``"..."`` and ``_`` under ``"_"``; where
                these are not given, no axis and an axis of 1 are taken.

        Returns:
            The shape, one integer per axis.
        """
        shape: list[int] = []
        for axis in self.axes:
            if axis.kind == "several":
                shape.extend(names.get(axis.text.lstrip("*#"), ()))
            elif axis.kind == "any":
                shape.append(names.get("_", 1))
            else:
                shape.append(int(axis.expression.value(names)))
        return tuple(shape)

    def __str__(self) -> str:
        """Return the line as it stands in a spec file."""
        bounds = f" in {self.low}..{self.high}" if self.low is not None else ""
        return f'{self.dtype} "{" ".join(axis.text for axis in self.axes)}"{bounds}'


def parse_tensor(name: str, line: str) -> Tensor:
    """Read one tensor line.

    Args:
        name: The key before the colon; a trailing ``?`` marks an optional input.
        line: For example ``int64 "batch time" in 0..vocab_size-1``.

    Returns:
        The declared tensor.

    Raises:
        SpecError: The line does not follow the grammar.
    """
    match = _LINE.match(line) if isinstance(line, str) else None
    if match is None:
        raise SpecError(
            f"{line!r} is not a tensor line; write a type, the axes in quotes and, where values "
            'are bounded, a range: int64 "batch time" in 0..vocab_size-1'
        )
    if match["dtype"] not in DTYPES:
        raise SpecError(f"{match['dtype']!r} is no tensor type: {nearest(match['dtype'], DTYPES)}")
    bare = name.removesuffix("?")
    if not _NAME.match(bare):
        raise SpecError(f"{name!r} is no argument name; write letters, digits and underscores")
    low, high = (Expression(match[end]) if match[end] else None for end in ("low", "high"))
    axes = tuple(_axis(text) for text in _words(match["axes"]))
    return Tensor(bare, match["dtype"], axes, low, high, optional=name.endswith("?"))


def _words(axes: str) -> list[str]:
    """Split at spaces outside brackets, so that ``f(a, b)`` stays one axis."""
    words, depth = [""], 0
    for character in axes.strip():
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == " " and depth == 0:
            words.append("")
        else:
            words[-1] += character
    return [word for word in words if word]


def _axis(text: str) -> Axis:
    if text in {"...", "*..."} or text.startswith(("*", "#*", "*#")):
        return Axis(text, "several", broadcast="#" in text)
    if text == "_" or (text.startswith("_") and _NAME.match(text)):
        return Axis(text, "any")
    bare = text.lstrip("#")
    Expression(bare)
    return Axis(text, "size", broadcast=text.startswith("#"))
