"""``workbench demo``: from specs to green commits in a fresh target, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench import terminal
from workbench.cli._options import Json
from workbench.cli._output import print_json


def demo(
    repo: Annotated[Path | None, typer.Option(help="Your own repository instead of ours.")] = None,
    spec: Annotated[Path | None, typer.Option(help="One spec instead of all.")] = None,
    folder: Annotated[Path, typer.Option(help="Where everything is laid.")] = Path("demo"),
    jobs: Annotated[int, typer.Option(min=1, help="How many run at the same time.")] = 2,
    as_json: Json = False,
) -> None:
    """Do the main job, offline: from specs to green commits in a fresh target repository."""
    outcomes = terminal.run_demo(repo, spec, folder, jobs=jobs, quiet=as_json)
    if as_json:
        print_json({"outcomes": [outcome.model_dump(mode="json") for outcome in outcomes]})
    raise typer.Exit(max(outcome.exit_code for outcome in outcomes))
