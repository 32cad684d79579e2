"""``workbench pull``: bring later edits of the exported files back to the cells."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli._options import Json, SessionName
from workbench.cli._output import print_json


def pull(
    session: SessionName,
    ref: Annotated[str, typer.Option(help="A branch or commit; default the working tree.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Check the edited draft at once.")] = False,
    as_json: Json = False,
) -> None:
    """Bring later edits of the exported files back to the cells; exit code 1: evidence is stale."""
    from workbench.session import Session

    with Session.resume(session) as opened:
        pulled, stale = opened.pull(ref, check=check)
        report = opened.report
    if as_json:
        said = {"changed": pulled.changed, "gone": pulled.gone, "stale": stale}
        print_json(said | {"green": bool(report and report.green)})
    else:
        typer.echo(f"changed: {', '.join(pulled.changed) or 'nothing'}")
        for title, names in (("no longer there", pulled.gone), ("stale now", stale)):
            if names:
                typer.echo(f"{title}: {', '.join(names)}")
    raise typer.Exit(0 if report and report.green else 1)
