"""A draft made of files."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import UsageError
from workbench.records import Draft
from workbench.spec import Spec


def draft_of(
    spec: Spec, code: list[Path] | None, tests: list[Path] | None, repo: Path | None
) -> tuple[Draft, str]:
    """Make a draft of files, and say which folder of the target stands on the import path."""
    from workbench import cells
    from workbench import repo as target

    import_root = "."
    if repo is not None:
        study = target.study(repo)
        import_root = target.place(study, spec).import_root
        if not code and not spec.existing:  # what was exported is found where it is
            code, found = target.defining(study, spec.name)
            tests = tests or found
    return cells.from_files(
        spec, code_of(spec, code, repo), tests or [], repo, import_root
    ), import_root


def code_of(spec: Spec, code: list[Path] | None, repo: Path | None) -> list[Path]:
    """Name the files to check; a spec of existing code names its own."""
    if code:
        return code
    if spec.existing and repo is not None:
        return [repo / spec.existing]
    raise UsageError("no code was given; name the files that define the module with --code FILE")
