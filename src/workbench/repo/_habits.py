"""What the target's authors do by habit: imports, exports, logging, configuration, headers."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from workbench.records import Finding
from workbench.repo import topics
from workbench.repo._settings import Settings
from workbench.repo._source import Source
from workbench.repo._survey import Survey
from workbench.repo._tally import Place, counted, majority, shown

_PRINT = re.compile(r"\n[ \t]*print\(")
_LOGGER = re.compile(r"\n((?:_?logger|_?log|LOGGER|LOG|_?LOG(?:GER)?)[ \t]*=[ \t]*\S[^\n]*)")
_GIVES_LOGGER = re.compile(r"^(get_\w*)?logger$|^MMLogger$")
_CONFIGURATION = {
    "hydra": "hydra",
    "omegaconf": "omegaconf",
    "mmengine": "mmengine",
    "yacs": "yacs",
    "fvcore": "yacs",
    "argparse": "argparse",
    "jsonargparse": "jsonargparse",
    "ml_collections": "ml_collections",
    "gin": "gin",
    "fire": "fire",
    "click": "click",
    "typer": "typer",
    "tyro": "tyro",
    "pydantic": "pydantic",
    "draccus": "draccus",
    "yaml": "yaml",
}
_LICENCE = re.compile(
    r"copyright|SPDX-License-Identifier|licen[cs]ed under|all rights reserved", re.IGNORECASE
)


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_COMMENTS = re.compile(r"(?:#[^\n]*(?:\n|$))*")

Vote = tuple[str, Place]


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Look at the code proper, file by file."""
    beyond, siblings = _own_imports(survey)
    yield majority(topics.IMPORT_STYLE, beyond or siblings)
    yield majority(topics.SIBLING_IMPORTS, siblings)
    # Where models live decides: other folders of the same package often do otherwise.
    models = (
        [role.source for role in survey.homes["model"].roles] if "model" in survey.homes else []
    )
    defining = [source for source in models or survey.code if source.classes]
    public = [source for source in defining if not source.path.rpartition("/")[2].startswith("_")]
    yield majority(topics.MODULE_ALL, map(_has_all, public or defining))
    inits = filter(_is_init, survey.code)
    yield majority(topics.INIT_EXPORTS, (_exports(one, survey.layout.package) for one in inits))
    yield from _logging(survey)
    yield _configuration(survey)
    yield _licence([source for source in survey.code if source.text.strip("\n")])
    yield _python(survey.settings)


def _is_init(source: Source) -> bool:
    return source.path.endswith("__init__.py")


def _own_imports(survey: Survey) -> tuple[list[Vote], list[Vote]]:
    """Vote for each import of the target's own: of other folders, and of the same folder."""
    beyond: list[Vote] = []
    siblings: list[Vote] = []
    for source in survey.code:
        if _is_init(source):
            continue
        for found in source.imports:
            own = survey.layout.package and found.module.split(".")[0] == survey.layout.package
            if found.level or own:
                style = "relative" if found.level else "absolute"
                home = survey.layout.module(source.path).rpartition(".")[0]
                near = found.level == 1 and "." not in found.module
                near = near or (not found.level and found.module.rpartition(".")[0] == home)
                (siblings if near else beyond).append((style, (source, found.line)))
    return beyond, siblings


def _has_all(source: Source) -> tuple[bool, Place]:
    return source.exported is not None, (source, 0)


def _exports(source: Source, package: str) -> Vote:
    own = [
        found
        for found in source.imports
        if found.level or found.name == "*" or (package and found.module.startswith(f"{package}."))
    ]
    own = own or [found for found in source.imports if found.name and found.name[0].isupper()]
    if not own:
        return "none", (source, 0)
    stars = sum(found.name == "*" for found in own)
    return ("star" if 2 * stars > len(own) else "names"), (source, own[0].line)


def _logging(survey: Survey) -> Iterator[Finding | None]:
    counts: Counter[str] = Counter()
    evidence: dict[str, Place] = {}
    loggers = []
    for source in survey.code:
        for way, line in _ways(source).items():
            counts[way] += 1
            evidence.setdefault(way, (source, line))
        made = _LOGGER.search("\n" + source.text)
        if made:
            loggers.append((made[1].rstrip(), (source, _line(source, made.start()))))
    if survey.code:
        none = Finding(topic=topics.LOGGING, value="none", seen=len(survey.code))
        yield counted(topics.LOGGING, counts, evidence) or none
    yield majority(topics.LOGGER, loggers)


def _ways(source: Source) -> dict[str, int]:
    """Return how a file tells its progress, each way with a line."""
    ways: dict[str, int] = {}
    for found in source.imports:
        package = found.module.split(".")[0]
        last = found.module.rpartition(".")[2]
        if package in {"logging", "loguru"} or (package, found.name) == ("absl", "logging"):
            ways.setdefault(package, found.line)
        elif "logging" in {last, found.name} or _GIVES_LOGGER.match(found.name):
            ways.setdefault("logging", found.line)
    if not ways:
        printed = _PRINT.search("\n" + source.text)
        if printed:
            ways["print"] = _line(source, printed.start())
    return ways


def _line(source: Source, position: int) -> int:
    """Number the line behind a line break, in a text that a line break was put before."""
    return source.text.count("\n", 0, position) + 1


def _configuration(survey: Survey) -> Finding | None:
    counts: Counter[str] = Counter()
    evidence: dict[str, Place] = {}
    for source in (*survey.code, *(role.source for role in survey.roles["training"])):
        ways = {
            _CONFIGURATION[package]: found.line
            for found in source.imports
            if (package := found.module.split(".")[0]) in _CONFIGURATION and not found.level
        }
        for found in source.classes:
            decorated = any(one.name.endswith("dataclass") for one in found.decorators)
            if decorated and re.search(r"(Config|Args|Arguments|Options|Settings)$", found.name):
                ways["dataclass"] = found.line
        for way, line in ways.items():
            counts[way] += 1
            evidence.setdefault(way, (source, line))
    return counted(topics.CONFIGURATION, counts, evidence)


def _licence(sources: list[Source]) -> Finding | None:
    """Find the header that most files with one have; years do not tell two apart."""
    groups: dict[str, list[tuple[str, Place]]] = {}
    for text, where in map(_header, sources):
        groups.setdefault(_YEAR.sub("Y", text), []).append((text, where))
    bare = groups.pop("", [])
    if not groups or 2 * len(bare) > len(sources):
        return majority(topics.LICENCE_HEADER, bare)
    same = max(groups.values(), key=len)
    return Finding(
        topic=topics.LICENCE_HEADER,
        value=max((text for text, _ in same), key=_YEAR.findall),
        share=round(len(same) / len(sources), 3),
        seen=len(sources),
        evidence=shown([where for _, where in same]),
    )


def _header(source: Source) -> Vote:
    header = []
    opening = _COMMENTS.match(source.text)
    for line in opening[0].split("\n") if opening else ():
        if not line.startswith("#!") and "coding" not in line[:20]:
            header.append(line.rstrip())
    text = "\n".join(header).strip()
    return (text if _LICENCE.search(text) else ""), (source, 1)


def _python(settings: Settings) -> Finding | None:
    value = settings.first(
        ("pyproject.toml", "project", "requires-python"),
        ("pyproject.toml", "tool", "poetry", "dependencies", "python"),
        ("setup.cfg", "options", "python_requires"),
    )
    if value and isinstance(value.value, str):
        return Finding(topic=topics.PYTHON, value=value.value, evidence=(value.evidence,))
    shown = settings.find("setup.py", r"python_requires\s*=")
    match = re.search(r"python_requires\s*=\s*(\"[^\"]*\"|'[^']*')", shown.text)
    if match is None:
        return None
    return Finding(topic=topics.PYTHON, value=ast.literal_eval(match[1]), evidence=(shown,))
