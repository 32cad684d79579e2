"""Which definitions of the target may do what a draft's own do; running both decides.

Chosen by signature alone: as many required arguments, and a name or arguments that sound alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.records import Draft, Study, Suspect
from workbench.repo import topics
from workbench.repo._names import words
from workbench.repo._parse import parse
from workbench.repo._reinvented import code_of, module_of
from workbench.repo._source import Function, Source
from workbench.repo._tree import Unreadable

_FRAMEWORKS = {"torch", "lightning"}  # whose definitions the sandbox can call
_EACH = 6  # of the target's definitions are tried for each of the draft's
_LEAST = 2  # words and arguments in common


@dataclass(frozen=True)
class _Definition:
    """What can be called with inputs: a function, or a class with a forward."""

    path: str
    name: str
    line: int
    kind: Literal["function", "class"]
    options: tuple[str, ...]
    inputs: int
    arguments: frozenset[str]


def suspects(study: Study, draft: Draft) -> tuple[Suspect, ...]:
    """List what is worth running side by side.

    Args:
        study: What is known of the target.
        draft: The draft.

    Returns:
        Pairs of a draft's and a target's definition, the most alike first for each of the former.
    """
    if study.value(topics.FRAMEWORK) not in _FRAMEWORKS:
        return ()
    files = draft.files("module")
    own = [one for path, text in files.items() for one in _definitions(path, _parsed(path, text))]
    if not own:
        return ()
    theirs = code_of(study, set(files))
    known = [one for path, text in theirs for one in _definitions(path, _parsed(path, text))]
    return tuple(_suspect(study, one, other) for one in own for other in _nearest(one, known))


def _nearest(own: _Definition, known: Sequence[_Definition]) -> list[_Definition]:
    scored = [
        (-_alike(own, other), number)
        for number, other in enumerate(known)
        if (other.kind, other.inputs) == (own.kind, own.inputs)
    ]
    return [known[number] for score, number in sorted(scored)[:_EACH] if -score >= _LEAST]


def _suspect(study: Study, own: _Definition, other: _Definition) -> Suspect:
    return Suspect(
        path=own.path,
        name=own.name,
        line=own.line,
        kind=own.kind,
        options=own.options,
        inputs=own.inputs,
        module=module_of(study, other.path),
        their_name=other.name,
        their_path=other.path,
        their_line=other.line,
        their_options=other.options,
    )


def _parsed(path: str, text: str) -> Source | None:
    try:
        return parse(path, text, outlined=True)
    except Unreadable:
        return None


def _definitions(path: str, source: Source | None) -> Iterator[_Definition]:
    for function in source.functions if source else ():
        inputs = _required(function)
        if function.name != "main" and inputs:
            yield _Definition(
                path, function.name, function.line, "function", (), len(inputs), _named(function)
            )
    for found in source.classes if source else ():
        forward, constructor = found.method("forward"), found.method("__init__")
        inputs = _required(forward) if forward else ()
        if forward and inputs:
            options = _required(constructor) if constructor else ()
            yield _Definition(
                path, found.name, found.line, "class", options, len(inputs), _named(forward)
            )


def _named(function: Function) -> frozenset[str]:
    return frozenset(one.name for one in function.parameters if one.kind != "stars")


def _required(function: Function) -> tuple[str, ...]:
    return tuple(one.name for one in function.parameters if not one.default)


def _alike(own: _Definition, other: _Definition) -> int:
    """Count the words that two names share, twice, and the arguments."""
    shared = set(words(own.name)) & set(words(other.name))
    return 2 * len(shared) + len(own.arguments & other.arguments)
