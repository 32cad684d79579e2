"""``workbench batch``: implement many specs; one failing job never stops the others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench import terminal
from workbench.cli._options import (
    Device,
    Export,
    Implementer,
    InPlace,
    Json,
    Kills,
    Python,
    Quiet,
    Repo,
    Seed,
    TestSeconds,
    Tier,
    Unsandboxed,
)
from workbench.cli._output import print_json
from workbench.errors import UsageError


def batch(
    specs: Annotated[list[Path], typer.Argument(help="Spec files.", metavar="SPEC...")],
    repo: Repo,
    jobs: Annotated[int, typer.Option(min=1, help="How many run at the same time.")] = 1,
    folder: Annotated[Path | None, typer.Option(help="Where the sessions go.")] = None,
    implementer: Implementer = "blueprint",
    export: Export = False,
    patch: Annotated[Path | None, typer.Option(help="A folder for patch files instead.")] = None,
    pr_body: Annotated[Path | None, typer.Option(help="A folder for descriptions.")] = None,
    in_place: InPlace = False,
    python: Python = "",
    test_seconds: TestSeconds = 300.0,
    tier: Tier = "full",
    device: Device = "auto",
    seed: Seed = 0,
    kills: Kills = 0,
    allow_unsandboxed: Unsandboxed = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Implement many specs; one failing job never stops the others."""
    arguments = ["--implementer", implementer, "--tier", tier, "--device", device]
    arguments += ["--seed", str(seed), "--kills", str(kills), *(["--export"] if export else [])]
    arguments += ["--allow-unsandboxed"] if allow_unsandboxed else []
    arguments += _export_arguments(len(specs), in_place, patch, pr_body, python, test_seconds)
    where = folder or Path("sessions")
    outcomes = terminal.run_table(
        [str(path) for path in specs],
        str(repo),
        folder=where,
        jobs=jobs,
        arguments=arguments,
        quiet=quiet or as_json,
    )
    if as_json:
        print_json({"outcomes": [outcome.model_dump(mode="json") for outcome in outcomes]})
    else:
        terminal.print_table(outcomes)
    raise typer.Exit(max(outcome.exit_code for outcome in outcomes))


def _export_arguments(
    specs: int,
    in_place: bool,
    patch: Path | None,
    pr_body: Path | None,
    python: str,
    test_seconds: float,
) -> list[str]:
    """Write the options of an export as arguments for each job; {name} is the job's folder."""
    if in_place and specs > 1:
        raise UsageError(
            "--in-place takes one spec: a second would meet the changes of the first; "
            "use branches or --patch"
        )
    arguments = ["--test-seconds", str(test_seconds), *(["--in-place"] if in_place else [])]
    arguments += ["--python", python] if python else []
    for option, folder, ending in (("--patch", patch, "patch"), ("--pr-body", pr_body, "md")):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            arguments += [option, f"{folder.resolve()}/{{name}}.{ending}"]
    return arguments
