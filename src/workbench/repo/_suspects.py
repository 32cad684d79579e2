"""Which definitions of the target may do what a draft's own do; running both decides.

Chosen by signature alone: as many required arguments, and a name or arguments that sound alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from workbench.errors import TargetError
from workbench.records import Draft, Study, Suspect
from workbench.repo import topics
from workbench.repo._layout import is_aside, is_test
from workbench.repo._names import words
from workbench.repo._parse import parse
from workbench.repo._reinvented import module_of
from workbench.repo._snapshot import snapshot
from workbench.repo._source import Class, Function, Source
from workbench.repo._tree import Unreadable

_FRAMEWORKS = {"torch", "lightning"}  # whose definitions the sandbox can call
_MOST_FILES = 3000
_EACH = 6  # of the target's definitions are tried for each of the draft's
_LEAST = 2  # words and arguments in common

Signature = tuple[str, int, int, frozenset[str]]


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
    own = [
        (path, *one)
        for path, text in draft.files("module").items()
        for one in _definitions(_parsed(path, text))
    ]
    if not own:
        return ()
    known = [
        (path, *one)
        for path, source in _target(study, set(draft.files("module")))
        for one in _definitions(source)
    ]
    found: list[Suspect] = []
    for path, name, line, signature in own:
        scored = [
            (_alike(name, signature, other[1], other[3]), number)
            for number, other in enumerate(known)
            if other[3][:3] == signature[:3]
        ]
        best = sorted((-score, number) for score, number in scored if score >= _LEAST)[:_EACH]
        for _, number in best:
            their_path, their_name, their_line, _ = known[number]
            found.append(
                Suspect(
                    path=path,
                    name=name,
                    line=line,
                    kind="class" if signature[0] == "class" else "function",
                    options=signature[1],
                    inputs=signature[2],
                    module=module_of(study, their_path),
                    their_name=their_name,
                    their_path=their_path,
                    their_line=their_line,
                )
            )
    return tuple(found)


def _target(study: Study, own: set[str]) -> Iterator[tuple[str, Source | None]]:
    try:
        files = snapshot(study)
    except TargetError:
        return
    package = str(study.value(topics.PACKAGE_FOLDER, "."))
    paths = [
        path
        for path in files.tree.files
        if path.endswith(".py") and path not in own and not is_test(path) and not is_aside(path)
    ]
    paths.sort(key=lambda path: not path.startswith(f"{package}/"))
    for path in islice(paths, _MOST_FILES):
        try:
            yield path, _parsed(path, files.tree.read(path))
        except Unreadable:
            continue


def _parsed(path: str, text: str) -> Source | None:
    try:
        return parse(path, text, outlined=True)
    except Unreadable:
        return None


def _definitions(source: Source | None) -> Iterator[tuple[str, int, Signature]]:
    """Yield what can be called with inputs: functions, and classes with a forward."""
    for function in source.functions if source else ():
        if function.name != "main" and _required(function):
            yield function.name, function.line, ("function", 0, *_signature(function))
    for found in source.classes if source else ():
        forward = found.method("forward")
        if forward is not None and _required(forward):
            options = _options(found)
            yield found.name, found.line, ("class", options, *_signature(forward))


def _signature(function: Function) -> tuple[int, frozenset[str]]:
    named = [one.name for one in function.parameters if one.kind != "stars"]
    return _required(function), frozenset(named)


def _required(function: Function) -> int:
    return sum(not one.default for one in function.parameters)


def _options(found: Class) -> int:
    constructor = found.method("__init__")
    return _required(constructor) if constructor else 0


def _alike(name: str, own: Signature, other: str, theirs: Signature) -> int:
    """Count the words that two names share, twice, and the arguments."""
    return 2 * len(set(words(name)) & set(words(other))) + len(own[3] & theirs[3])
