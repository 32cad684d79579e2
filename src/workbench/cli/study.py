"""``workbench study``: read a repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli._options import Json
from workbench.cli._output import print_json


def study(
    repo: Annotated[Path, typer.Argument(help="The repository's root.", metavar="REPO")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Read again what is remembered.")] = False,
    as_json: Json = False,
) -> None:
    """Read a repository: layout, framework, style and habits, each with its evidence."""
    from workbench import repo as target

    result = target.study(repo, fresh=fresh)
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    for finding in result.findings:
        place = (
            f"  ({finding.evidence[0].path}:{finding.evidence[0].line})" if finding.evidence else ""
        )
        share = f" {finding.share:.0%} of {finding.seen}" if finding.seen else ""
        typer.echo(f"{finding.topic}: {_short(finding.value)}{share}{place}")
    for path, reason in result.skipped.items():
        typer.echo(f"skipped {path}: {reason}", err=True)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= 100 else text[:97] + "..."
