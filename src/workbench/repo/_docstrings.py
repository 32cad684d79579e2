"""In which style the target's docstrings are written, and how many things have one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.records import Finding
from workbench.repo import topics
from workbench.repo._source import Source
from workbench.repo._survey import Survey
from workbench.repo._tally import Place, majority, shown

# Patterns begin with a line break and not with ^, which would be tried at every character.
_STYLES = {
    "numpy": re.compile(
        r"\n[ \t]*(Parameters|Returns|Yields|Raises|Attributes|Examples?|Notes?)[ \t]*\n[ \t]*-{3,}"
    ),
    "google": re.compile(
        r"\n[ \t]*(Args|Arguments|Parameters|Returns?|Yields?|Raises|Attributes|Examples?)"
        r"[ \t]*:[ \t]*\n"
    ),
    "rest": re.compile(r"\n[ \t]*:(param|arg|returns?|rtype|type|raises?)\b"),
}
_PARAMETERS = re.compile(r"\n[ \t]*(?:(?:Args|Arguments|Parameters)\b|:param)")
_RARE = 0.03  # sections in fewer docstrings than this are accidents, not a style


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Look at every public class, method and function, tests excepted."""
    documented: list[tuple[str, Place]] = []
    public = without = 0
    missing: list[Place] = []
    for source in survey.code:
        for docstring, line in _public(source):
            public += 1
            if docstring:
                documented.append((docstring, (source, line)))
            else:
                without += 1
                missing.append((source, line))
    yield _style(documented)
    if public:
        coverage = round(1 - without / public, 3)
        places = [where for _, where in documented] if coverage >= 0.5 else missing
        yield Finding(
            topic=topics.DOCSTRING_COVERAGE,
            value=coverage,
            seen=public,
            evidence=shown(places),
        )
    yield majority(topics.OPTIONS_DOCUMENTED, _options(survey))


def _style(documented: list[tuple[str, Place]]) -> Finding | None:
    if not documented:
        return None
    votes = [(style_of(docstring), where) for docstring, where in documented]
    sectioned = [vote for vote in votes if vote[0] != "plain"]
    if len(sectioned) < _RARE * len(votes):
        sectioned = []
    return majority(topics.DOCSTRING_STYLE, sectioned or votes)


def style_of(docstring: str) -> str:
    """Tell a docstring's style: numpy, google, rest, or plain where it has no sections."""
    opened = "\n" + docstring
    for name, pattern in _STYLES.items():
        if pattern.search(opened):
            return name
    return "plain"


def _parameters(docstring: str | None) -> bool:
    return bool(docstring and _PARAMETERS.search("\n" + docstring))


def _public(source: Source) -> Iterator[tuple[str | None, int]]:
    for function in source.functions:
        if not function.name.startswith("_"):
            yield function.docstring, function.line
    for found in source.classes:
        if found.name.startswith("_"):
            continue
        yield found.docstring, found.line
        for method in found.methods:
            if not method.name.startswith("_"):
                yield method.docstring, method.line


def _options(survey: Survey) -> Iterator[tuple[str, Place]]:
    for source in survey.code:
        for found in source.classes:
            constructor = found.method("__init__")
            if constructor and _parameters(constructor.docstring):
                yield "__init__", (source, constructor.line)
            elif constructor and _parameters(found.docstring):
                yield "class", (source, found.line)
