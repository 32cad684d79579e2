"""Sentences as words and numbers with their places, and the patterns that are looked for in them.

A sentence is put into a plain form first: lower case, hyphens and underscores as spaces, numbers
as digits (``32,000``, ``32k``, ``thirty-two thousand`` and ``3.2e4`` are all 32000), punctuation
as words of its own, so that no pattern reaches over a comma.

A pattern is a phrase in that form with four signs: ``{n}`` for a number, ``{list}`` for several in
a row, ``( size)`` for what may be missing and ``[dim|width]`` for alternatives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?(?:[km%](?!\w))?(?![^\W_])"
_TOKEN = re.compile(
    rf"(?P<number>(?:(?<![^\s(=:])[-−])?{_NUMBER}(?!\.\d))"
    r"|(?P<word>[^\W_]+(?:['’][^\W_]+)*)"
    r"|(?P<joint>(?<=\w)[-_/](?=\w)|_|[=:](?=\s*[-−]?\d))"
    r"|(?P<sign>\S)",
    re.IGNORECASE,
)
_SCALES = {"k": 1_000, "m": 1_000_000, "%": 0.01}
_UNITS = {
    word: number
    for number, word in enumerate(
        re.findall(
            r"\w+",
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen",
        )
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety"), start=2
    )
}
_LARGE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_LARGEST = 10**12
_SLOT = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_SLOTS = {
    "{n}": rf"(?P<n>{_SLOT})",
    "{list}": rf"(?P<list>[\[(] {_SLOT}(?:(?: ,)? {_SLOT})+ [\])]|{_SLOT}(?: {_SLOT}){{2,}})",
}
_SIGNS = {"(": "(?:", ")": ")?", "[": "(?:", "]": ")", "|": "|"}


@dataclass(frozen=True)
class Word:
    """One word, number or sign of a sentence.

    Args:
        text: Its plain form.
        start: Where it begins in the sentence.
        end: Where it ends.
        kind: ``word``, ``number`` or ``sign``.
    """

    text: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Match:
    """One place where a pattern was found.

    Args:
        first: Index of its first word.
        last: Index of its last word, inclusive.
        value: The number at ``{n}`` or the numbers at ``{list}``, where there are any.
    """

    first: int
    last: int
    value: int | float | list[int | float] | None


def words(sentence: str) -> list[Word]:
    """Split a sentence into words in plain form.

    Args:
        sentence: Any text.

    Returns:
        Its words in order; hyphens inside words are gone.
    """
    found: list[Word] = []
    for match in _TOKEN.finditer(sentence):
        kind, text = str(match.lastgroup), match.group().lower()
        if kind == "joint":
            continue
        if kind == "number":
            kind, text = _plain_number(text)
        found.append(Word(text, match.start(), match.end(), kind))
    return _spelled_out(_without_brackets(found))


def find(pattern: str, sentence: list[Word]) -> Iterator[Match]:
    """Find a pattern in a sentence.

    Args:
        pattern: The pattern.
        sentence: Words in plain form.

    Yields:
        Each place, from left to right, without overlap.
    """
    text, starts = "", []
    for word in sentence:
        starts.append(len(text))
        text += word.text + " "
    for match in _compiled(pattern).finditer(text):
        first = starts.index(match.start())
        last = max(index for index, start in enumerate(starts) if start < match.end())
        yield Match(first, last, _value(match.groupdict()))


def _value(slots: dict[str, str]) -> int | float | list[int | float] | None:
    """Read what stands in the slots; whole numbers are integers."""
    if "n" in slots:
        return _number(slots["n"])
    if "list" in slots:
        return [_number(text) for text in re.findall(_SLOT, slots["list"])]
    return None


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Of two alternatives that fit, the longer one is meant: cifar 10 and not cifar alone.
    longest_first = re.sub(
        r"\[(.*?)\]",
        lambda found: "[" + "|".join(sorted(found[1].split("|"), key=len, reverse=True)) + "]",
        pattern.lower().replace("-", " "),
    )
    parts = re.split(r"(\{n\}|\{list\}|[()\[\]|])", longest_first)
    expression = "".join({**_SLOTS, **_SIGNS}.get(part, re.escape(part)) for part in parts)
    return re.compile(rf"(?<![^ ])(?:{expression})(?![^ ])")


def _without_brackets(found: list[Word]) -> list[Word]:
    """Drop quotation marks, and brackets around anything but a list of numbers."""
    text = "".join(word.text if word.kind == "sign" else word.kind[0] for word in found)
    kept = {
        place
        for match in re.finditer(r"[(\[]n(?:,?n)+[)\]]", text)
        for place in (match.start(), match.end() - 1)
    }
    return [
        word
        for place, word in enumerate(found)
        if place in kept or word.text not in tuple("()[]{}\"'`*“”„‘’«»")
    ]


def _plain_number(text: str) -> tuple[str, str]:
    """Give the kind and the plain form; what no size can ever be stays a word, not understood."""
    digits = text.replace(",", "").replace("−", "-")
    scale = _SCALES.get(digits[-1], 1)
    number = float(digits.rstrip("km%")) * scale
    if not -_LARGEST < number < _LARGEST:
        return "word", f"#{text}"  # no pattern for a number takes it
    whole = number == int(number) and (scale > 1 or (scale == 1 and "." not in digits))
    return "number", str(int(number)) if whole else repr(number)


def _spelled_out(found: list[Word]) -> list[Word]:
    """Put digits where numbers are spelled out; ``two hundred and six`` stays in parts."""
    result: list[Word] = []
    index = 0
    while index < len(found):
        number, length = _read_number([word.text for word in found[index:]])
        if length:
            first, last = found[index], found[index + length - 1]
            result.append(Word(str(number), first.start, last.end, "number"))
        else:
            result.append(found[index])
        index += max(length, 1)
    return result


def _read_number(texts: list[str]) -> tuple[int, int]:
    """Read the number at the beginning; give it with the count of its words, 0 for none."""
    total, part, length, room = 0, 0, 0, 1_000_000_000
    for text in texts:
        if text in _LARGE and length and part:
            if text == "hundred":
                part *= 100
            else:
                total, part = total + part * _LARGE[text], 0
            room = _LARGE[text]
        elif text in _TENS and room > 90:
            part, room = part + _TENS[text], 10
        elif text in _UNITS and room > _UNITS[text] and room > 1:
            part, room = part + _UNITS[text], 1
        else:
            break
        length += 1
    return total + part, length
