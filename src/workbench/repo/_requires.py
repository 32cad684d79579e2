"""Which versions of the frameworks the target asks for, and where its models are documented."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.records import Evidence, Finding
from workbench.repo import topics
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN
from workbench.repo._tree import Unreadable

_FILES = re.compile(
    r"^(pyproject\.toml|setup\.(py|cfg)|environment\.ya?ml|(requirements/)?[\w-]*requirements[\w-]*\.txt"
    r"|requirements/[\w-]+\.txt)$"
)
_NAMES = "torch|torchvision|lightning|pytorch-lightning|tensorflow|keras|jax|flax|equinox|numpy"
_LINE = re.compile(
    rf"^[\s\"'\[,-]*(?:install_requires\s*=\s*\[)?[\"']?(?P<name>{_NAMES})"
    r"\s*(?P<rule>(?:[<>=!~]=?|===?)\s*[\w.*]+(?:\s*,\s*[<>=!~]=?\s*[\w.*]+)*)",
    re.IGNORECASE,
)
_DOCUMENTS = re.compile(r"^(README\.(md|rst)|docs?/.*\.(md|rst))$", re.IGNORECASE)
_FEWEST = 3  # models that a document names in entries of a list, table or heading
_LISTED = 200  # names of a document that a finding lists
_MOST = 400_000  # characters of a document


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Read requirement files for versions, and documents for the names of models."""
    rules: dict[str, str] = {}
    shown: list[Evidence] = []
    for path in filter(_FILES.match, survey.tree.files):
        for number, line in enumerate(_text(survey, path).split("\n"), start=1):
            found = _LINE.match(line)
            if found and found["name"].lower() not in rules:
                rules[found["name"].lower()] = re.sub(r"\s+", "", found["rule"])
                shown.append(Evidence(path=path, line=number, text=line.strip()[:120]))
    if rules:
        evidence = tuple(shown[:SHOWN])
        yield Finding(topic=topics.REQUIRES, value=rules, seen=len(rules), evidence=evidence)
    yield _pages(survey)


def _pages(survey: Survey) -> Finding | None:
    """Find the documents that list models: entries that name at least some of the classes."""
    names = {found.definition.name for found in survey.members("model")}
    names = {name for name in names if len(name) > 2}
    if len(names) < _FEWEST:
        return None
    counts: dict[str, list[str]] = {}
    shown: list[Evidence] = []
    for path in filter(_DOCUMENTS.match, survey.tree.files):
        lines = _text(survey, path)[:_MOST].split("\n")
        entries = {
            name: number
            for number, line in enumerate(lines, start=1)
            if re.match(r"^\s*([-*+|#]|\.\. auto|\d+\.)", line) or re.match(r"^ {3,}[\w.]+$", line)
            for name in names & set(re.findall(r"\w+", line))
        }
        if len(entries) >= _FEWEST:
            counts[path] = sorted(entries)[:_LISTED]
            first = min(entries.values())
            shown.append(Evidence(path=path, line=first, text=lines[first - 1].strip()[:120]))
    if not counts:
        return None
    return Finding(
        topic=topics.MODEL_PAGES, value=counts, seen=len(names), evidence=tuple(shown[:SHOWN])
    )


def _text(survey: Survey, path: str) -> str:
    try:
        return survey.tree.read(path)
    except Unreadable:
        return ""
