"""What a sentence says, in the terms of one blueprint, and which of its words say nothing known.

Every content word must be accounted for: as a name of the architecture, as the value of an option,
as a choice, or as a word that the blueprint or this file calls neutral. What is left is a gap and
is reported, never passed over. Words that turn a meaning round (no, not, without, except) and
words of degree (small, about, at most) are therefore no neutral words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.implementers._catalogue import Blueprint
from workbench.implementers._phrases import Match, Word, find, words

_NEUTRAL = """
    a an the this that these those it its our my your their we i you us me
    and or for with of to in on at by from as into within using via through per each every all
    is are was be been has have having contains containing consists consisting made up where which
    that's it's there here who whose both then also plus
    please want wants need needs like would should shall must will can could let make makes create
    build builds implement write design add give gives use uses used provide define get
    model models network networks net architecture module modules component implementation code
    pytorch torch python class called named new custom existing current own usual simple task
    problem purpose based type kind style variant form version set setting settings size sizes
    number numbers count total value values equal equals following just
"""
NEUTRAL = frozenset(re.findall(r"\S+", _NEUTRAL))
_TESTS = ["(comprehensive )(full )(thorough )(unit )[test|tests|test suite]( suite)( cases)"]
_DONE = [
    "(that )(which )(we )(have )(has )(been )(just )(already )"
    "[implemented|written|built|added|there|exists]",
    "(the )existing( code)",
]


@dataclass(frozen=True)
class Span:
    """A part of a sentence.

    Args:
        start: Where it begins.
        end: Where it ends.
        text: The part itself.
        meaning: What was understood, or ``""``.
    """

    start: int
    end: int
    text: str
    meaning: str = ""


@dataclass(frozen=True)
class Meaning:
    """What a sentence says.

    Args:
        options: Values of options that it gives.
        choices: Choices that it makes.
        understood: The parts that were understood, in order.
        gaps: The parts that were not.
        conflicts: Contradictions and impossible values, one sentence each.
        nouns: How many words name the architecture.
        tests_only: Whether it asks for tests of code that is there.
    """

    options: Mapping[str, Any]
    choices: Mapping[str, str]
    understood: tuple[Span, ...]
    gaps: tuple[Span, ...]
    conflicts: tuple[str, ...]
    nouns: int
    tests_only: bool

    @property
    def extent(self) -> int:
        """How many characters were understood."""
        return sum(span.end - span.start for span in self.understood)

    @property
    def gap(self) -> int:
        """How many characters were not."""
        return sum(span.end - span.start for span in self.gaps)


@dataclass(frozen=True)
class _Reading:
    """One way to read a stretch of words; of two that overlap the earlier, then longer holds."""

    match: Match
    kind: str
    says: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[int, int, int]:
        kinds = ("option", "choice", "name", "noun", "tests", "done", "neutral")
        return self.match.first, -self.match.last, kinds.index(self.kind)


def understand(sentence: str, blueprint: Blueprint, known: frozenset[str] = frozenset()) -> Meaning:
    """Read a sentence in the terms of one blueprint.

    Args:
        sentence: The text.
        blueprint: The architecture that it may speak of.
        known: Further words that are accounted for, in lower case.

    Returns:
        What it says.
    """
    text = words(sentence)
    readings: list[_Reading] = []
    covered = -1
    for reading in sorted(_readings(text, blueprint), key=lambda reading: reading.rank):
        if reading.match.first > covered:
            readings.append(reading)
            covered = reading.match.last
    options, choices, conflicts = _statements(readings, blueprint)
    taken = {
        index
        for reading in readings
        for index in range(reading.match.first, reading.match.last + 1)
    }
    free = [
        word
        for index, word in enumerate(text)
        if index not in taken and word.kind != "sign" and word.text not in NEUTRAL | known
    ]
    kinds = {reading.kind for reading in readings}
    return Meaning(
        options=options,
        choices=choices,
        understood=tuple(_span(sentence, text, reading) for reading in readings),
        gaps=_gaps(sentence, free),
        conflicts=tuple(conflicts),
        nouns=sum(
            reading.match.last - reading.match.first + 1
            for reading in readings
            if reading.kind in ("noun", "name")
        ),
        tests_only={"tests", "done"} <= kinds,
    )


def _readings(text: list[Word], blueprint: Blueprint) -> Iterator[_Reading]:
    said = blueprint.words
    plain = {"noun": said["nouns"], "neutral": said["neutral"], "tests": _TESTS, "done": _DONE}
    for kind, patterns in plain.items():
        for pattern in patterns:
            for match in find(pattern, text):
                yield _Reading(match, kind)
    for name, settings in said["names"].items():
        for match in find(name, text):
            yield _Reading(match, "name", settings)
    yield from _options(text, blueprint)
    for choice, legal in blueprint.choices.items():
        for word in legal:
            spoken = f"{choice} {word}".replace("_", " ")
            for pattern in [spoken, *said["choices"].get(choice, {}).get(word, ())]:
                for match in find(pattern, text):
                    yield _Reading(match, "choice", {choice: word})


def _options(text: list[Word], blueprint: Blueprint) -> Iterator[_Reading]:
    for option, default in blueprint.all_options.items():
        slot = "{list}" if isinstance(default, list) else "{n}"
        spoken = option.replace("_", " ")
        own = [f"{spoken}( of)( is) {slot}", f"{slot} {spoken}"]
        for entry in [*own, *blueprint.words["options"].get(option, ())]:
            pattern, fixed = (entry, None) if isinstance(entry, str) else entry
            for match in find(pattern, text):
                value = match.value if fixed is None else fixed
                yield _Reading(match, "option", {option: value})


def _statements(
    readings: list[_Reading], blueprint: Blueprint
) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """Collect what is said of options and choices; said twice it must be the same."""
    said: dict[str, Any] = {}
    conflicts: list[str] = []
    defaults = blueprint.all_options
    for key, value in [pair for reading in readings for pair in reading.says.items()]:
        problem, value = fitting(key, value, defaults.get(key, ""))
        if problem:
            conflicts.append(problem)
        elif said.setdefault(key, value) != value:
            conflicts.append(f"{key} is said to be {said[key]!r} and {value!r}; keep one")
    options = {key: value for key, value in said.items() if key in defaults}
    choices = {key: value for key, value in said.items() if key in blueprint.choices}
    return options, choices, conflicts


def fitting(option: str, value: Any, default: Any) -> tuple[str, Any]:
    """Bring a value to the type of an option's default.

    Args:
        option: The option.
        value: The value that is given.
        default: The value that the blueprint has for it.

    Returns:
        Why it cannot be one, or ``""``; and the value.
    """
    if isinstance(default, list):
        items = value if isinstance(value, list) else []
        found = [fitting(option, item, default[0])[0] for item in items]
        numbers = "give numbers in brackets, such as [2, 2]"
        problem = "" if items else f"{option} is given as {value!r}; {numbers}"
        return next((one for one in found if one), problem), value
    if isinstance(default, str | bool):
        return "", value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{option} is given as {value!r}; it must be a number", value
    if value < 0 <= default:
        return f"{option} is given as {value}; it cannot be negative", value
    if isinstance(default, float):
        return "", float(value)
    if value != int(value):
        return f"{option} is given as {value}; it must be a whole number", value
    if value == 0 and default > 0:
        return f"{option} is given as 0; it must be at least 1", value
    return "", int(value)


def _span(sentence: str, text: list[Word], reading: _Reading) -> Span:
    start, end = text[reading.match.first].start, text[reading.match.last].end
    meanings = {
        "name": "names the architecture",
        "noun": "names the architecture",
        "tests": "asks for tests",
        "done": "speaks of code that is there",
        "neutral": "says nothing further",
    }
    said = [f"{key} = {value}" for key, value in reading.says.items()]
    parts = [meanings[reading.kind], *said] if reading.kind in meanings else said
    return Span(start, end, sentence[start:end], ", ".join(parts))


def _gaps(sentence: str, free: list[Word]) -> tuple[Span, ...]:
    """Join neighbouring words that were not understood."""
    gaps: list[Span] = []
    for word in free:
        if gaps and not sentence[gaps[-1].end : word.start].strip("-_ \t\n"):
            start = gaps.pop().start
        else:
            start = word.start
        gaps.append(Span(start, word.end, sentence[start : word.end]))
    return tuple(gaps)
