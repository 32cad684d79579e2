"""``workbench test``: write tests for code that is there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli._names import snake
from workbench.cli._options import Export, Json, Kills, Quiet, Repo
from workbench.cli.implement import implement
from workbench.errors import UsageError
from workbench.spec import load, save


def write_tests(
    file: Annotated[Path, typer.Argument(help="A file of the target.", metavar="FILE")],
    repo: Repo,
    name: Annotated[str, typer.Option(help="The class; default the last of the file.")] = "",
    spec: Annotated[Path | None, typer.Option(help="Where the contract is written.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the contract as it is.")] = False,
    export: Export = False,
    kills: Kills = 1000,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write tests for code that is there, from a contract that is inferred and then confirmed."""
    from workbench.inference import infer
    from workbench.sandbox import Worker
    from workbench.spec import dumps

    path = file.resolve().relative_to(repo.resolve()) if file.is_absolute() else file
    with Worker() as worker:
        inferred = infer(repo, path.as_posix(), worker, name=name)
    where = spec or Path("specs") / f"{snake(inferred.spec.name)}_tests.yaml"
    if where.exists() and load(where) != inferred.spec and not yes:
        raise UsageError(f"{where} is there already and says something else; name another --spec")
    save(inferred.spec, where)
    if not as_json:
        typer.echo(f"{dumps(inferred.spec)}\n" + "\n".join(f"  {x}" for x in inferred.evidence))
        for note in inferred.concerns:
            typer.echo(f"  concern: {note.text}; {note.reason}")
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageError(f"the contract is in {where}; correct it there, and confirm it with --yes")
    if not yes and not typer.confirm("Is this what the code is meant to do?"):
        typer.echo(f"correct it in {where}, then: workbench implement {where} --repo {repo}")
        raise typer.Exit(2)
    implement(where, repo, export=export, kills=kills, quiet=quiet, as_json=as_json)
