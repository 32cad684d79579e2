"""The ``workbench`` command.

Every subcommand takes ``--json`` and then prints one JSON document on standard output and nothing
else there; progress goes to standard error. Exit codes: 0 everything asked for holds, 1 a verdict
failed, 2 bad use or bad input, 3 the workbench's own trouble.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable

import typer

from workbench.cli._output import fail
from workbench.cli.batch import batch
from workbench.cli.check import check
from workbench.cli.conform import conform
from workbench.cli.demo import demo
from workbench.cli.export import export
from workbench.cli.hunks import hunks
from workbench.cli.implement import implement
from workbench.cli.kill import kill
from workbench.cli.lab import lab
from workbench.cli.new import new
from workbench.cli.phrases import phrases
from workbench.cli.pull import pull
from workbench.cli.schema import schema
from workbench.cli.sessions import sessions
from workbench.cli.spec import explain
from workbench.cli.study import study
from workbench.cli.test import write_tests
from workbench.errors import WorkbenchError

app = typer.Typer(
    name="workbench",
    help="A written model design becomes code that can be trusted.\n\n"
    "Begin with 'workbench demo', or with 'workbench new' and 'workbench implement'.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_FURTHER = {"allow_extra_args": True, "ignore_unknown_options": True}
_COMMANDS: dict[str, Callable[..., None]] = {
    "new": new,
    "spec": explain,
    "phrases": phrases,
    "study": study,
    "implement": implement,
    "check": check,
    "kill": kill,
    "test": write_tests,
    "conform": conform,
    "export": export,
    "hunks": hunks,
    "pull": pull,
    "sessions": sessions,
    "batch": batch,
    "demo": demo,
    "lab": lab,
    "schema": schema,
}
for _name, _command in _COMMANDS.items():
    app.command(_name, context_settings=_FURTHER if _name == "lab" else None)(_command)


def main() -> None:
    """Run the command line and exit with its code."""
    _recover()
    try:
        code = app(standalone_mode=False)
    except WorkbenchError as error:
        code = fail(type(error).__name__, str(error), error.exit_code)
    except typer.Abort:
        code = fail(
            "Interrupted", "stopped by the person; 'workbench sessions' shows what is kept", 3
        )
    except Exception as error:
        # Typer brings click's errors under a private name, or under click's, by its version.
        if hasattr(error, "format_message"):
            sys.exit(fail("UsageError", error.format_message(), 2))
        traceback.print_exc()
        code = fail(type(error).__name__, f"{error} (this is a fault of the workbench)", 3)
    sys.exit(code if isinstance(code, int) else 0)


def _recover() -> None:
    """Put right first what a killed export left half written in a working tree, and say so."""
    from workbench.unfinished import pending

    if not any(pending()):
        return
    from workbench import repo

    for said in repo.recover():
        typer.echo(f"workbench: {said}", err=True)
