"""``workbench hunks``: list what a session's draft changes outside its new files."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli._options import Json, SessionName
from workbench.cli._output import print_json


def hunks(
    session: SessionName,
    refuse: Annotated[
        list[str] | None, typer.Option(help="Take out the change of this id.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List what a session's draft changes outside its new files, each with its reason."""
    from workbench.session import Session

    with Session.resume(session) as opened:
        report = opened.refuse(refuse) if refuse else opened.report
        found = opened.hunks()
    green = bool(report and report.green)
    if as_json:
        print_json({"hunks": [one.model_dump(mode="json") for one in found], "green": green})
    for one in () if as_json else found:
        typer.echo(f"{one.id} {one.path}:{one.line} {one.kind}: {one.refused or one.reason}")
        typer.echo(one.diff)
    raise typer.Exit(0 if green and not any(one.refused for one in found) else 1)
