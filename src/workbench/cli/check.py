"""``workbench check``: check code that is there against a spec."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workbench import terminal
from workbench.cli._files import draft_of
from workbench.cli._legal import device_of, tier_of, with_file
from workbench.cli._options import Device, Json, Quiet, Seed, SpecFile, Tier
from workbench.cli._output import print_json
from workbench.spec import load


def check(
    spec: SpecFile,
    code: Annotated[list[Path] | None, typer.Option(help="A file of the draft.")] = None,
    tests: Annotated[list[Path] | None, typer.Option(help="A test file of the draft.")] = None,
    repo: Annotated[Path | None, typer.Option(help="The target that the code imports.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Reach this verdict again: a check or R1 ...")
    ] = None,
    tier: Tier = "full",
    device: Device = "auto",
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Check code that is there against a spec; exit code 1 when a verdict failed."""
    from workbench.sandbox import Worker
    from workbench.sandbox.judge import judge, plan, replay

    contract = load(spec)
    with_file(spec, lambda: plan(contract, tier_of(tier)))
    draft, import_root = draft_of(contract, code, tests, repo)
    root = repo.resolve() if repo else None
    where: dict[str, Any] = {"root": root, "import_root": import_root, "device": device_of(device)}
    if only:
        with Worker() as worker:
            again = replay(contract, draft, only, worker, seed=seed, **where)
        if as_json:
            print_json({"verdicts": [verdict.model_dump(mode="json") for verdict in again]})
        else:
            terminal.print_verdicts(again)
        raise typer.Exit(0 if all(verdict.good for verdict in again) else 1)
    with terminal.Lines(quiet=quiet or as_json) as progress, Worker() as worker:
        report = judge(
            contract,
            draft,
            worker,
            tier=tier_of(tier),
            seed=seed,
            **where,
            seen=progress.verdict,
        )
    if as_json:
        print_json({"green": report.green, "report": report.model_dump(mode="json")})
    else:
        terminal.print_report(contract, report)
    raise typer.Exit(0 if report.green else 1)
