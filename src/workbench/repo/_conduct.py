"""How the target's code tells errors, makes things by name, and writes shapes into annotations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from workbench.records import Evidence, Finding
from workbench.repo import topics
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN, majority, place

_RAISE = re.compile(r"^[ \t]+raise[ \t]+([A-Z]\w*(?:Error|Exception|Warning)?)\b", re.MULTILINE)
_ASSERT = re.compile(r"^[ \t]+assert\b", re.MULTILINE)
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
        (True, place(source, found.line))
        for source in survey.code
        for found in source.imports
        if found.module.split(".")[0] in {"jaxtyping", "torchtyping"}
    ]
    yield majority(topics.JAXTYPING, votes)


def _errors(survey: Survey) -> Iterator[Finding | None]:
    types: Counter[str] = Counter()
    shown: dict[str, Evidence] = {}
    styles: list[tuple[str, Evidence]] = []
    for source in survey.code:
        for style, pattern in (("raise", _RAISE), ("assert", _ASSERT)):
            for found in pattern.finditer(source.text):
                line = source.text.count("\n", 0, found.start()) + 1 if len(styles) < 3 else 0
                where = place(source, line) if line else Evidence(path=source.path)
                styles.append((style, where))
                if style == "raise":
                    types[found[1]] += 1
                    shown.setdefault(found[1], where)
    if types:
        listed = dict(types.most_common(_MOST))
        evidence = tuple(shown[name] for name in list(listed)[:SHOWN])
        yield Finding(
            topic=topics.ERROR_TYPES, value=listed, seen=sum(types.values()), evidence=evidence
        )
    yield majority(topics.ERROR_STYLE, styles)


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
