"""A slow reference equation over whole arrays, which the judge computes by itself.

    equals reduce(-gather(log_softmax(logits), target), reduction)

It is Python's own syntax, cut down to arithmetic, comparisons, ``and or not`` (element by element),
``a if option == 'word' else b``, slices (``x[:, 1:]``), names for parts (``(p := softmax(x))``) and
the functions below. Every axis is the last one unless it is given: ``sum(x, axis=1)``; without an
axis ``sum``, ``mean``, ``min`` and ``max`` take all. It is walked by hand and never executed.

That of a model or layer may name weights as they stand in its state, ``weights['map.weight']``, or
ask for any that fits, ``weights['?map']``, or for a stack of those whose names differ in a number,
``weights['experts.*.up.weight']``; call modules inside, ``module('blocks.*', x)``; and
speak of training: ``normal(mean)`` is the noise that was drawn in the shape of the mean, and with
``detach(x)`` the gradients are compared as well. ``Block equals x + ...`` speaks of each module of
a class: names are those of its arguments, weights are relative to it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from workbench.errors import SpecError, nearest

CHANCE = ("one_of", "sometimes", "between", "whole_between")
"""Functions that leave something to chance."""

RATE_NAMES = ("step", "epoch", "steps", "steps_per_epoch", "rate")
"""What an equation of a learning rate may speak of besides options: counts begin at 0."""

EQUATION_FUNCTIONS: dict[str, str] = {
    "abs": "absolute values",
    "exp": "exponentials",
    "log": "natural logarithms",
    "log1p": "log(1 + x)",
    "sqrt": "square roots",
    "floor": "the next whole numbers below",
    "ceil": "the next whole numbers above",
    "round": "the nearest whole numbers, halves to the even one",
    "sign": "-1, 0 or 1",
    "tanh": "hyperbolic tangents",
    "sigmoid": "1 / (1 + exp(-x))",
    "log_sigmoid": "the logarithm of the sigmoid, stable",
    "softplus": "log(1 + exp(x)), stable",
    "relu": "max(x, 0)",
    "gelu": "x times the distribution function of the normal distribution",
    "silu": "x sigmoid(x)",
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
    "sin": "sines",
    "cos": "cosines",
    "linear": "linear(x, weight, bias): x @ transpose(weight) + bias",
    "conv": "conv(x, weight, bias, stride, padding, dilation, groups), over as many axes as the "
    "weight has; padding in zeros",
    "transposed_conv": "transposed_conv(x, weight, bias, stride, padding, output_padding)",
    "max_pool": "max_pool(x, size, stride, padding)",
    "mean_pool": "mean_pool(x, size, stride, padding)",
    "layer_norm": "layer_norm(x, weight, bias, eps), over the last axis",
    "rms_norm": "rms_norm(x, weight, eps), over the last axis",
    "group_norm": "group_norm(x, groups, weight, bias, eps), channels second",
    "batch_norm": "batch_norm(x, mean, variance, weight, bias, eps), channels second",
    "attention": "attention(query, key, value, heads, mask, causal, scale), each (batch, time, "
    "width); a mask is True where it may look",
    "patches": "patches(x, size): (batch, patches, channels * size * size), row by row",
    "upsample": "upsample(x, factor): each place repeated",
    "reshape": "reshape(x, 2, -1)",
    "permute": "permute(x, 0, 2, 1): the axes in another order",
    "concat": "concat(x, y, axis)",
    "stack": "stack(x, y, axis)",
    "chunk": "chunk(x, count, index, axis): one of equal parts",
    "flip": "flip(x, axis)",
    "pad": "pad(x, before, after, axis), with zeros",
    "zeros": "zeros(2, 3): an array of them",
    "ones": "ones(2, 3): an array of them",
    "detach": "x, through which no gradient flows",
    "normal": "normal(x): the normal noise that the run drew in the shape of x, in training",
    "uniform": "uniform(x): the same, between 0 and 1",
    "one_of": "one_of(a, b): any of its arguments, for each item of a data set anew",
    "sometimes": "sometimes(share, a, b): a in so many of all items, else b",
    "between": "between(low, high): any number of a range, for each item anew",
    "whole_between": "whole_between(low, high): any whole number of a range, both ends included",
    "module": "module('encoder', x): what a module inside makes of x; 'blocks.*' is one after "
    "the other",
    "heads": "heads(x, count): (batch, time, count * d) to (batch, count, time, d)",
    "joined": "joined(x): (batch, heads, time, d) to (batch, time, heads * d)",
    "repeat": "repeat(x, count, axis): each entry so many times, one beside the other",
    "rotate": "rotate(x, base): rotary positions over (time, d), pairs are the halves",
    "rotate_pairs": "rotate_pairs(x, base): rotary positions, pairs are neighbours",
    "causal": "causal(scores): later keys at minus infinity",
    "reverse": "reverse(x, lengths): each sequence (batch, time, ...) turned round",
    "last": "last(x, lengths): the last entry of each sequence, zero where it is empty",
    "lstm": "lstm(x, w_ih, w_hh, b_ih, b_hh): all states of an LSTM from zero, gates as in torch",
    "gru": "gru(x, w_ih, w_hh, b_ih, b_hh): the same of a GRU",
    "rnn": "rnn(x, w_ih, w_hh, b_ih, b_hh): the same of a plain recurrence with tanh",
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
    def functions(self) -> frozenset[str]:
        """The functions that it calls."""
        calls = (node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return frozenset(func.id for func in calls if isinstance(func, ast.Name))

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
    if isinstance(node, ast.Call):
        _legal_call(node, text)
    for part in ast.iter_child_nodes(node):
        _check(part, text, depth + 1)


def _legal_call(node: ast.Call, text: str) -> None:
    """Refuse a function that there is not, and an argument that it has not."""
    name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
    if name not in EQUATION_FUNCTIONS:
        raise SpecError(f"{name!r} in {text!r} is no function: {nearest(name, EQUATION_FUNCTIONS)}")
    signature = re.match(rf"{name}\((.*?)\)", EQUATION_FUNCTIONS[name])
    legal = signature[1].split(", ") if signature else ["axis"]
    for argument in node.keywords:
        if argument.arg not in legal:
            raise SpecError(
                f"{text!r} names an argument {argument.arg!r} of {name}: "
                f"{nearest(str(argument.arg), legal)}"
            )


def _legal_constant(value: object) -> bool:
    return value is None or value is Ellipsis or isinstance(value, bool | int | float | str)
