"""What every subcommand prints: one JSON document, or one message."""

from __future__ import annotations

import json
import sys
from typing import Any

import typer


def print_json(document: Any) -> None:
    """Print a document for programs."""
    typer.echo(json.dumps(document, indent=1, ensure_ascii=False))


def fail(kind: str, message: str, code: int) -> int:
    """Print one message in the form that was asked for, and give the exit code back."""
    if "--json" in sys.argv:
        print_json({"error": {"kind": kind, "message": message}, "exit_code": code})
    else:
        typer.echo(f"workbench: {message}", err=True)
    return code
