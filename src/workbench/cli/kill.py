"""``workbench kill``: make mistakes in the code on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench import terminal
from workbench.cli._files import draft_of
from workbench.cli._options import Json, Quiet, SpecFile
from workbench.cli._output import print_json
from workbench.errors import UsageError
from workbench.spec import load


def kill(
    spec: SpecFile,
    tests: Annotated[list[Path], typer.Option(help="A test file.")],
    code: Annotated[list[Path] | None, typer.Option(help="A file of the module.")] = None,
    repo: Annotated[Path | None, typer.Option(help="The target that the code imports.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many mutants.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Every mutant meets every test.")] = False,
    budget: Annotated[
        float | None, typer.Option(min=0, help="Seconds for a smaller set; implies --whole.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make mistakes in the code on purpose; which do its tests notice? Exit code 1: not all."""
    from workbench.sandbox import Worker
    from workbench.sandbox.kill import kill as made

    contract = load(spec)
    draft, import_root = draft_of(contract, code, tests, repo)
    root = repo.resolve() if repo else None
    with terminal.Lines(quiet=quiet or as_json) as progress, Worker() as worker:
        try:
            table = made(
                contract,
                draft,
                worker,
                root=root,
                import_root=import_root,
                limit=limit,
                whole=whole or budget is not None,
                seen=progress.kill,
            )
        except SyntaxError as error:
            raise UsageError(f"the code is no Python: {error}") from error
    if table.reason:
        raise UsageError(table.reason)
    if as_json:
        print_json(
            {
                "rate": table.rate,
                "table": table.model_dump(mode="json"),
                "would_fail_if": {test.id: table.would_fail_if(test.id) for test in table.tests},
                "kills_nothing": table.idle,
                "redundant": table.redundant,
                "smallest": table.smallest(budget),
            }
        )
    else:
        terminal.print_kills(table, budget)
    raise typer.Exit(1 if table.survivors else 0)
