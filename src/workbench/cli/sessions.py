"""``workbench sessions``: list the sessions, the newest first."""

from __future__ import annotations

import typer

from workbench.cli._options import Json
from workbench.cli._output import print_json


def sessions(as_json: Json = False) -> None:
    """List the sessions, the newest first."""
    from workbench.session import sessions as listed

    rows = listed()
    if as_json:
        print_json({"sessions": rows})
        return
    for row in rows:
        typer.echo("  ".join(str(value) for value in row.values()))
    if not rows:
        typer.echo("no sessions yet; 'workbench implement' makes one")
