"""What an export into the target has to respect: filters, hooks, signing, submodules, endings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.records import Evidence, Finding, Study
from workbench.repo import topics
from workbench.repo._guidance import guides
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN
from workbench.repo._tree import Unreadable

_SIGN_OFF = re.compile(r"signed-off-by|git commit (-s|--signoff)|\bDCO\b", re.IGNORECASE)
_LEFT = {
    "pre-commit": "its pre-commit hooks did not run; 'pre-commit run' does it",
    "hooks": "its git hooks did not run: they run when you amend or push the commit",
    "signed commits": "the commit is not signed: 'git commit --amend --no-edit -S' signs it",
    "sign-off": "it wants a sign-off: 'git commit --amend --no-edit --signoff' gives yours",
    "git lfs": "its LFS files were pointers while its tests ran",
    "submodules": "its submodules were empty while its tests ran",
}
_ATTRIBUTES = {
    "git lfs": re.compile(r"^[^#]*\bfilter=lfs\b"),
    "git filters": re.compile(r"^[^#]*\bfilter=(?!lfs\b)\w"),
    "line endings": re.compile(r"^[^#]*\beol=crlf\b"),
}


def findings(survey: Survey) -> Iterator[Finding | None]:
    """List what is there, each with the line that says so."""
    found = dict(_found(survey))
    if found:
        evidence = tuple(found.values())[:SHOWN]
        yield Finding(topic=topics.HAZARDS, value=sorted(found), seen=len(found), evidence=evidence)


def cautions(study: Study) -> list[str]:
    """Say what of a target's rules an export leaves to the person.

    Args:
        study: What is known of the target.

    Returns:
        One sentence for each rule that an export does not follow by itself.
    """
    hazards = study.value(topics.HAZARDS, [])
    return [sentence for name, sentence in _LEFT.items() if name in hazards]


def _found(survey: Survey) -> Iterator[tuple[str, Evidence]]:
    files = set(survey.tree.files)
    if ".pre-commit-config.yaml" in files:
        yield "pre-commit", Evidence(path=".pre-commit-config.yaml")
    for path in sorted(files):
        if path.rpartition("/")[2] == ".gitattributes":
            yield from _lines(survey, path, _ATTRIBUTES)
    if "submodule" in survey.tree.skipped.values():
        first = next(p for p, why in survey.tree.skipped.items() if why == "submodule")
        yield "submodules", Evidence(path=first)
    for path in guides(survey.tree.files):
        yield from _lines(survey, path, {"sign-off": _SIGN_OFF})
    if survey.git:
        asked = ("config", "--show-scope", "--type=bool", "--get-all", "commit.gpgSign")
        told = [line.split("\t") for line in (survey.git.ask(*asked) or "").split("\n") if line]
        own = [value for scope, value in told if scope != "command"]  # which is our own "no"
        if own[-1:] == ["true"]:
            yield "signed commits", Evidence(path=".git", text="commit.gpgSign is set")
        yield from _hooks(survey)


def _hooks(survey: Survey) -> Iterator[tuple[str, Evidence]]:
    assert survey.git is not None
    home = survey.git.ask("rev-parse", "--path-format=absolute", "--git-common-dir")
    for name in ("pre-commit", "commit-msg", "pre-push"):
        if home and (survey.tree.root / home / "hooks" / name).is_file():
            yield "hooks", Evidence(path=".git", text=f"hooks/{name}")


def _lines(
    survey: Survey, path: str, patterns: dict[str, re.Pattern[str]]
) -> Iterator[tuple[str, Evidence]]:
    try:
        text = survey.tree.read(path)
    except Unreadable:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        for name, pattern in patterns.items():
            if pattern.search(line):
                yield name, Evidence(path=path, line=number, text=line.strip()[:120])
