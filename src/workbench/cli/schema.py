"""``workbench schema``: print the JSON Schema of spec files."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli._output import print_json
from workbench.errors import UsageError
from workbench.spec import json_schema


def schema(
    what: Annotated[str, typer.Argument(help="spec or report.")] = "spec",
) -> None:
    """Print the JSON Schema of spec files, for editors, or of the reports that check gives."""
    from workbench.records import Report

    known = {"spec": json_schema, "report": Report.model_json_schema}
    if what not in known:
        raise UsageError(f"there is no schema of {what!r}; legal are 'spec' and 'report'")
    print_json(known[what]())
