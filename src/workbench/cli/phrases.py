"""``workbench phrases``: list what a spec can require."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, get_args

import typer

from workbench import terminal
from workbench.cli._options import Json
from workbench.cli._output import print_json
from workbench.errors import UsageError, nearest
from workbench.spec import Kind


def phrases(
    kind: Annotated[str, typer.Argument(help="model, layer, loss, metric ...")] = "",
    as_json: Json = False,
) -> None:
    """List what a spec can require, and the checks that need no line, by name."""
    from workbench.checks import vocabulary

    if kind not in ("", *get_args(Kind)):
        raise UsageError(f"{kind!r} is no kind: {nearest(kind, get_args(Kind))}")
    entries = vocabulary(kind)
    if as_json:
        print_json({"phrases": [asdict(entry) for entry in entries]})
    else:
        terminal.print_vocabulary(entries)
