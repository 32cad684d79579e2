"""How the target tests: where, under which names, in which style and by which command."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from workbench.records import Finding
from workbench.repo import topics
from workbench.repo._layout import TEST_WORDS, is_apart
from workbench.repo._source import Source
from workbench.repo._survey import Survey
from workbench.repo._tally import Place, majority, shown, whole

_FILE = re.compile(r"^(?:test_(?P<after>.+)|(?P<before>.+)_test)\.py$")


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Look at the test files and at what says how they run."""
    tests = [source for source in survey.tests if _FILE.match(source.path.rpartition("/")[2])]
    tests = [test for test in tests if not is_apart(test.path)] or tests  # those of examples
    if tests:
        yield _root(tests)
        yield majority(
            topics.TEST_FILES,
            (
                (
                    "test_{name}.py" if "/test_" in f"/{test.path}" else "{name}_test.py",
                    (test, 0),
                )
                for test in tests
            ),
        )
        yield from _layout(survey, tests)
        yield majority(topics.TEST_STYLE, (vote for test in tests for vote in _style(test)))
    yield _command(survey, tests)


def _root(tests: list[Source]) -> Finding | None:
    """Vote for the outermost folder that is called tests, for each test file."""
    votes = []
    for test in tests:
        parts = PurePosixPath(test.path).parts[:-1]
        named = [index for index, part in enumerate(parts) if part in TEST_WORDS]
        # tests/unit_tests: the last of several such names in a row
        last = max((i for i in named if i == named[0] or i - 1 in named), default=None)
        folder = "/".join(parts[: last + 1]) if last is not None else "/".join(parts) or "."
        votes.append((folder, (test, 0)))
    return majority(topics.TEST_FOLDER, votes)


def _layout(survey: Survey, tests: list[Source]) -> Iterator[Finding | None]:
    """Match each test file with the code file whose name it has; see how the folders relate."""
    by_stem = defaultdict(set)
    for source in survey.code:
        pure = PurePosixPath(source.path)
        by_stem[pure.stem.strip("_")].add(pure.parent.as_posix())
    places: dict[str, Counter[str]] = defaultdict(Counter)
    votes: list[tuple[str, Place]] = []
    for test in tests:
        pure = PurePosixPath(test.path)
        match = _FILE.match(pure.name)
        name = (match["after"] or match["before"]) if match else ""
        folder = pure.parent.as_posix()
        code = _counterpart(by_stem.get(name.strip("_"), set()), folder)
        if code:
            places[code][folder] += 1
        votes.append((_relation(code, folder, survey), (test, 0)))
    known = [vote for vote in votes if vote[0]]
    yield majority(topics.TEST_LAYOUT, known or [("flat", (test, 0)) for test in tests])
    if places:
        value = {code: folders.most_common(1)[0][0] for code, folders in sorted(places.items())}
        matched = sum(sum(folders.values()) for folders in places.values())
        evidence = shown([where for _, where in known])
        yield Finding(topic=topics.TEST_PLACES, value=value, seen=matched, evidence=evidence)


def _counterpart(folders: set[str], test_folder: str) -> str:
    """Choose among the folders that hold a file of that name the one most like the test's."""
    if len(folders) == 1:
        return next(iter(folders))
    words = _plain(test_folder)
    scored = [(len(words & _plain(folder)), folder) for folder in folders]
    best = max((score for score, _ in scored), default=0)
    agreed = [folder for score, folder in scored if score == best]
    return agreed[0] if best and len(agreed) == 1 else ""


def _relation(code: str, test_folder: str, survey: Survey) -> str:
    if not code:
        return ""
    if code == test_folder:
        return "beside"
    package = survey.layout.folder
    if code in {package, survey.layout.import_root, "."}:
        return ""  # the top of the package has its tests at the top in every layout
    inner = code.rpartition("/")[2]
    return "mirrored" if inner in _plain(test_folder) else "flat"


def _plain(folder: str) -> set[str]:
    """Return the words of a path without the marks of tests: test_models counts as models."""
    return {part.removeprefix("test_").removesuffix("_test") for part in folder.split("/")}


def _style(test: Source) -> Iterator[tuple[str, Place]]:
    for found in test.classes:
        methods = sum(method.name.startswith("test") for method in found.methods)
        unit = any(base.rpartition(".")[2].endswith("TestCase") for base in found.bases)
        for _ in range(methods):
            yield ("unittest" if unit else "classes"), (test, found.line)
    for function in test.functions:
        if function.name.startswith("test"):
            yield "functions", (test, function.line)


def _command(survey: Survey, tests: list[Source]) -> Finding | None:
    settings = survey.settings
    paths = settings.first(
        ("pyproject.toml", "tool", "pytest", "ini_options", "testpaths"),
        ("pytest.ini", "pytest", "testpaths"),
        ("setup.cfg", "tool:pytest", "testpaths"),
        ("tox.ini", "pytest", "testpaths"),
    )
    if paths:
        value = paths.value if isinstance(paths.value, str) else " ".join(map(str, paths.value))
        command = f"pytest {' '.join(value.split())}"
        return Finding(topic=topics.TEST_COMMAND, value=command, evidence=(paths.evidence,))
    for file, pattern in (
        ("Makefile", r"^\s+.*\b(pytest|unittest)\b"),
        ("pyproject.toml", r"^\[tool\.pytest"),
        ("setup.cfg", r"^\[tool:pytest"),
        ("tox.ini", r"^\s*commands?\s*=.*(pytest|unittest)|^\[pytest"),
        ("pytest.ini", r"^\[pytest"),
    ):
        shown = settings.find(file, pattern)
        if shown.line:
            command = "python -m unittest" if "unittest" in shown.text else "pytest"
            return Finding(topic=topics.TEST_COMMAND, value=command, evidence=(shown,))
    if not tests:
        return None
    imports = [found for test in tests for found in test.imports]
    unit = any(found.module == "unittest" for found in imports)
    pytest = any(found.module.startswith("pytest") for found in imports)
    command = "python -m unittest" if unit and not pytest else "pytest"
    return Finding(topic=topics.TEST_COMMAND, value=command, evidence=(whole(tests[0].path),))
