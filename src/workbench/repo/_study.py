"""The study: read the target once, then let each reader say what it sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.errors import TargetError
from workbench.records import Finding, Study
from workbench.repo import (
    _annotations,
    _bases,
    _conduct,
    _docstrings,
    _formatting,
    _frameworks,
    _guidance,
    _habits,
    _hazards,
    _history,
    _places,
    _registries,
    _requires,
    _testing,
)
from workbench.repo._cache import remembered
from workbench.repo._crew import parsed, undisturbed
from workbench.repo._git import Git, head, repository
from workbench.repo._layout import layout
from workbench.repo._settings import Settings, settings
from workbench.repo._survey import Survey
from workbench.repo._tree import Tree, tree

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
    _conduct.findings,
    _requires.findings,
    _hazards.findings,
    _history.findings,
)


def study(root: Path, *, fresh: bool = False) -> Study:
    """Learn a target's habits by reading it; nothing of it is imported or run.

    A second study of a tree in which no file was touched is remembered and not made again.

    Args:
        root: The target's root folder.
        fresh: Whether to read everything again in any case.

    Returns:
        The findings, each with its share and evidence, and what was passed over.

    Raises:
        TargetError: There is no such folder, or it cannot be read.
    """
    root = Path(root).expanduser().resolve()
    if not root.is_dir():
        raise TargetError(f"the target {root} is no folder; name the root of a repository")
    git, commit, listed = _listed(root)

    def made() -> Study:
        with undisturbed():
            survey, skipped = _read(git, commit, listed)
            found = [one for reader in _READERS for one in reader(survey) if one is not None]
        return Study(
            root=str(root), commit=commit, findings=tuple(_distinct(found)), skipped=skipped
        )

    return made() if fresh else remembered(listed, commit, made)


def read(root: Path) -> Survey:
    """Read a target's files.

    Args:
        root: The target's root folder.

    Returns:
        What was read.
    """
    return _read(*_listed(root))[0]


def _listed(root: Path) -> tuple[Git | None, str, Tree]:
    git = _git(root)
    commit = head(git) if git else ""
    listed = tree(root, git, commit)
    if commit and not listed.files and not listed.skipped:  # a folder that nobody has committed
        git, commit = None, ""
        listed = tree(root, None, "")
    return git, commit, listed


def _read(git: Git | None, commit: str, listed: Tree) -> tuple[Survey, dict[str, str]]:
    configured = settings(listed)
    skipped = {**listed.skipped, **configured.skipped}
    sources, unread = parsed(listed)
    skipped |= unread
    shape = layout(listed.files, _project(configured))
    survey = Survey(listed, sources, shape, configured, git, commit)
    return survey, dict(sorted(skipped.items()))


def _git(root: Path) -> Git | None:
    """Open the repository, where git is there and agrees; a study needs neither."""
    try:
        return repository(root)
    except TargetError:
        return None


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
