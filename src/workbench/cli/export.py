"""``workbench export``: make a session's latest draft a commit on a new branch of its target."""

from __future__ import annotations

import typer

from workbench import terminal
from workbench.cli._exports import export_options
from workbench.cli._options import (
    Branch,
    InPlace,
    Json,
    Patch,
    PrBody,
    Python,
    SessionName,
    TestSeconds,
)
from workbench.cli._output import print_json


def export(
    session: SessionName,
    branch: Branch = "",
    in_place: InPlace = False,
    patch: Patch = None,
    pr_body: PrBody = None,
    python: Python = "",
    test_seconds: TestSeconds = 300.0,
    as_json: Json = False,
) -> None:
    """Accept a session's latest draft and make it a commit on a new branch of its target."""
    from workbench import repo
    from workbench.session import Session

    how = export_options(branch, in_place, patch, pr_body, python, test_seconds)
    with Session.resume(session) as opened:
        opened.accept()
        made = opened.export(**how)
        left = repo.cautions(opened.study()[0])
    if as_json:
        print_json({"export": made.model_dump(mode="json")})
    else:
        typer.echo(f"{terminal.exported(made)}: {', '.join(made.paths)}")
        for sentence in left:
            typer.echo(f"left to you: {sentence}", err=True)
