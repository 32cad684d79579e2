"""``workbench implement``: study, implement and check one spec, and export it if asked to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench import terminal
from workbench.cli._exports import export_options
from workbench.cli._legal import device_of, tier_of, with_file
from workbench.cli._options import (
    Branch,
    Device,
    Export,
    Implementer,
    InPlace,
    Json,
    Kills,
    Patch,
    PrBody,
    Python,
    Quiet,
    Seed,
    TestSeconds,
    Tier,
    Unsandboxed,
    Values,
)
from workbench.cli._output import print_json
from workbench.errors import UsageError
from workbench.spec import load


def implement(
    spec: Annotated[Path | None, typer.Argument(help="A spec file (YAML).", metavar="SPEC")] = None,
    repo: Annotated[Path | None, typer.Option(help="The target repository's root.")] = None,
    implementer: Implementer = "blueprint",
    resume: Annotated[str, typer.Option(help="Go on with this session.")] = "",
    session: Annotated[Path | None, typer.Option(help="The folder for the session.")] = None,
    agent: Annotated[Path | None, typer.Option(help="An agent definition (Markdown).")] = None,
    model: Annotated[str, typer.Option(help="The agent's model: an alias or a full id.")] = "",
    effort: Annotated[str, typer.Option(help="How hard the agent thinks: low ... max.")] = "",
    turns: Annotated[int | None, typer.Option(help="The most answers of the agent.")] = None,
    tokens: Annotated[int | None, typer.Option(help="The most tokens that it may take.")] = None,
    dollars: Annotated[float | None, typer.Option(help="The most dollars it may take.")] = None,
    recording: Annotated[Path | None, typer.Option(help="A session to replay.")] = None,
    option: Values = None,
    export: Export = False,
    branch: Branch = "",
    in_place: InPlace = False,
    patch: Patch = None,
    pr_body: PrBody = None,
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
    """Study, implement and check one spec; with --export make it a commit on a new branch.

    Options given with --resume replace the session's own: a raised budget, another model.
    """
    how = export_options(branch, in_place, patch, pr_body, python, test_seconds)
    folder, *where = _session_folder(spec, repo, resume, session, tier)
    agents: dict[str, Any] = {"agent": agent, "model": model, "effort": effort}
    agents |= {"recording": recording, "turns": turns, "tokens": tokens, "dollars": dollars}
    parameters = {
        "implementer": implementer,
        "options": _agent_options(folder, implementer if not resume else "", agents, option),
        "tier": tier,
        "device": device_of(device),
        "seed": seed,
        "kills": kills,
        "export": export,
        "export_options": how,
        "allow_unsandboxed": allow_unsandboxed,
    }
    raise typer.Exit(_pipeline(where, folder, parameters, quiet=quiet, as_json=as_json))


def _session_folder(
    spec: Path | None, repo: Path | None, resume: str, session: Path | None, tier: str
) -> tuple[Path, str, str]:
    """Decide between a new session and one that goes on; refuse what cannot work early."""
    from workbench.journal import FILE_NAME
    from workbench.sandbox.judge import plan
    from workbench.session import find_session, new_folder

    if resume:
        folder = find_session(resume)
        if not (folder / FILE_NAME).exists():
            raise UsageError(f"there is no session {resume!r}; 'workbench sessions' lists them")
        return folder, "", ""
    if spec is None or repo is None:
        raise UsageError("give a spec and --repo, or --resume with a session")
    contract = load(spec)
    with_file(spec, lambda: plan(contract, tier_of(tier)))
    if not repo.is_dir():
        raise UsageError(f"the target {repo} is no folder; name the root of a repository")
    folder = session or new_folder(contract)
    if (folder / FILE_NAME).exists():
        raise UsageError(f"{folder} holds a session already; say --resume {folder}")
    return folder, str(spec.resolve()), str(repo.resolve())


def _agent_options(
    folder: Path, implementer: str, named: dict[str, Any], more: list[str] | None
) -> dict[str, Any]:
    """Collect an implementer's options; without one the session's own goes on."""
    from workbench.session import require_options

    options = _options(named, more or [])
    who, former = (implementer, {}) if implementer else _started(folder)
    require_options(who, former | options)  # a key among them is refused before anything is kept
    if who == "replay":
        os.environ["WORKBENCH_NO_MODEL"] = "1"  # for this process and the kernel that it starts
    return options


def _started(folder: Path) -> tuple[str, dict[str, Any]]:
    """Say who works in a session, and with which options."""
    from workbench.journal import read

    events = list(read(folder))
    started = next((event for event in events if event["event"] == "started"), None)
    if started is None:
        raise UsageError(f"{folder} holds no session; 'workbench sessions' lists those there are")
    options = dict(started["options"])
    for event in events:
        options |= event["options"] if event["event"] == "resumed" else {}
    return started["implementer"], options


def _options(named: dict[str, Any], more: list[str]) -> dict[str, Any]:
    """Collect an implementer's options."""
    options = {
        name: str(value.resolve()) if isinstance(value, Path) else value
        for name, value in named.items()
        if value not in (None, "")
    }
    for entry in more:
        name, equals, value = entry.partition("=")
        if not equals or not name:
            raise UsageError(f"{entry!r} is no option; write NAME=VALUE")
        try:
            options[name] = json.loads(value)
        except ValueError:
            options[name] = value
    return options


def _pipeline(
    where: list[str], folder: Path, parameters: dict[str, Any], *, quiet: bool, as_json: bool
) -> int:
    """Run the pipeline for one spec, tell how it ended, and return the exit code."""
    from workbench import batch

    with terminal.Lines(quiet=quiet or as_json) as progress:
        outcome = batch.implement(
            *where, session=str(folder), parameters=parameters, listen=progress.hear
        )
    if as_json:
        print_json({"outcome": outcome.model_dump(mode="json"), **_summary(outcome)})
    else:
        terminal.print_outcome(outcome)
    return outcome.exit_code


def _summary(outcome: Any) -> dict[str, Any]:
    return {
        "green": bool(outcome.report and outcome.report.green),
        "export": outcome.export.model_dump(mode="json") if outcome.export else None,
        "error": {"message": outcome.error} if outcome.error else None,
    }
