"""A slow reference equation over whole arrays, which the judge computes by itself.

    equals reduce(-gather(log_softmax(logits), target), reduction)

It is Python's own syntax, cut down to arithmetic, comparisons, ``and or not`` (element by element),
``a if option == 'word' else b``, slices (``x[:, 1:]``), names for parts (``(p := softmax(x))``) and
the functions below. That of a model or layer may name weights as they stand in its state:
``x @ transpose(weights['map.weight'])``. Every axis is the last one unless it is given:
``sum(x, axis=1)``; without an axis ``sum``, ``mean``, ``min`` and ``max`` take all. It is walked by
hand and never executed.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from workbench.errors import SpecError, nearest

EQUATION_FUNCTIONS: dict[str, str] = {
    "abs": "absolute values",
    "exp": "exponentials",
    "log": "natural logarithms",
    "log1p": "log(1 + x)",
    "sqrt": "square roots",
    "tanh": "hyperbolic tangents",
    "sigmoid": "1 / (1 + exp(-x))",
    "log_sigmoid": "the logarithm of the sigmoid, stable",
    "softplus": "log(1 + exp(x)), stable",
    "relu": "max(x, 0)",
    "erf": "the error function",
    "softmax": "softmax(x, axis)",
    "log_softmax": "log_softmax(x, axis), stable",
    "logsumexp": "logsumexp(x, axis), stable",
    "gather": "gather(x, index, axis): the entries of x that an index names along an axis",
    "one_hot": "one_hot(index, count): a new last axis",
    "where": "where(condition, a, b)",
    "clip": "clip(x, low, high)",
    "minimum": "the smaller of two",
    "maximum": "the larger of two",
    "sum": "sum(x, axis)",
    "mean": "mean(x, axis)",
    "min": "min(x, axis)",
    "max": "max(x, axis)",
    "any": "any(x, axis)",
    "all": "all(x, axis)",
    "argmax": "argmax(x, axis)",
    "argsort": "argsort(x, axis), stable",
    "sort": "sort(x, axis)",
    "cumsum": "cumsum(x, axis)",
    "norm": "norm(x, axis): the root of the sum of squares",
    "transpose": "the last two axes swapped",
    "diagonal": "the diagonal of the last two axes",
    "eye": "eye(count): an identity matrix",
    "arange": "arange(count): 0, 1, 2 ...",
    "size": "size(x, axis): how many entries there are along an axis",
    "reduce": "reduce(x, reduction, weights): mean, sum or none of x; a mean divides by the sum of "
    "the weights, where there are any",
}
_OPERATORS = (
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult),
    *(ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
    *(ast.And, ast.Or, ast.Not, ast.USub, ast.UAdd, ast.Load, ast.Store),
)
_PARTS = (
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Name, ast.Constant),
    *(ast.Subscript, ast.Slice, ast.Tuple, ast.Call, ast.keyword, ast.NamedExpr),
)
_LONGEST = 2000
_DEEPEST = 60


@dataclass(frozen=True)
class Equation:
    """A reference equation.

    Args:
        text: The right side of ``equals``.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse at once what cannot be computed later."""
        _check(self.tree, self.text, 0)

    @property
    def tree(self) -> ast.expr:
        """The syntax tree."""
        if len(self.text) > _LONGEST:
            raise SpecError(f"an equation of {len(self.text)} characters; at most {_LONGEST}")
        try:
            return ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise SpecError(
                f"{self.text!r} is no equation; write for example "
                "'equals mean(-gather(log_softmax(logits), target))'"
            ) from error

    @property
    def names(self) -> frozenset[str]:
        """The inputs, options and sizes that it mentions."""
        tree = self.tree
        functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        used = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and id(node) not in functions
        }
        return frozenset(used - self._parts)

    @property
    def _parts(self) -> set[str]:
        """The names that it gives to parts of itself."""
        named = (node for node in ast.walk(self.tree) if isinstance(node, ast.NamedExpr))
        return {node.target.id for node in named}

    def __str__(self) -> str:
        """Return the equation as it was written."""
        return self.text


def _check(node: ast.AST, text: str, depth: int) -> None:
    """Walk the tree and refuse every kind of node that the language does not have."""
    if depth > _DEEPEST:
        raise SpecError(f"{text!r} is nested too deeply")
    if not isinstance(node, _PARTS + _OPERATORS):
        kind = type(node).__name__.lower()
        known = ", ".join(EQUATION_FUNCTIONS)
        raise SpecError(f"{text!r} holds {kind}, which is not read here; functions are {known}")
    if isinstance(node, ast.Constant) and not _legal_constant(node.value):
        raise SpecError(f"{text!r} holds {node.value!r}; write numbers and words in quotes")
    if isinstance(node, ast.keyword) and node.arg != "axis":
        raise SpecError(f"{text!r} names an argument {node.arg!r}; only axis has a name")
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name not in EQUATION_FUNCTIONS:
            known = nearest(name, EQUATION_FUNCTIONS)
            raise SpecError(f"{name!r} in {text!r} is no function: {known}")
    for part in ast.iter_child_nodes(node):
        _check(part, text, depth + 1)


def _legal_constant(value: object) -> bool:
    return value is None or value is Ellipsis or isinstance(value, bool | int | float | str)
