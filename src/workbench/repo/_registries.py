"""How the target registers what it defines: by a decorator or in a table."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from workbench.records import Evidence, Finding
from workbench.repo import topics
from workbench.repo._bases import import_statement
from workbench.repo._names import snake
from workbench.repo._roles import Home
from workbench.repo._source import Decorator, Source
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN, place

_SHARE = 0.4  # of the files of a kind make registering a habit
_FEWEST = 2
_REGISTERS = re.compile(r"regist", re.IGNORECASE)


@dataclass(frozen=True)
class _Use:
    """One use of a registering decorator."""

    source: Source
    decorator: Decorator
    on: str
    name: str
    line: int


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Look for the registry of each kind."""
    for kind, home in survey.homes.items():
        yield _decorated(survey, kind, home) or _table(survey, kind)


def _decorated(survey: Survey, kind: str, home: Home) -> Finding | None:
    uses: dict[str, list[_Use]] = defaultdict(list)
    for role in home.roles:
        for use in _uses(role.source):
            uses[use.decorator.name].append(use)
    ranked = sorted(uses.values(), key=lambda found: -len({use.source.path for use in found}))
    if not ranked:
        return None
    best = ranked[0]
    files = len({use.source.path for use in best})
    share = files / len(home.roles)
    if share < _SHARE or files < _FEWEST:
        return None
    return Finding(
        topic=topics.registry(kind),
        value=_value(best),
        share=round(share, 3),
        seen=len(home.roles),
        evidence=tuple(place(use.source, use.line) for use in best[:SHOWN]),
    )


def _uses(source: Source) -> Iterator[_Use]:
    for found in source.classes:
        for one in found.decorators:
            if _REGISTERS.search(one.name):
                yield _Use(source, one, "class", found.name, found.line)
    for function in source.functions:
        for one in function.decorators:
            if _REGISTERS.search(one.name):
                yield _Use(source, one, "function", function.name, function.line)


def _value(uses: list[_Use]) -> dict[str, Any]:
    texts = Counter(_template(use.decorator) for use in uses)
    styles = Counter(_naming(use) for use in uses)
    first = uses[0]
    start = first.decorator.name.split(".")[0]
    statements = [
        import_statement(first.source, found)
        for found in first.source.imports
        if (found.alias or found.name or found.module.split(".")[0]) == start
    ]
    return {
        "form": "decorator",
        "on": Counter(use.on for use in uses).most_common(1)[0][0],
        "text": texts.most_common(1)[0][0],
        "import": statements[0] if statements else "",
        "name": styles.most_common(1)[0][0],
    }


def _template(decorator: Decorator) -> str:
    if decorator.argument is None:
        return f"@{decorator.name}()" if decorator.called else f"@{decorator.name}"
    quoted = repr(decorator.argument)
    return "@" + decorator.text.replace(quoted, quoted[0] + "{name}" + quoted[0], 1)


def _naming(use: _Use) -> str:
    argument = use.decorator.argument
    if argument is None:
        return "none"
    stem = PurePosixPath(use.source.path).stem
    if argument in {snake(use.name), stem}:
        return "snake_case"
    if argument == use.name:
        return "CamelCase"
    return "kebab-case" if argument.replace("-", "_") in {snake(use.name), stem} else "lowercase"


def _table(survey: Survey, kind: str) -> Finding | None:
    """Find the table that names the most classes of a kind."""
    members = survey.members(kind)
    names = {found.definition.name for found in members}
    best: tuple[int, dict[str, Any], Evidence] | None = None
    for source in survey.code:
        for table in source.tables:
            entries = [(key, value) for key, value in table.entries if value in names]
            if len(entries) < len(table.entries) or (best and len(entries) <= best[0]):
                continue
            styles = Counter(_key_style(key, value) for key, value in entries)
            value = {
                "form": "table",
                "on": "class",
                "path": source.path,
                "table": table.name,
                "name": styles.most_common(1)[0][0],
            }
            best = len(entries), value, place(source, table.line)
    if best is None:
        return None
    count, value, shown = best
    share = round(count / len({found.source.path for found in members}), 3)
    if share < _SHARE:
        return None
    topic, share = topics.registry(kind), min(1.0, share)
    return Finding(topic=topic, value=value, share=share, seen=count, evidence=(shown,))


def _key_style(key: str, name: str) -> str:
    if key == name:
        return "CamelCase"
    return "snake_case" if key == snake(name) else "lowercase"
