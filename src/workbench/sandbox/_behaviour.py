"""Tells whether a mutant behaves like the original wherever that can be looked at.

Both are asked the same questions with the same inputs, weights and seeds: signatures, state,
full-size shapes, outputs and gradients at several sizes and precisions in evaluation and in
training, what is saved, and what is said about input and options that are out of place. The first
difference decides. Agreement is worth something only where the changed place was reached: the same
questions must notice an error that is raised there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from workbench.checks import CannotLook, Subject, behaviours, others, variant
from workbench.errors import CandidateError, CandidateLost, CandidateRaised
from workbench.sandbox._alike import alike, apart
from workbench.spec import Spec

Question = Callable[[Subject], object]
Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]

_EXTREME = 100.0
_SEEDS = 3
_MANY = 20_000  # elements of one input; more would be no quick look
_WITHOUT_A_RUN = frozenset({"metric", "dataset", "training"})
_OWN_WORDS = frozenset({"ValueError", "AssertionError", "KeyError", "NotImplementedError"})


@dataclass(frozen=True)
class Difference:
    """The first answer in which a mutant differs.

    Args:
        words: What was asked.
        where: Which part of the answer differs, with both values; ``""`` where one gave none.
    """

    words: str
    where: str = ""


class Original:
    """The unchanged module's behaviour, asked for once.

    Args:
        spec: What is asked for.
        module: The dotted name of the module that defines it.
        ask: Puts a question to a candidate that has the unchanged module.
    """

    def __init__(self, spec: Spec, module: str, ask: Ask) -> None:
        self._spec, self._module = spec, module
        self._subject = Subject(spec, module, ask)

    @cached_property
    def _answers(self) -> list[tuple[str, Question, object]]:
        found = []
        again = self._like(self._subject.line.ask)
        for words, question in _questions(self._subject):
            answer = _answer(self._subject, question)
            # What differs from itself, as a peak of memory may, tells nothing about a mutant.
            if not isinstance(answer, _Silence) and alike(answer, _answer(again, question)):
                found.append((words, question, answer))
        return found

    def cannot_look(self) -> str:
        """Say why nothing can be compared, or return an empty text."""
        try:
            if self._spec.kind not in _WITHOUT_A_RUN:
                self._subject.run(self._subject.case())
            return "" if self._answers else "no question is answered"
        except (CandidateError, CannotLook, KeyError) as error:
            return f"it does not run as its contract says: {error}"

    def difference(self, ask: Ask) -> Difference | None:
        """Find a difference.

        Args:
            ask: Puts a question to a candidate that has the changed module.

        Returns:
            Where the two differ, or None where they do not.
        """
        subject = self._like(ask)
        for words, question, answer in self._answers:
            theirs = _answer(subject, question)
            if isinstance(theirs, _Silence):
                return Difference(f"{words} (it gave no answer)")
            if not alike(answer, theirs):
                return Difference(words, apart(answer, theirs))
        return None

    def _like(self, ask: Ask) -> Subject:
        """Make a subject of the same size and precision, which knows no answers yet."""
        subject = Subject(self._spec, self._module, ask)
        if self._spec.kind not in _WITHOUT_A_RUN:
            subject.options, subject.exact = self._subject.options, self._subject.exact
        return subject

    @property
    def count(self) -> int:
        """How many questions are compared."""
        return len(self._answers)


class _Silence:
    """No answer: it could not be looked at."""


def _answer(subject: Subject, question: Question) -> object:
    try:
        return question(subject)
    except CandidateRaised as error:
        # What the library says about a wrong shape depends on how it was computed.
        return ("raised", error.kind, error.message if error.kind in _OWN_WORDS else "")
    except (CandidateLost, CannotLook, KeyError):
        return _Silence()


def _questions(subject: Subject) -> Iterator[tuple[str, Question]]:
    if subject.spec.kind in _WITHOUT_A_RUN:
        yield from behaviours(subject)
    else:
        yield from _runs(subject)


def _runs(subject: Subject) -> Iterator[tuple[str, Question]]:
    yield "signatures", lambda s: _without(s.describe(), "where")
    yield "parameters and buffers", lambda s: s.build("float32")
    yield "shapes at full size", lambda s: _without(s.outline(s.spec.options), "peak")
    for sizes in _sizes(subject):
        for train in (False, True):
            yield f"sizes {sizes}, train={train}", _run(sizes=sizes, train=train)
    for seed in range(1, 1 + _SEEDS):
        for train in (False, True):
            yield f"seed {seed}, train={train}", _run(seed=seed, train=train)
    if subject.optional:
        yield f"without {subject.optional}", _run(without=tuple(subject.optional))
        yield (
            f"without {subject.optional}, train",
            _run(without=tuple(subject.optional), train=True),
        )
    for dtype in ("float32", "float16"):
        yield dtype, _run(dtype=dtype)
    yield "fresh weights", _run(weights="born")
    yield f"inputs times {_EXTREME:g}", _run(factor=_EXTREME)
    yield f"inputs divided by {_EXTREME:g}", _run(factor=1 / _EXTREME)
    yield "the state that training leaves", _twice
    yield "save and load", lambda s: s.reload(s.case(), other=s.seed + 1)
    for name in subject.spec.inputs:
        for words, spoil in _SPOILED:
            yield f"{name} {words}", _refusal(name, spoil)
    for option, value in subject.options.items():
        for other in others(value):
            yield f"{option} = {other!r}", _rebuilt(option, other)
    if subject.spec.kind == "loss" and "reduction" in subject.options:
        for word in ("none", "sum", "mean"):
            yield f"reduction = {word}", _reduced(word, {})
            yield f"reduction = {word} of one", _reduced(word, {"batch": 1})


def _run(
    *,
    sizes: Mapping[str, int] | None = None,
    dtype: str = "",
    without: tuple[str, ...] = (),
    weights: str = "spread",
    seed: int = 0,
    train: bool = False,
    factor: float = 1.0,
) -> Question:
    """Make the question for outputs, gradients and what became of the inputs."""

    def question(subject: Subject) -> object:
        case = subject.case(sizes, dtype=dtype, without=without, seed=seed)
        inputs = {
            name: (values * factor).astype(values.dtype) if _is_float(values) else values
            for name, values in subject.inputs(case).items()
        }
        settings: dict[str, Any] = {"weights": weights, "train": train, "seed": seed}
        plain = subject.run(case, inputs=inputs, echo=True, **settings)
        cotangents = subject.cotangents(plain, 1, salt=seed)
        pulled = subject.run(case, inputs=inputs, cotangents=cotangents, **settings)
        return {**vars(plain), "gradients": pulled.gradients}

    return question


def _twice(subject: Subject) -> object:
    case = subject.case()
    inputs = subject.inputs(case)
    first = subject.run(case, inputs=inputs, train=True)
    return [vars(first), vars(subject.run(case, inputs=inputs, keep=True))]


def _sizes(subject: Subject) -> Iterator[dict[str, int]]:
    """Yield ordinary sizes, each axis at its smallest and at one, and larger ones together."""
    usual = dict(subject.case().sizes)
    bounds = {n: s.bounds(subject.options) for n, s in subject.spec.sizes.items()}
    yield usual
    for name, (low, high, step) in bounds.items():
        for size in (0, 1, low, low + step):
            if low <= size <= high and (size - low) % step == 0 and size != usual[name]:
                yield {**usual, name: size}
    larger = {n: min(high, usual[n] + 4 * step) for n, (_, high, step) in bounds.items()}
    if larger != usual and _volume(subject, larger) <= _MANY:
        yield larger


def _volume(subject: Subject, sizes: Mapping[str, int]) -> int:
    names = {**subject.options, **sizes}
    return max((prod(t.shape(names)) for t in subject.spec.inputs.values()), default=0)


_SPOILED: tuple[tuple[str, Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]], ...] = (
    ("with one axis more", lambda values: values[None]),
    ("with one axis fewer", lambda values: values[0]),
    ("one longer at the end", lambda values: np.concatenate([values, values[..., :1]], -1)),
    ("one longer at the front", lambda values: np.concatenate([values, values[:1]], 0)),
    ("of another type", lambda values: values.astype("int32" if _is_float(values) else "float32")),
    ("far too large", lambda values: values + np.asarray(10**6, values.dtype)),
)


def _refusal(name: str, spoil: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]) -> Question:
    def question(subject: Subject) -> object:
        case = subject.case()
        inputs = subject.inputs(case)
        try:
            inputs[name] = spoil(inputs[name])
        except (IndexError, TypeError, ValueError):
            return _Silence()
        return vars(subject.run(case, inputs=inputs))

    return question


def _reduced(word: str, sizes: Mapping[str, int]) -> Question:
    """Make the question for a loss with another reduction."""

    def question(subject: Subject) -> object:
        other = variant(subject, reduction=word)
        case = other.case(sizes)
        plain = other.run(case)
        return [vars(plain), other.run(case, cotangents=other.cotangents(plain, 1)).gradients]

    return question


def _rebuilt(option: str, value: object) -> Question:
    return lambda s: _without(s.outline({**s.options, option: value}, run=False), "peak")


def _is_float(values: np.ndarray[Any, Any]) -> bool:
    return bool(np.issubdtype(values.dtype, np.floating))


def _without(answer: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in names}
