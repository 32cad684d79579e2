"""Where the target keeps what: its package, its import root and the home of each kind."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from workbench.records import Evidence, Finding
from workbench.repo import topics
from workbench.repo._names import words
from workbench.repo._roles import Home
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN, majority, place, whole

_CLEARLY = 0.75  # share of names run together that makes that the rule
_KIN, _TOGETHER = 4, 0.7  # files with such a class in one folder, and their share of all
_CONFIG_WORDS = {"config", "configs", "conf", "cfg", "cfgs", "recipe", "recipes", "hparams"}
_CONFIG_SUFFIXES = {".yaml", ".yml", ".toml", ".json", ".gin", ".py"}


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Tell the layout, then the home of each kind, then the names of files and classes."""
    yield from _package(survey)
    for kind, home in survey.homes.items():
        yield from _home(kind, home, len(survey.roles[kind]))
    yield _configs(survey)
    yield _file_naming(survey)
    for kind, home in survey.homes.items():
        yield _file_names(kind, home)
    yield _kin(survey)
    yield majority(
        topics.CLASS_NAMING,
        (
            (
                "CapWords" if re.match(r"_*[A-Z][A-Za-z0-9]*$", found.name) else "other",
                (source, found.line),
            )
            for source in survey.code
            for found in source.classes
        ),
    )


def _package(survey: Survey) -> Iterator[Finding]:
    layout = survey.layout
    shown: tuple[Evidence, ...] = ()
    if layout.package:
        init = f"{layout.folder}/__init__.py"
        shown = (whole(init if init in survey.tree.files else layout.folder),)
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
                votes.append((style, (source, 0)))
    return majority(topics.FILE_NAMING, votes)


def _file_names(kind: str, home: Home) -> Finding | None:
    """Compare each file's name with the class of several words that it is named for."""
    styles: Counter[str] = Counter()
    drops: dict[str, Counter[bool]] = defaultdict(Counter)
    shown: list[Evidence] = []
    for one in home.roles:
        stem = PurePosixPath(one.source.path).stem.strip("_")
        for found in one.source.classes:
            parts = words(found.name)
            fits = [kept for kept in (parts, parts[:-1]) if "".join(kept) == _joined(stem)]
            if len(parts) > 1 and fits:
                styles[_written(stem, fits[0])] += 1
                drops[parts[-1]][len(fits[0]) < len(parts)] += 1
                shown.append(place(one.source, found.line))
                break
    if not shown:
        return None
    styles.pop("", None)
    if styles["lowercase"] < _CLEARLY * sum(styles.values()):
        del styles["lowercase"]
    dropped = [word for word, seen in drops.items() if seen[True] > 1 and seen[True] > seen[False]]
    style, agreeing = styles.most_common(1)[0] if styles else ("", len(shown))
    return Finding(
        topic=topics.file_names(kind),
        value={"style": style, "drops": sorted(dropped)},
        share=round(agreeing / (sum(styles.values()) or len(shown)), 3),
        seen=len(shown),
        evidence=tuple(shown[:SHOWN]),
    )


def _joined(stem: str) -> str:
    return stem.replace("_", "").lower()


def _written(stem: str, parts: list[str]) -> str:
    if len(parts) < 2:
        return ""
    if stem != stem.lower():
        return "CamelCase"
    return "snake_case" if "_" in stem else "lowercase"


def _kin(survey: Survey) -> Finding | None:
    """Find the words that end the names of classes in one folder and hardly anywhere else."""
    places: dict[str, Counter[str]] = defaultdict(Counter)
    first: dict[str, Evidence] = {}
    for source in survey.code:
        families = {survey.classes.family(found) for found in survey.classes.of(source)}
        stem = _joined(PurePosixPath(source.path).stem)
        named = [words(one.name) for one in source.classes]
        # A file that is named for such a class, not one in which it happens to stand.
        ends = {p[-1] for p in named if len(p) > 1 and stem in {"".join(p), "".join(p[:-1])}}
        for word in ends if families - {""} else ():
            places[word][PurePosixPath(source.path).parent.as_posix()] += 1
            first.setdefault(word, whole(source.path))
    value = {}
    for word, folders in places.items():
        folder, count = folders.most_common(1)[0]
        if count >= _KIN and count >= _TOGETHER * sum(folders.values()):
            value[word] = folder
    if not value:
        return None
    shown = tuple(first[word] for word in list(value)[:SHOWN])
    return Finding(
        topic=topics.KIN, value=dict(sorted(value.items())), seen=len(places), evidence=shown
    )


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
