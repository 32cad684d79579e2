"""What a newcomer to the target reads first: guidance for agents, then for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.records import Finding
from workbench.repo import topics
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN, shown, whole

# In reading order; the first that matches decides.
_ORDER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(\.\w+/)?CLAUDE(\.local)?\.md$",
        r"^(\.\w+/)?AGENTS?\.md$",
        r"^GEMINI\.md$",
        r"^(\.cursorrules|\.windsurfrules)$",
        r"^\.(claude|cursor)/rules/.*\.(md|mdc)$",
        r"^\.github/(copilot-instructions\.md|instructions/.*\.md)$",
        r"^(docs?/|\.github/)?CONTRIBUTING(\.\w+)?$",
        r"^(docs?/)?(STYLE|CODE_?STYLE|STYLEGUIDE|CONVENTIONS)\.(md|rst|txt)$",
        r"^README(\.(md|rst|txt))?$",
        r"^(?!.*(^|/)(tests?|third_party|vendor)/).+/(CLAUDE|AGENTS)\.md$",
    )
)


def findings(survey: Survey) -> Iterator[Finding | None]:
    """List the guidance files in the order in which they are to be read, then what was not read."""
    paths = guides(survey.tree.files)
    if paths:
        evidence = tuple(whole(path) for path in paths[:SHOWN])
        yield Finding(topic=topics.GUIDANCE, value=paths, seen=len(paths), evidence=evidence)
    outlined = [source for source in survey.sources if source.outlined]
    if outlined:
        seen = len(survey.sources)
        share, evidence = round(len(outlined) / seen, 3), shown([(one, 0) for one in outlined])
        yield Finding(
            topic=topics.READING, value="outlines", share=share, seen=seen, evidence=evidence
        )


def guides(files: Sequence[str]) -> list[str]:
    """List the guidance files among a target's paths, in reading order."""
    ranked = [(_rank(path), path) for path in files if not path.endswith(".py")]
    return [path for rank, path in sorted(item for item in ranked if item[0] < len(_ORDER))]


def _rank(path: str) -> int:
    matches = (number for number, pattern in enumerate(_ORDER) if pattern.match(path))
    return next(matches, len(_ORDER))
