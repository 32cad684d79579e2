"""``workbench conform``: compare code with the target's habits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench import terminal
from workbench.cli._files import code_of, draft_of
from workbench.cli._options import Json, Repo, SpecFile
from workbench.cli._output import print_json
from workbench.records import Draft, Study, Suspect
from workbench.spec import load


def conform(
    spec: SpecFile,
    repo: Repo,
    code: Annotated[list[Path] | None, typer.Option(help="A file of the module.")] = None,
    tests: Annotated[list[Path] | None, typer.Option(help="A test file.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Repair the files in place.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Also compare outputs, confined.")] = False,
    least: Annotated[float, typer.Option(min=0, max=1, help="Exit code 1 below this.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Compare code with the target's habits: every deviation with the house's way beside it.

    With --run, what sounds like something of the target is run beside it on the same inputs.
    """
    from workbench import repo as target

    contract = load(spec)
    study = target.study(repo)
    if not code and not contract.existing:
        code, found_tests = target.defining(study, contract.name)
        tests = tests or found_tests
    draft, import_root = draft_of(contract, code, tests, repo)
    if fix:
        files = [*code_of(contract, code, repo), *(tests or [])]
        draft = target.repair(study, draft)
        for file, cell in zip(files, draft.cells, strict=True):
            file.write_text(cell.source, encoding="utf-8")
    same = _twins(study, draft, repo, import_root) if run else ()
    found = target.conformance(study, draft, same)
    if as_json:
        print_json({"conformance": found.model_dump(mode="json")})
    else:
        terminal.print_conformance(found)
    raise typer.Exit(0 if found.score >= least else 1)


def _twins(study: Study, draft: Draft, repo: Path, import_root: str) -> tuple[Suspect, ...]:
    """Run what a draft defines beside what the target has that sounds alike."""
    from workbench import repo as target
    from workbench.sandbox import Worker
    from workbench.sandbox.twins import twins

    pairs = target.suspects(study, draft)
    if not pairs:
        return ()
    with Worker() as worker:
        return twins(pairs, draft, worker, root=repo, import_root=import_root)
