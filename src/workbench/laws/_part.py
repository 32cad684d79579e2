"""What a law gets: a part of the module that can be called with anything, and what it claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Arrays = dict[str, Array]


class Unsuited(Exception):
    """The law cannot be tried on this part; the message says why."""


@dataclass(frozen=True)
class Claim:
    """Something that has to hold.

    Args:
        says: What, in words that follow "it should be that".
        seen: What came out.
        wanted: What should have come out; with several, one of them.
        within: How far they may differ, relative to the scale; None for rounding alone.
    """

    says: str
    seen: Any
    wanted: Any
    within: float | None = None

    @property
    def alternatives(self) -> list[Array]:
        """All that would be right."""
        several = isinstance(self.wanted, list)
        return [np.asarray(each) for each in (self.wanted if several else [self.wanted])]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What one call of a part gave.

    Args:
        outputs: By name where names are declared, else by place: ``0``, ``1`` ...
        gradients: By input, where a cotangent was given.
        state: Parameters and buffers afterwards, by their names within the part.
    """

    outputs: Arrays
    gradients: Arrays = field(default_factory=dict)
    state: Arrays = field(default_factory=dict)

    @property
    def first(self) -> Array:
        """The first output."""
        if not self.outputs:
            raise Unsuited("it returns no tensor")
        return next(iter(self.outputs.values()))


@dataclass(frozen=True, kw_only=True)
class Part:
    """The module under check, or a module inside it.

    Args:
        inputs: What it is called with, in order, by name.
        options: The options of the spec in use.
        state: Its parameters and buffers, with weights of ordinary size.
        born: The same as they were built.
        learned: The names of those that learn.
        put: Calls it: takes inputs, changed weights and settings; returns what came out.
        time: At which place of the first input the axis of positions stands.
        inside: Whether it is a module inside, which may be built with numbers of its own.
        rng: Random numbers that are the same each time.
        built: Its own plain attributes, of one inside.
    """

    inputs: Arrays
    options: Mapping[str, Any]
    state: Arrays
    born: Arrays
    learned: tuple[str, ...]
    put: Callable[..., Answered]
    time: int = -2
    inside: bool = False
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    built: Mapping[str, Any] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The name of the first floating input."""
        for name, values in self.inputs.items():
            if values.dtype.kind == "f":
                return name
        raise Unsuited("it has no floating input")

    @property
    def x(self) -> Array:
        """The first floating input."""
        return self.inputs[self.main]

    @property
    def parameters(self) -> Arrays:
        """What is learned, by name."""
        return {name: self.state[name] for name in self.learned}

    def call(self, main: Array | None = None, /, **settings: Any) -> Answered:
        """Call it.

        Args:
            main: Another first floating input.
            settings: ``inputs`` (others, by name), ``weights`` (changed ones, by name), ``born``
                (weights as they were built), ``train``, ``seed``, ``noise`` (a number in the
                place of every normal random number, and of every uniform one), ``times`` (how
                often it is called), ``keep`` (the state that the last call left), ``cotangent``.
        """
        given = dict(self.inputs)
        if main is not None:
            given[self.main] = main
        given.update(settings.pop("inputs", {}))
        return self.put(given, **settings)

    def __call__(self, main: Array | None = None, /, **settings: Any) -> Array:
        """Call it and return the first output."""
        return self.call(main, **settings).first

    def another(self) -> Array:
        """Draw another first input of the same shape."""
        return self.rng.standard_normal(self.x.shape).astype(self.x.dtype)

    def pairs(self, least: int) -> tuple[Array, Array]:
        """Call it until there are enough rows; return ``(rows, in)`` and ``(rows, out)``."""
        ins: list[Array] = []
        outs: list[Array] = []
        while sum(len(rows) for rows in ins) < least and len(ins) < 40:
            x = self.another()
            y = self(x)
            if x.shape[:-1] != y.shape[:-1]:
                raise Unsuited("inputs and outputs are not row by row")
            ins.append(x.reshape(-1, x.shape[-1]))
            outs.append(y.reshape(-1, y.shape[-1]))
        return np.concatenate(ins), np.concatenate(outs)

    def option(self, *names: str, default: Any = None) -> Any:
        """Return the first of these options that the spec declares."""
        return next((self.options[name] for name in names if name in self.options), default)

    def among(self, usual: Iterable[Any], *names: str) -> list[Any]:
        """Return the declared value of an option, or all usual ones where none is declared."""
        declared = self.option(*names)
        return list(usual) if declared is None else [declared]

    def named(self, values: Mapping[str, Array], *words: str) -> str:
        """Return the name among some that is, or contains, one of these words.

        Raises:
            Unsuited: There is none.
        """
        for word in words:
            for name in values:
                if name == word:
                    return name
        for word in words:
            for name in values:
                if word in name:
                    return name
        raise Unsuited(
            f"nothing is called {' or '.join(words)} among {', '.join(values) or 'none'}"
        )
