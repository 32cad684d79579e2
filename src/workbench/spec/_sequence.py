"""An order of operations, as a written design lists them.

    runs num_stages * (2 * (conv 3x3, batch norm, relu), max pool 2), mean, linear
    Block runs ..., depthwise conv kernel_size, batch norm, silu, ...

Operations are separated by commas. ``n * (...)`` repeats a part as often as a closed form says,
``(a | b)`` is either, ``...`` any number of operations. Behind the name stand numbers and words:
the kernel of a convolution or pool, the groups of a group norm, ``stride 2``, ``dilation 2``,
``groups 4``, ``width 32``; what is not said is 1 for a stride, a dilation and groups, the kernel
for the stride of a pool, and open for all else (so is the stride of a transposed convolution).
``stride any`` leaves it open. With ``dropout`` or noise the order is that of a run in training.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import SpecError, nearest
from workbench.spec._expression import Expression

OPERATIONS: dict[str, str] = {
    "conv": "a convolution: conv 3x3, conv 5 depthwise, conv 3x3 stride 2 groups 4",
    "transposed conv": "a transposed convolution",
    "linear": "a fully connected map; a 1x1 convolution is one as well",
    "product": "a matrix product of two that depend on the input, outside of attention",
    "embedding": "rows of a table, looked up by an input",
    "lookup": "rows of something that depends on the input, picked by an index",
    "patches": "patches that are cut out with torch's unfold: patches 4",
    "attention": "all from the projections up to the weighted sum of the values",
    "batch norm": "a norm over the batch, in evaluation by its running statistics",
    "layer norm": "a norm over features",
    "group norm": "a norm over groups of channels: group norm 4",
    "instance norm": "a norm over places",
    "rms norm": "a division by the root mean square",
    "max pool": "the largest of a window: max pool 2, max pool 3 stride 2",
    "mean pool": "the mean of a window",
    "adaptive pool": "a pool to a given size larger than one",
    "mean": "a mean over whole axes, as a global mean pool takes it",
    "sum": "a sum over whole axes",
    "max": "a maximum over whole axes, as a global max pool takes it",
    "min": "a minimum over whole axes",
    "softmax": "a softmax outside of attention",
    "log softmax": "its logarithm",
    "add": "two tensors that depend on the input are added, as in a residual connection",
    "subtract": "the difference of two",
    "multiply": "the product of two, element by element, as in a gate",
    "divide": "the quotient of two",
    "add parameter": "a parameter or a table is added, as learned positions are",
    "multiply parameter": "a parameter scales, as a layer scale does",
    "add number": "a constant is added",
    "dropout": "dropout 0.1, dropout 0.1 channels, dropout 0.1 examples (as drop path does), "
    "dropout 0.1 unscaled (what is kept is not divided by the share that is kept); an "
    "order with it is that of a run in training",
    "add noise": "random numbers are added, in training",
    "multiply noise": "random numbers scale, in training",
    "add positions": "either of them: a table is added, learned or computed",
    "multiply number": "a constant scales: multiply number 0.5",
    "line": "a constant scales and another one is added, as in 1 - x",
    "concat": "two or more that depend on the input are joined along an axis",
    "concat parameter": "a parameter is joined to what depends on the input, as a class token is",
    "concat number": "constants are joined to what depends on the input",
    "upsample": "to a larger size: upsample nearest, upsample bilinear, upsample bilinear aligned "
    "(at the corners)",
    "flip": "the order along an axis is turned round",
    "roll": "places move along an axis in a circle",
    "reflection pad": "edges are continued by their mirror image",
    "replication pad": "edges are continued by their last value",
    "circular pad": "edges are continued by the opposite ones",
    "pixel shuffle": "channels become places",
    "stack": "two or more are laid along a new axis",
    "normalise": "x divided by its length",
    "relu": "max(x, 0)",
    "gelu": "x times the normal distribution's function, or its tanh form",
    "silu": "x sigmoid(x)",
    "leaky relu": "a slope below zero: leaky relu 0.2",
    "prelu": "a slope below zero that is learned",
    "elu": "exp(x) - 1 below zero",
    "selu": "its scaled form",
    "mish": "x tanh(softplus(x))",
    "softplus": "log(1 + exp(x))",
    "hardswish": "x relu6(x + 3) / 6",
    "relu6": "a rectifier that ends at 6",
    "squared relu": "max(x, 0) squared",
    "quick gelu": "x sigmoid(1.702 x)",
    "sigmoid": "1 / (1 + exp(-x))",
    "hardsigmoid": "relu6(x + 3) / 6",
    "tanh": "the hyperbolic tangent",
    "exp": "the exponential",
    "square": "x x",
    "sqrt": "the square root",
    "log": "the natural logarithm",
    "abs": "the absolute value",
    "torch": "any other one by the framework's name: torch cumsum",
}
_SAME = {
    "convolution": "conv",
    "transposed convolution": "transposed conv",
    "global mean pool": "mean",
    "global average pool": "mean",
    "global max pool": "max",
    "average pool": "mean pool",
    "pointwise conv": "linear",
    "dense": "linear",
    "swish": "silu",
    "concatenate": "concat",
    "residual": "add",
    "gate": "multiply",
    "scale": "multiply parameter",
    "multi head attention": "attention",
}
_SETTINGS = ("stride", "dilation", "groups", "width", "padding")
_FLAGS = (
    "depthwise",
    "nearest",
    "bilinear",
    "bicubic",
    "aligned",
    "channels",
    "examples",
    "unscaled",
)
_LONGEST = 2000
_MOST = 1000  # times that a part can be repeated
_WORDS = {**{name: name for name in OPERATIONS}, **_SAME}


@dataclass(frozen=True)
class Operation:
    """One operation that is asked for.

    Args:
        name: A key of `OPERATIONS`, or ``...``.
        text: As it was written.
        size: Of a kernel or window, one closed form per axis; groups of a group norm; a number.
        settings: Closed forms by name; None where any will do.
        flags: ``depthwise``, ``nearest``, ``bilinear``, ``aligned``, ``channels``, ``examples``.
    """

    name: str
    text: str
    size: tuple[Expression, ...] = ()
    settings: Mapping[str, Expression | None] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Repeat:
    """A part that is repeated.

    Args:
        count: How often.
        choices: The part; with several, any of them each time.
    """

    count: Expression
    choices: tuple[tuple[Item, ...], ...]

    def times(self, options: Mapping[str, Any]) -> int:
        """Return the count.

        Raises:
            SpecError: It is no number of times.
        """
        count = self.count.value(options)
        if not isinstance(count, int) or not 0 <= count <= _MOST:
            raise SpecError(f"{self.count.text!r} is {count!r}, which is no number of times")
        return int(count)


Item = Operation | Repeat


@dataclass(frozen=True)
class Sequence:
    """An order of operations.

    Args:
        text: The right side of ``runs``.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse at once what cannot be read later."""
        if len(self.text) > _LONGEST:
            raise SpecError(f"an order of {len(self.text)} characters; at most {_LONGEST}")
        _ = self.choices

    @property
    def choices(self) -> tuple[tuple[Item, ...], ...]:
        """What is asked for; with several, any of them."""
        return _choices(self.text)

    @property
    def names(self) -> frozenset[str]:
        """The options that its closed forms mention."""
        return frozenset().union(*(each.names for each in _expressions(self.choices)))

    @property
    def in_training(self) -> bool:
        """Whether it names what only training does: a run in training is meant."""
        return any("dropout" in item.name or "noise" in item.name for item in _each(self.choices))

    def __str__(self) -> str:
        """Return the order as it was written."""
        return self.text


def _each(choices: tuple[tuple[Item, ...], ...]) -> Iterator[Operation]:
    for item in (item for choice in choices for item in choice):
        if isinstance(item, Repeat):
            yield from _each(item.choices)
        else:
            yield item


def _expressions(choices: tuple[tuple[Item, ...], ...]) -> Iterator[Expression]:
    for item in (item for choice in choices for item in choice):
        if isinstance(item, Repeat):
            yield item.count
            yield from _expressions(item.choices)
        else:
            yield from item.size
            yield from (value for value in item.settings.values() if value is not None)


def _choices(text: str) -> tuple[tuple[Item, ...], ...]:
    return tuple(
        tuple(_item(part.strip(), text) for part in _split(choice, ","))
        for choice in _split(text, "|")
    )


def _split(text: str, sign: str) -> list[str]:
    """Split where a sign stands outside of all brackets."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if depth < 0:
            raise SpecError(f"{text!r} closes a bracket that was not opened")
        if letter == sign and not depth:
            parts.append(text[start:at])
            start = at + 1
    if depth:
        raise SpecError(f"{text!r} leaves a bracket open")
    return [*parts, text[start:]]


def _item(text: str, whole: str) -> Item:
    if not text:
        raise SpecError(f"{whole!r} has an empty place; write '...' for operations of any kind")
    factors = _split(text, "*")
    for at in range(len(factors)):
        part = "*".join(factors[at:]).strip()
        inner = _within_brackets(part)
        if inner or _named(part) or at == len(factors) - 1:
            break
    choices = _choices(inner) if inner else ((_step(part),),)
    if not at:
        return Repeat(Expression("1"), choices) if inner else choices[0][0]
    return Repeat(Expression("*".join(factors[:at])), choices)


def _within_brackets(text: str) -> str:
    """Return what one pair of brackets around all of a text holds, or nothing."""
    if not text.startswith("(") or not text.endswith(")"):
        return ""
    depth = 0
    for at, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if not depth:
            return text[1:-1] if at == len(text) - 1 else ""
    return ""


def _step(text: str) -> Operation:
    if text == "...":
        return Operation("...", text)
    named = _named(text)
    if named is not None and named[0] == "torch" and len(named[1]) == 1:
        return Operation(named[1][0], text)
    if named is None:
        raise SpecError(f"{text!r} is no operation: {nearest(text, _WORDS)}")
    return _filled(named[0], text, named[1])


def _named(text: str) -> tuple[str, list[str]] | None:
    """Return the name that an operation begins with, and the words beside it."""
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text)  # multi-head is two words
    words = re.sub(r"\s*(\*\*|//|[*/+-])\s*", r"\1", text).split()  # rate / 2 is one
    before: list[str] = []
    while words and (words[0] in _FLAGS or re.fullmatch(r"\d+(x\d+)*", words[0])):
        before.append(words.pop(0))  # 3x3 conv is conv 3x3
    for length in range(len(words), 0, -1):
        known = _WORDS.get(" ".join(words[:length]))
        if known is not None:
            return known, [*before, *words[length:]]
    return None


def _filled(name: str, text: str, rest: list[str]) -> Operation:
    size: tuple[Expression, ...] = ()
    settings: dict[str, Expression | None] = {}
    flags: set[str] = set()
    while rest:
        word = rest.pop(0)
        if word in _FLAGS:
            flags.add(word)
        elif word in _SETTINGS:
            if not rest:
                raise SpecError(f"{text!r} says no number behind {word!r}")
            value = rest.pop(0)
            settings[word] = None if value == "any" else Expression(value)
        elif not size:
            size = _size(word)
        else:
            legal = (*_SETTINGS, *_FLAGS)
            raise SpecError(f"{word!r} in {text!r} says nothing: {nearest(word, legal)}")
    return Operation(name, text, size, settings, frozenset(flags))


def _size(word: str) -> tuple[Expression, ...]:
    """Read 3x3, or one closed form for all axes."""
    return tuple(Expression(part) for part in re.split(r"(?<=\d)x(?=\d)", word))
