"""How the target's code tells errors, makes things by name, and writes shapes into annotations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from workbench.records import Finding
from workbench.repo import topics
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN, Place, majority, place, shown

# It begins with a line break and not with ^, which would be tried at every character.
_TELLS = re.compile(r"\n[ \t]+(?:assert\b|raise[ \t]+([A-Z]\w*))")
_FACTORY = re.compile(
    r"^(build|create|get|make)_\w*(model|layer|norm|act|attn|attention|conv|block"
    r"|loss|criterion|backbone|dataset|optimizer|scheduler|mlp|pool\w*)s?$"
)
_MOST = 12  # names that a finding lists


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Look at what is raised, at functions that make things, and at imports of jaxtyping."""
    yield from _errors(survey)
    yield _factories(survey)
    votes = [
        (True, (source, found.line))
        for source in survey.code
        for found in source.imports
        if found.module.split(".")[0] in {"jaxtyping", "torchtyping"}
    ]
    yield majority(topics.JAXTYPING, votes)


def _errors(survey: Survey) -> Iterator[Finding | None]:
    types: Counter[str] = Counter()
    first: dict[str, Place] = {}
    places: dict[str, list[Place]] = {"raise": [], "assert": []}
    for source in survey.code:
        for found in _TELLS.finditer(source.text):
            known = places["raise" if found[1] else "assert"]
            new = found[1] and found[1] not in first
            # Counting lines is slow, and few places are shown.
            line = source.text.count("\n", 0, found.start()) + 2 if new or len(known) < SHOWN else 0
            known.append((source, line))
            if found[1]:
                types[found[1]] += 1
                first.setdefault(found[1], known[-1])
    if types:
        listed = dict(types.most_common(_MOST))
        evidence = shown([first[name] for name in listed])
        yield Finding(
            topic=topics.ERROR_TYPES, value=listed, seen=sum(types.values()), evidence=evidence
        )
    votes = ((style, where) for style, known in places.items() for where in known)
    yield majority(topics.ERROR_STYLE, votes)


def _factories(survey: Survey) -> Finding | None:
    found = [
        (function.name, source, function.line)
        for source in survey.code
        for function in source.functions
        if _FACTORY.match(function.name)
    ]
    if not found:
        return None
    value = {name: source.path for name, source, _ in found[:_MOST]}
    evidence = tuple(place(source, line) for _, source, line in found[:SHOWN])
    return Finding(topic=topics.FACTORIES, value=value, seen=len(found), evidence=evidence)
