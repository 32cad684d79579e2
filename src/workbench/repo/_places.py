"""Where the target keeps what: its package, its import root and the home of each kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from workbench.records import Evidence, Finding
from workbench.repo import topics
from workbench.repo._roles import Home
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN, majority, place, whole

_CONFIG_WORDS = {"config", "configs", "conf", "cfg", "cfgs", "recipe", "recipes", "hparams"}
_CONFIG_SUFFIXES = {".yaml", ".yml", ".toml", ".json", ".gin", ".py"}


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Tell the layout, then the home of each kind, then the names of files and classes."""
    yield from _package(survey)
    for kind, home in survey.homes.items():
        yield from _home(kind, home, len(survey.roles[kind]))
    yield _configs(survey)
    yield _file_naming(survey)
    yield majority(
        topics.CLASS_NAMING,
        (
            (
                "CapWords" if re.match(r"_*[A-Z][A-Za-z0-9]*$", found.name) else "other",
                place(source, found.line),
            )
            for source in survey.code
            for found in source.classes
        ),
    )


def _package(survey: Survey) -> Iterator[Finding]:
    layout = survey.layout
    shown: tuple[Evidence, ...] = ()
    if layout.package:
        shown = (whole(f"{layout.folder}/__init__.py"),)
    elif survey.code:
        shown = (whole(survey.code[0].path),)
    for topic, value in (
        (topics.LAYOUT, layout.kind),
        (topics.PACKAGE, layout.package),
        (topics.PACKAGE_FOLDER, layout.folder),
        (topics.IMPORT_ROOT, layout.import_root),
    ):
        yield Finding(topic=topic, value=value, seen=len(survey.code), evidence=shown)


def _home(kind: str, home: Home, seen: int) -> Iterator[Finding]:
    evidence = tuple(place(role.source, role.line) for role in home.roles[:SHOWN])
    share = round(len(home.roles) / seen, 3)
    for topic, value in ((topics.folder(kind), home.folder), (topics.file(kind), home.template)):
        yield Finding(topic=topic, value=value, share=share, seen=seen, evidence=evidence)


def _configs(survey: Survey) -> Finding | None:
    folders: Counter[str] = Counter()
    first: dict[str, Evidence] = {}
    for path in survey.tree.files:
        pure = PurePosixPath(path)
        names = [part.lower() for part in pure.parts[:-1]]
        words = [index for index, name in enumerate(names) if name in _CONFIG_WORDS]
        if words and pure.suffix in _CONFIG_SUFFIXES and not names[0].startswith("."):
            folder = "/".join(pure.parts[: words[0] + 1])
            folders[folder] += 1
            first.setdefault(folder, whole(path))
    if not folders:
        return None
    folder, count = folders.most_common(1)[0]
    seen = sum(folders.values())
    return Finding(
        topic=topics.CONFIG_FOLDER,
        value=folder,
        share=round(count / seen, 3),
        seen=seen,
        evidence=(first[folder],),
    )


def _file_naming(survey: Survey) -> Finding | None:
    """Files of one word follow every style and have no vote."""
    votes = []
    for source in survey.code:
        stem = PurePosixPath(source.path).stem.strip("_")
        if stem and stem != "init" and stem != "main":
            style = _style(stem, [found.name for found in source.classes])
            if style:
                votes.append((style, whole(source.path)))
    return majority(topics.FILE_NAMING, votes)


def _style(stem: str, classes: list[str]) -> str:
    if "-" in stem:
        return "kebab-case"
    if stem != stem.lower():
        return "CamelCase" if stem[0].isupper() and "_" not in stem and len(stem) > 4 else ""
    if "_" in stem:
        return "snake_case"
    two_words = [name for name in classes if re.search(r"[a-z][A-Z]", name)]
    joined = any(name.lower() == stem and not name.endswith("Net") for name in two_words)
    return "lowercase" if joined and len(classes) == 1 else ""
