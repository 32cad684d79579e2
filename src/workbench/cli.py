"""The ``workbench`` command.

Every subcommand takes ``--json`` and then prints one JSON document on standard output and nothing
else there; progress goes to standard error. Exit codes: 0 everything asked for holds, 1 a verdict
failed, 2 bad use or bad input, 3 the workbench's own trouble.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from workbench import terminal
from workbench.errors import SpecError, UsageError, WorkbenchError, nearest
from workbench.records import Draft, Study, Suspect
from workbench.spec import Kind, Spec, json_schema, load, save

app = typer.Typer(
    name="workbench",
    help="A written model design becomes code that can be trusted.\n\n"
    "Begin with 'workbench demo', or with 'workbench new' and 'workbench implement'.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]
SpecFile = Annotated[Path, typer.Argument(help="A spec file (YAML).", metavar="SPEC")]
Repo = Annotated[Path, typer.Option("--repo", help="The target repository's root.")]
Tier = Annotated[str, typer.Option(help="How much is checked: live, full or deep.")]
Device = Annotated[str, typer.Option(help="Where the checks run: auto, cpu or cuda.")]
Seed = Annotated[int, typer.Option(help="For inputs, weights and directions.")]
Kills = Annotated[int, typer.Option(min=0, help="Mistakes to make on purpose in a green draft.")]
Unsandboxed = Annotated[
    bool,
    typer.Option("--allow-unsandboxed", help="Run drafts where this machine cannot isolate them."),
]
Implementer = Annotated[str, typer.Option(help="Who writes the code.")]
Values = Annotated[list[str] | None, typer.Option(help="NAME=VALUE for it; VALUE is JSON.")]
Export = Annotated[bool, typer.Option("--export", help="Export when the report is green.")]
Branch = Annotated[str, typer.Option(help="The branch; default by the spec's name.")]
InPlace = Annotated[
    bool, typer.Option("--in-place", help="Write into the working tree; commit nothing.")
]
Patch = Annotated[Path | None, typer.Option(help="Write a patch file instead.")]
PrBody = Annotated[Path | None, typer.Option(help="Write the description as Markdown.")]
Python = Annotated[str, typer.Option(help="The Python for the target's own tests.")]
TestSeconds = Annotated[float, typer.Option(min=0, help="Their time limit; 0: none.")]


def main() -> None:
    """Run the command line and exit with its code."""
    _recover()
    try:
        code = app(standalone_mode=False)
    except WorkbenchError as error:
        code = _fail(type(error).__name__, str(error), error.exit_code)
    except typer.Abort:
        code = _fail(
            "Interrupted", "stopped by the person; 'workbench sessions' shows what is kept", 3
        )
    except Exception as error:
        # Typer brings click's errors under a private name, or under click's, by its version.
        if hasattr(error, "format_message"):
            sys.exit(_fail("UsageError", error.format_message(), 2))
        traceback.print_exc()
        code = _fail(type(error).__name__, f"{error} (this is a fault of the workbench)", 3)
    sys.exit(code if isinstance(code, int) else 0)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What the module will define, e.g. TextClassifier.")],
    sentence: Annotated[str, typer.Option("--from", help="What is wanted, in a sentence or more.")],
    out: Annotated[Path | None, typer.Option(help="The file; default specs/NAME.yaml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write a spec file from a sentence; what was not understood is said."""
    from workbench import registry

    path = out or Path("specs") / f"{_snake(name)}.yaml"
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; choose another name, or say --force")
    reading = registry.load("implementers", "blueprint").read(sentence, _camel(name))
    save(reading.spec, path)
    if as_json:
        _print(
            {
                "path": str(path),
                "spec": reading.spec.model_dump(mode="json"),
                "blueprint": reading.blueprint,
                "not_understood": list(reading.not_understood),
            }
        )
        return
    typer.echo(f"wrote {path}")
    if reading.sketched:
        typer.echo(
            "  a sketch: the offline catalogue cannot build it. Complete the contract, then let an "
            "agent write the code (implement --implementer anthropic) or check your own (check)"
        )
    for assumption in reading.spec.assumptions:
        typer.echo(f"  assumed: {assumption.text}")
    for words in reading.not_understood:
        typer.echo(f"  not understood: {words!r}")


@app.command("spec")
def explain(spec: SpecFile, tier: Tier = "full", as_json: Json = False) -> None:
    """Validate a spec file, and say what checks each line and what no line speaks of."""
    from workbench.checks import gaps
    from workbench.sandbox.judge import plan

    contract = load(spec)
    steps: list[Any] = []
    _with_file(spec, lambda: steps.extend(plan(contract, _tier(tier))))
    if not as_json:
        terminal.print_contract(contract, steps, gaps(contract))
        return
    checks = [
        {
            "check": step.name,
            "requirement": step.requirement.id if step.requirement else "",
            "line": step.requirement.text if step.requirement else "",
            "implied": step.implied,
            "exemption": step.exemption,
        }
        for step in steps
    ]
    open_ = [gap.model_dump(mode="json") for gap in gaps(contract)]
    _print({"spec": contract.model_dump(mode="json"), "checks": checks, "gaps": open_})


@app.command()
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
        _print({"phrases": [asdict(entry) for entry in entries]})
    else:
        terminal.print_vocabulary(entries)


@app.command()
def study(
    repo: Annotated[Path, typer.Argument(help="The repository's root.", metavar="REPO")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Read again what is remembered.")] = False,
    as_json: Json = False,
) -> None:
    """Read a repository: layout, framework, style and habits, each with its evidence."""
    from workbench import repo as target

    result = target.study(repo, fresh=fresh)
    if as_json:
        _print(result.model_dump(mode="json"))
        return
    for finding in result.findings:
        place = (
            f"  ({finding.evidence[0].path}:{finding.evidence[0].line})" if finding.evidence else ""
        )
        share = f" {finding.share:.0%} of {finding.seen}" if finding.seen else ""
        typer.echo(f"{finding.topic}: {_short(finding.value)}{share}{place}")
    for path, reason in result.skipped.items():
        typer.echo(f"skipped {path}: {reason}", err=True)


@app.command()
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
    how = _export_options(branch, in_place, patch, pr_body, python, test_seconds)
    folder, *where = _session_folder(spec, repo, resume, session, tier)
    agents: dict[str, Any] = {"agent": agent, "model": model, "effort": effort}
    agents |= {"recording": recording, "turns": turns, "tokens": tokens, "dollars": dollars}
    parameters = {
        "implementer": implementer,
        "options": _agent_options(folder, implementer if not resume else "", agents, option),
        "tier": tier,
        "device": _device(device),
        "seed": seed,
        "kills": kills,
        "export": export,
        "export_options": how,
        "allow_unsandboxed": allow_unsandboxed,
    }
    raise typer.Exit(_pipeline(where, folder, parameters, quiet=quiet, as_json=as_json))


@app.command()
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
    _with_file(spec, lambda: plan(contract, _tier(tier)))
    draft, import_root = _draft(contract, code, tests, repo)
    root = repo.resolve() if repo else None
    where: dict[str, Any] = {"root": root, "import_root": import_root, "device": _device(device)}
    if only:
        with Worker() as worker:
            again = replay(contract, draft, only, worker, seed=seed, **where)
        if as_json:
            _print({"verdicts": [verdict.model_dump(mode="json") for verdict in again]})
        else:
            terminal.print_verdicts(again)
        raise typer.Exit(0 if all(verdict.good for verdict in again) else 1)
    with terminal.Lines(quiet=quiet or as_json) as progress, Worker() as worker:
        report = judge(
            contract,
            draft,
            worker,
            tier=_tier(tier),
            seed=seed,
            **where,
            seen=progress.verdict,
        )
    if as_json:
        _print({"green": report.green, "report": report.model_dump(mode="json")})
    else:
        terminal.print_report(contract, report)
    raise typer.Exit(0 if report.green else 1)


@app.command()
def kill(
    spec: SpecFile,
    tests: Annotated[list[Path], typer.Option(help="A test file.")],
    code: Annotated[list[Path] | None, typer.Option(help="A file of the module.")] = None,
    repo: Annotated[Path | None, typer.Option(help="The target that the code imports.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many mutants.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Every mutant meets every test.")] = False,
    budget: Annotated[
        float | None, typer.Option(min=0, help="Seconds for a smaller set; implies --whole.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make mistakes in the code on purpose; which do its tests notice? Exit code 1: not all."""
    from workbench.sandbox import Worker
    from workbench.sandbox.kill import kill as made

    contract = load(spec)
    draft, import_root = _draft(contract, code, tests, repo)
    root = repo.resolve() if repo else None
    with terminal.Lines(quiet=quiet or as_json) as progress, Worker() as worker:
        try:
            table = made(
                contract,
                draft,
                worker,
                root=root,
                import_root=import_root,
                limit=limit,
                whole=whole or budget is not None,
                seen=progress.kill,
            )
        except SyntaxError as error:
            raise UsageError(f"the code is no Python: {error}") from error
    if table.reason:
        raise UsageError(table.reason)
    if as_json:
        _print(
            {
                "rate": table.rate,
                "table": table.model_dump(mode="json"),
                "would_fail_if": {test.id: table.would_fail_if(test.id) for test in table.tests},
                "kills_nothing": table.idle,
                "redundant": table.redundant,
                "smallest": table.smallest(budget),
            }
        )
    else:
        terminal.print_kills(table, budget)
    raise typer.Exit(1 if table.survivors else 0)


@app.command("test")
def write_tests(
    file: Annotated[Path, typer.Argument(help="A file of the target.", metavar="FILE")],
    repo: Repo,
    name: Annotated[str, typer.Option(help="The class; default the last of the file.")] = "",
    spec: Annotated[Path | None, typer.Option(help="Where the contract is written.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the contract as it is.")] = False,
    export: Export = False,
    kills: Kills = 1000,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write tests for code that is there, from a contract that is inferred and then confirmed."""
    from workbench.inference import infer
    from workbench.sandbox import Worker
    from workbench.spec import dumps

    path = file.resolve().relative_to(repo.resolve()) if file.is_absolute() else file
    with Worker() as worker:
        inferred = infer(repo, path.as_posix(), worker, name=name)
    where = spec or Path("specs") / f"{_snake(inferred.spec.name)}_tests.yaml"
    if where.exists() and load(where) != inferred.spec and not yes:
        raise UsageError(f"{where} is there already and says something else; name another --spec")
    save(inferred.spec, where)
    if not as_json:
        typer.echo(f"{dumps(inferred.spec)}\n" + "\n".join(f"  {x}" for x in inferred.evidence))
        for note in inferred.concerns:
            typer.echo(f"  concern: {note.text}; {note.reason}")
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageError(f"the contract is in {where}; correct it there, and confirm it with --yes")
    if not yes and not typer.confirm("Is this what the code is meant to do?"):
        typer.echo(f"correct it in {where}, then: workbench implement {where} --repo {repo}")
        raise typer.Exit(2)
    implement(where, repo, export=export, kills=kills, quiet=quiet, as_json=as_json)


@app.command()
def conform(
    spec: SpecFile,
    repo: Repo,
    code: Annotated[list[Path] | None, typer.Option(help="A file of the module.")] = None,
    tests: Annotated[list[Path] | None, typer.Option(help="A test file.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Repair the files in place.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Also compare outputs, confined.")] = False,
    least: Annotated[float, typer.Option(min=0, max=1, help="Exit code 1 below this.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Compare code with the target's habits: every deviation with the house's way beside it.

    With --run, what sounds like something of the target is run beside it on the same inputs.
    """
    from workbench import repo as target

    contract = load(spec)
    study = target.study(repo)
    if not code and not contract.existing:
        code, found_tests = target.defining(study, contract.name)
        tests = tests or found_tests
    draft, import_root = _draft(contract, code, tests, repo)
    if fix:
        files = [*_code(contract, code, repo), *(tests or [])]
        draft = target.repair(study, draft)
        for file, cell in zip(files, draft.cells, strict=True):
            file.write_text(cell.source, encoding="utf-8")
    same = _twins(study, draft, repo, import_root) if run else ()
    found = target.conformance(study, draft, same)
    if as_json:
        _print({"conformance": found.model_dump(mode="json")})
    else:
        terminal.print_conformance(found)
    raise typer.Exit(0 if found.score >= least else 1)


@app.command()
def export(
    session: Annotated[str, typer.Argument(help="A session's folder or name.")],
    branch: Branch = "",
    in_place: InPlace = False,
    patch: Patch = None,
    pr_body: PrBody = None,
    python: Python = "",
    test_seconds: TestSeconds = 300.0,
    as_json: Json = False,
) -> None:
    """Accept a session's latest draft and make it a commit on a new branch of its target."""
    from workbench import repo
    from workbench.session import Session

    how = _export_options(branch, in_place, patch, pr_body, python, test_seconds)
    with Session.resume(session) as opened:
        opened.accept()
        made = opened.export(**how)
        left = repo.cautions(opened.study()[0])
    if as_json:
        _print({"export": made.model_dump(mode="json")})
    else:
        typer.echo(f"{terminal.exported(made)}: {', '.join(made.paths)}")
        for sentence in left:
            typer.echo(f"left to you: {sentence}", err=True)


@app.command()
def hunks(
    session: Annotated[str, typer.Argument(help="A session's folder or name.")],
    refuse: Annotated[
        list[str] | None, typer.Option(help="Take out the change of this id.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List what a session's draft changes outside its new files, each with its reason."""
    from workbench.session import Session

    with Session.resume(session) as opened:
        report = opened.refuse(refuse) if refuse else opened.report
        found = opened.hunks()
    green = bool(report and report.green)
    if as_json:
        _print({"hunks": [one.model_dump(mode="json") for one in found], "green": green})
    for one in () if as_json else found:
        typer.echo(f"{one.id} {one.path}:{one.line} {one.kind}: {one.refused or one.reason}")
        typer.echo(one.diff)
    raise typer.Exit(0 if green and not any(one.refused for one in found) else 1)


@app.command()
def pull(
    session: Annotated[str, typer.Argument(help="A session's folder or name.")],
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
        _print(said | {"green": bool(report and report.green)})
    else:
        typer.echo(f"changed: {', '.join(pulled.changed) or 'nothing'}")
        for title, names in (("no longer there", pulled.gone), ("stale now", stale)):
            if names:
                typer.echo(f"{title}: {', '.join(names)}")
    raise typer.Exit(0 if report and report.green else 1)


@app.command()
def sessions(as_json: Json = False) -> None:
    """List the sessions, the newest first."""
    from workbench.session import sessions as listed

    rows = listed()
    if as_json:
        _print({"sessions": rows})
        return
    for row in rows:
        typer.echo("  ".join(str(value) for value in row.values()))
    if not rows:
        typer.echo("no sessions yet; 'workbench implement' makes one")


@app.command()
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
        _print({"outcomes": [outcome.model_dump(mode="json") for outcome in outcomes]})
    else:
        terminal.print_table(outcomes)
    raise typer.Exit(max(outcome.exit_code for outcome in outcomes))


@app.command()
def demo(
    repo: Annotated[Path | None, typer.Option(help="Your own repository instead of ours.")] = None,
    spec: Annotated[Path | None, typer.Option(help="One spec instead of all.")] = None,
    folder: Annotated[Path, typer.Option(help="Where everything is laid.")] = Path("demo"),
    jobs: Annotated[int, typer.Option(min=1, help="How many run at the same time.")] = 2,
    as_json: Json = False,
) -> None:
    """Do the main job, offline: from specs to green commits in a fresh target repository."""
    outcomes = terminal.run_demo(repo, spec, folder, jobs=jobs, quiet=as_json)
    if as_json:
        _print({"outcomes": [outcome.model_dump(mode="json") for outcome in outcomes]})
    raise typer.Exit(max(outcome.exit_code for outcome in outcomes))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab with the workbench; further arguments go to JupyterLab."""
    import shutil

    from workbench import batch as pipeline

    source = pipeline.notebook("workbench.ipynb")
    if "site-packages" in source.parts:
        # An installed notebook is nobody's to edit, so a copy is opened.
        copy = Path.cwd() / source.name
        if not copy.exists():
            shutil.copyfile(source, copy)
        source = copy
    # The front end is found here as well where it was not installed among Python's data files.
    front_end = str(Path(__file__).parent / "front_end")
    paths = [front_end, *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(source), *context.args])


@app.command()
def schema(
    what: Annotated[str, typer.Argument(help="spec or report.")] = "spec",
) -> None:
    """Print the JSON Schema of spec files, for editors, or of the reports that check gives."""
    from workbench.records import Report

    known = {"spec": json_schema, "report": Report.model_json_schema}
    if what not in known:
        raise UsageError(f"there is no schema of {what!r}; legal are 'spec' and 'report'")
    _print(known[what]())


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
    _with_file(spec, lambda: plan(contract, _tier(tier)))
    if not repo.is_dir():
        raise UsageError(f"the target {repo} is no folder; name the root of a repository")
    folder = session or new_folder(contract)
    if (folder / FILE_NAME).exists():
        raise UsageError(f"{folder} holds a session already; say --resume {folder}")
    return folder, str(spec.resolve()), str(repo.resolve())


def _export_options(
    branch: str,
    in_place: bool,
    patch: Path | None,
    pr_body: Path | None,
    python: str,
    test_seconds: float,
) -> dict[str, Any]:
    """Collect what `Session.export` is told, as plain values, and refuse two ways at once."""
    if sum((bool(branch), in_place, patch is not None)) > 1:
        raise UsageError("--branch, --in-place and --patch are three ways; choose one")
    files = {"patch": patch, "pr_body": pr_body}
    named = {name: str(file.resolve()) for name, file in files.items() if file}
    named |= {name: text for name, text in (("branch", branch), ("python", python)) if text}
    return named | {"in_place": in_place, "test_seconds": test_seconds}


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
        _print({"outcome": outcome.model_dump(mode="json"), **_summary(outcome)})
    else:
        terminal.print_outcome(outcome)
    return outcome.exit_code


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


def _draft(
    spec: Spec, code: list[Path] | None, tests: list[Path] | None, repo: Path | None
) -> tuple[Draft, str]:
    """Make a draft of files, and say which folder of the target stands on the import path."""
    from workbench import cells
    from workbench import repo as target

    import_root = "."
    if repo is not None:
        study = target.study(repo)
        import_root = target.place(study, spec).import_root
        if not code and not spec.existing:  # what was exported is found where it is
            code, found = target.defining(study, spec.name)
            tests = tests or found
    return cells.from_files(
        spec, _code(spec, code, repo), tests or [], repo, import_root
    ), import_root


def _code(spec: Spec, code: list[Path] | None, repo: Path | None) -> list[Path]:
    """Name the files to check; a spec of existing code names its own."""
    if code:
        return code
    if spec.existing and repo is not None:
        return [repo / spec.existing]
    raise UsageError("no code was given; name the files that define the module with --code FILE")


def _with_file(path: Path, do: Any) -> None:
    """Name the spec's file in an error of a stage that no longer knows it."""
    try:
        do()
    except SpecError as error:
        raise error.at(file=str(path)) from error


def _tier(tier: str) -> Any:
    if tier not in {"live", "full", "deep"}:
        raise UsageError(f"{tier!r} is no tier; legal are 'live', 'full', 'deep'")
    return tier


def _device(device: str) -> str:
    """Resolve ``auto`` without loading a tensor library: a GPU shows itself by its device file."""
    if device == "auto":
        return "cuda:0" if Path("/dev/nvidia0").exists() else "cpu"
    if device == "cuda":
        return "cuda:0"
    if device == "cpu" or device.removeprefix("cuda:").isdigit():
        return device
    raise UsageError(f"{device!r} is no device; legal are 'auto', 'cpu', 'cuda' and 'cuda:N'")


def _summary(outcome: Any) -> dict[str, Any]:
    return {
        "green": bool(outcome.report and outcome.report.green),
        "export": outcome.export.model_dump(mode="json") if outcome.export else None,
        "error": {"message": outcome.error} if outcome.error else None,
    }


def _twins(study: Study, draft: Draft, repo: Path, import_root: str) -> tuple[Suspect, ...]:
    """Run what a draft defines beside what the target has that sounds alike."""
    from workbench import repo as target
    from workbench.sandbox import Worker
    from workbench.sandbox.twins import twins

    pairs = target.suspects(study, draft)
    if not pairs:
        return ()
    with Worker() as worker:
        return twins(pairs, draft, worker, root=repo, import_root=import_root)


def _recover() -> None:
    """Put right first what a killed export left half written in a working tree, and say so."""
    from workbench.unfinished import pending

    if not any(pending()):
        return
    from workbench import repo

    for said in repo.recover():
        typer.echo(f"workbench: {said}", err=True)


def _fail(kind: str, message: str, code: int) -> int:
    if "--json" in sys.argv:
        _print({"error": {"kind": kind, "message": message}, "exit_code": code})
    else:
        typer.echo(f"workbench: {message}", err=True)
    return code


def _print(document: Any) -> None:
    typer.echo(json.dumps(document, indent=1, ensure_ascii=False))


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= 100 else text[:97] + "..."


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def _snake(name: str) -> str:
    import re

    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
