"""From a sentence to a contract where no blueprint is named: for an agent, or for a person's code.

The words that ``sketch.yaml`` lists say what kind of thing it is, what goes in and out, which
options it has and which lines its words promise. A number beside words that are not listed is an
option of that name. The interface is a guess, and stands among the assumptions as one.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from workbench.errors import Refused
from workbench.implementers._catalogue import Blueprint
from workbench.implementers._meaning import NEUTRAL, Meaning, Span, understand
from workbench.implementers._phrases import Match, Word, find, words
from workbench.spec import Assumption, Spec

_LINKS = frozenset({"of", "at", "to", "is", "a", "an", "the"})
_FRACTIONS = frozenset({"dropout", "label_smoothing", "max_norm"})
_DENIALS = frozenset(
    {"no", "not", "non", "without", "except", "unlike", "never", "neither", "nor", "instead"}
)
_PLACEHOLDER = "NewModule"


@dataclass(frozen=True)
class Sketch:
    """What a sentence says by itself.

    Args:
        kind: The kind of thing that it names, or ``""``.
        meaning: The options and choices that its words are known to mean.
        empty: Whether it says too little to make a contract of.
    """

    kind: str
    meaning: Meaning
    empty: bool


def sketch(sentence: str) -> Sketch:
    """Read a sentence with no blueprint in mind.

    Args:
        sentence: The text.

    Returns:
        What it says.
    """
    text = words(sentence)
    kind = _kind(text)
    named = [*_book()["kinds"].values(), *_places()]
    nouns = [pattern for entry in named for pattern in entry["words"]]
    meaning = understand(sentence, _vocabulary(kind or "model", nouns))
    meaning = _affirmed(sentence, text, meaning)
    told = bool(meaning.options or meaning.choices or dict(_numbered(sentence, text, meaning)))
    placed = any(True for entry in _places() for _ in _matches(entry, text))
    special = kind not in ("", "model", "layer") and bool(meaning.gaps)
    return Sketch(kind, meaning, empty=not (kind and (told or placed or special)))


def contract(sentence: str, drawn: Sketch, name: str | None) -> tuple[Spec, Meaning]:
    """Make a contract of what was read.

    Args:
        sentence: The text.
        drawn: What it says.
        name: What the module must define.

    Returns:
        The contract, and what was understood of the sentence.

    Raises:
        Refused: A value that is given cannot be.
    """
    kind = drawn.kind or "model"
    wrong = [problem for problem in drawn.meaning.conflicts if "is said to be" not in problem]
    if wrong:
        raise Refused("blueprint", wrong)
    text = words(sentence)
    meaning = _with_further(drawn.meaning, dict(_numbered(sentence, text, drawn.meaning)))
    call = _call(kind, text, meaning.options)
    fields = {"name": name or _PLACEHOLDER, "kind": kind, "text": sentence, **call}
    fields["roles"] = {**call["roles"], **_roles(meaning)}
    fields["requires"] = _lines(kind, meaning, call)
    fields["assumptions"] = _assumptions(call, meaning)
    return Spec.model_validate(fields), meaning


@cache
def _book() -> Any:
    source = files("workbench.implementers").joinpath("sketch.yaml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(source)


def _places() -> list[Any]:
    return [*_book()["interfaces"], *_book()["outputs"]]


def _matches(entry: Mapping[str, Any], text: list[Word]) -> Iterator[Match]:
    """Find an entry's words and hints, but for what is counted: ``8 blocks`` are no block."""
    for pattern in [*entry["words"], *entry.get("hints", ())]:
        for match in find(pattern, text):
            if match.first == 0 or text[match.first - 1].kind != "number":
                yield match


def _kind(text: list[Word]) -> str:
    """Name the kind that is named first; of several in a row the last."""
    found = sorted(
        (match.first, match.last, kind)
        for kind, entry in _book()["kinds"].items()
        for match in _matches(entry, text)
    )
    kind, last = "", -1
    for first, end, named in found:
        if not kind or first == last + 1 or (first <= last < end):
            kind, last = named, end
    return kind


def _vocabulary(kind: str, nouns: list[str]) -> Blueprint:
    """Write the options and choices of a kind in the form of a blueprint, to be read like one."""
    book = _book()
    options = {name: entry["words"] for name, entry in book["options"].items()}
    choices = {
        name: entry["words"] for name, entry in book["choices"].items() if kind in entry["kinds"]
    }
    said = {"nouns": nouns, "neutral": [], "names": {}, "options": options, "choices": choices}
    defaults = {name: 0.0 if name in _FRACTIONS else 1 for name in options}
    legal = {name: list(spoken) for name, spoken in choices.items()}
    return Blueprint("", "", {"options": defaults}, legal, [], said, [])


def _affirmed(sentence: str, text: list[Word], meaning: Meaning) -> Meaning:
    """Take back what a word before it turns round: ``without layer norm``."""
    denied = [
        span
        for span in meaning.understood
        if " = " in span.meaning and _denied(text, span.start) is not None
    ]
    keys = {span.meaning.partition(" = ")[0] for span in denied}
    gaps = [Span(_denied(text, s.start) or s.start, s.end, "") for s in denied]
    whole = [replace(gap, text=sentence[gap.start : gap.end]) for gap in gaps]
    return replace(
        meaning,
        options={key: value for key, value in meaning.options.items() if key not in keys},
        choices={key: value for key, value in meaning.choices.items() if key not in keys},
        understood=tuple(span for span in meaning.understood if span not in denied),
        gaps=tuple(sorted([*_outside(meaning.gaps, whole), *whole], key=lambda gap: gap.start)),
    )


def _denied(text: list[Word], start: int) -> int | None:
    """Find the word that turns round what begins at a place of the sentence, in the same clause."""
    for word in reversed([word for word in text if word.start < start][-3:]):
        if word.kind == "sign" or word.text in ("and", "but", "with"):
            return None
        if word.text in _DENIALS:
            return word.start
    return None


def _numbered(
    sentence: str, text: list[Word], meaning: Meaning
) -> Iterator[tuple[str, tuple[int | float, Span]]]:
    """Yield options of which only a number and the words beside it are known."""
    known = [(span.start, span.end) for span in meaning.understood if " = " in span.meaning]
    free = [not any(start <= word.start < end for start, end in known) for word in text]
    for index, word in enumerate(text):
        if word.kind != "number" or not free[index] or _denied(text, word.start) is not None:
            continue
        before = _nouns(text, free, index, -1)
        beside = before or _nouns(text, free, index, 1)
        name = "_".join(text[place].text for place in beside)
        if beside and name.isidentifier() and not keyword.iskeyword(name):
            places = [*beside, index]
            start, end = text[min(places)].start, text[max(places)].end
            value = float(word.text) if "." in word.text or "e" in word.text else int(word.text)
            yield name, (value, Span(start, end, sentence[start:end], f"{name} = {value}"))


def _nouns(text: list[Word], free: list[bool], index: int, step: int) -> list[int]:
    """Find up to three words beside a number that are neither signs nor empty of meaning."""
    found: list[int] = []
    place = index + step
    while 0 <= place < len(text) and free[place] and len(found) < 3:
        word = text[place]
        if word.kind != "word" or (word.text in NEUTRAL and word.text not in _LINKS | {"up"}):
            break
        if word.text not in _LINKS:
            found.append(place)
        elif found:
            break
        place += step
    return sorted(found)


def _with_further(meaning: Meaning, further: Mapping[str, tuple[int | float, Span]]) -> Meaning:
    """Add the numbers that only their neighbours name."""
    spans = [span for _, span in further.values()]
    read = [*_outside(meaning.understood, spans), *spans]
    return replace(
        meaning,
        options={**meaning.options, **{name: value for name, (value, _) in further.items()}},
        understood=tuple(sorted(read, key=lambda span: span.start)),
        gaps=tuple(_outside(meaning.gaps, spans)),
    )


def _outside(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Give the spans that none of the others overlaps."""
    return [
        span
        for span in spans
        if not any(one.start < span.end and span.start < one.end for one in others)
    ]


def _call(kind: str, text: list[Word], said: Mapping[str, Any]) -> dict[str, Any]:
    """Guess what goes in and out; a size that is said to be a number is an option."""
    book = _book()
    entry = book["calls"].get(kind) or next(
        (entry for entry in book["interfaces"] if any(_matches(entry, text))), book["vectors"]
    )
    outputs = entry["outputs"]
    options = {**entry.get("options", {})}
    if kind == "layer":
        outputs = {"y": next(iter(entry["inputs"].values())).partition(" in ")[0]}
    for further in book["outputs"] if kind == "model" else ():
        if any(_matches(further, text)) and further.get("of", "") in ("", *entry["inputs"]):
            outputs, options = further["outputs"], {**options, **further["options"]}
            break
    options |= said
    sizes = {name: size for name, size in entry["sizes"].items() if name not in options}
    parts = {"sizes": sizes, "inputs": entry["inputs"], "outputs": outputs}
    return {"options": options, **parts, "roles": dict(entry.get("roles", {}))}


def _lines(kind: str, meaning: Meaning, call: Mapping[str, Any]) -> list[str]:
    """Write the requirements that the options and choices promise."""
    book = _book()
    lines = [
        line
        for option in meaning.options
        for line in book["options"].get(option, {}).get("lines", {}).get(kind, ())
    ]
    for choice, word in meaning.choices.items():
        entry = book["choices"][choice]
        if entry.get("axis", "") in ("", *call["sizes"]):
            lines.append(entry["line"].replace("{word}", word))
    return lines


def _roles(meaning: Meaning) -> dict[str, str]:
    chosen = [_book()["choices"][choice] for choice in meaning.choices]
    return {role: name for entry in chosen for role, name in entry.get("roles", {}).items()}


def _assumptions(call: Mapping[str, Any], meaning: Meaning) -> list[Assumption]:
    """Say what was guessed: the call, each value that nobody gave, the first of two values."""
    guessed = {
        name: value for name, value in call["options"].items() if name not in meaning.options
    }
    shown = ", ".join([*call["inputs"].values()]) + " -> " + ", ".join(call["outputs"].values())
    return [
        Assumption(
            about="interface",
            text=f"One call is {shown}; the sentence does not say it.",
            alternative="other inputs, outputs, axes or ranges: edit them before code is written",
        ),
        *(
            Assumption(about=name, text=f"{name} is {value}.", alternative="another value")
            for name, value in guessed.items()
        ),
        *(
            Assumption(about="contradiction", text=f"{problem.partition(';')[0]}; the first holds.")
            for problem in meaning.conflicts
        ),
    ]
