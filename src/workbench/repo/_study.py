"""The study: read the target once, then let each reader say what it sees."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import TargetError
from workbench.records import Finding, Study
from workbench.repo import (
    _annotations,
    _bases,
    _docstrings,
    _formatting,
    _frameworks,
    _guidance,
    _habits,
    _history,
    _places,
    _registries,
    _testing,
)
from workbench.repo._git import Git, head, repository
from workbench.repo._layout import layout
from workbench.repo._parse import parse
from workbench.repo._settings import Settings, settings
from workbench.repo._source import Source
from workbench.repo._survey import Survey
from workbench.repo._tree import Tree, Unreadable, tree

_READERS = (
    _guidance.findings,
    _frameworks.findings,
    _places.findings,
    _testing.findings,
    _docstrings.findings,
    _annotations.findings,
    _formatting.findings,
    _habits.findings,
    _bases.findings,
    _registries.findings,
    _history.findings,
)


def study(root: Path) -> Study:
    """Learn a target's habits by reading it; nothing of it is imported or run.

    Args:
        root: The target's root folder.

    Returns:
        The findings, each with its share and evidence, and what was passed over.

    Raises:
        TargetError: There is no such folder, or it cannot be read.
    """
    root = Path(root).expanduser().resolve()
    if not root.is_dir():
        raise TargetError(f"the target {root} is no folder; name the root of a repository")
    survey, skipped = read(root)
    found = [finding for reader in _READERS for finding in reader(survey) if finding is not None]
    return Study(
        root=str(root), commit=survey.commit, findings=tuple(_distinct(found)), skipped=skipped
    )


def read(root: Path) -> tuple[Survey, dict[str, str]]:
    """Read a target's files.

    Args:
        root: The target's root folder.

    Returns:
        What was read, and what was passed over with the reason.
    """
    git = _git(root)
    commit = head(git) if git else ""
    listed = tree(root, git, commit)
    if commit and not listed.files and not listed.skipped:  # a folder that nobody has committed
        git, commit = None, ""
        listed = tree(root, None, "")
    configured = settings(listed)
    skipped = {**listed.skipped, **configured.skipped}
    sources = tuple(_sources(listed, skipped))
    shape = layout(listed.files, _project(configured))
    survey = Survey(listed, sources, shape, configured, git, commit)
    return survey, dict(sorted(skipped.items()))


def _git(root: Path) -> Git | None:
    """Open the repository, where git is there and agrees; a study needs neither."""
    try:
        return repository(root)
    except TargetError:
        return None


def _sources(listed: Tree, skipped: dict[str, str]) -> Iterator[Source]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the target's invalid escapes are not ours to tell
        for path in listed.files:
            if path.endswith(".py"):
                try:
                    yield parse(path, listed.read(path))
                except Unreadable as error:
                    skipped[path] = str(error)


def _project(configured: Settings) -> str:
    value = configured.first(
        ("pyproject.toml", "project", "name"),
        ("pyproject.toml", "tool", "poetry", "name"),
        ("setup.cfg", "metadata", "name"),
    )
    return str(value.value) if value else ""


def _distinct(found: list[Finding]) -> Iterator[Finding]:
    """Keep the first finding on each topic."""
    seen: set[str] = set()
    for finding in found:
        if finding.topic not in seen:
            seen.add(finding.topic)
            yield finding
