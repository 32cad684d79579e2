"""Specs without a human: the pipeline notebook through papermill, one spec or many.

Each spec is one session and one saved notebook. Many specs run in local processes, each of its
own, so that one failing job never stops the others.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from workbench import cells
from workbench.errors import UsageError, WorkbenchError
from workbench.journal import FILE_NAME, Event, Listener, read
from workbench.records import Draft, Export, Record, Report

NOTEBOOK = "implement.ipynb"


class Outcome(Record):
    """How one spec ended.

    Args:
        spec: The spec's file.
        session: The session's folder.
        notebook: The saved notebook.
        report: The last report, where one was reached.
        draft: The last draft, where one was offered.
        export: The export, where one was made.
        error: What stopped it, as one message, or ``""``.
        exit_code: 0 everything holds, 1 a verdict failed, 2 bad input, 3 the workbench's trouble.
        seconds: How long it took.
    """

    spec: str
    session: str
    notebook: str = ""
    report: Report | None = None
    draft: Draft | None = None
    export: Export | None = None
    error: str = ""
    exit_code: int = 0
    seconds: float = 0.0


def notebook(name: str) -> Path:
    """Find a notebook of ours, in a checkout or in an installed package.

    Args:
        name: Its path below ``notebooks/``.

    Returns:
        The file.

    Raises:
        WorkbenchError: The installation lacks it.
    """
    here = Path(__file__).resolve()
    for folder in (here.parent / "notebooks", here.parents[2] / "notebooks"):
        if (folder / name).is_file():
            return folder / name
    raise WorkbenchError(f"the notebook {name} is missing; install the workbench again")


def implement(
    spec: str,
    repository: str,
    *,
    session: str,
    parameters: Mapping[str, Any],
    listen: Listener | None = None,
) -> Outcome:
    """Run the pipeline notebook for one spec and save it with what came out.

    Args:
        spec: The spec's file; empty when a session is resumed.
        repository: The target's root; empty when a session is resumed.
        session: The session's folder; an unfinished session in it is resumed.
        parameters: Further parameters of the notebook.
        listen: Called with each event of the journal, as it is written.

    Returns:
        How it ended.
    """
    start = time.monotonic()
    folder = Path(session).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    saved = folder / NOTEBOOK
    before = len(_events(folder))
    given = {"spec": spec, "repo": repository, "session": str(folder), **parameters}
    with _following(folder, before, listen):
        error = _execute(saved, given)
    events = _events(folder)
    outcome = _outcome(spec, folder, saved, events, before, error)
    if outcome.draft is not None and saved.exists():
        _insert_cells(saved, outcome.draft)
    return outcome.model_copy(update={"seconds": round(time.monotonic() - start, 2)})


def run(
    specs: Sequence[str],
    repository: str,
    *,
    folder: Path,
    jobs: int = 1,
    arguments: Sequence[str] = (),
    started: Callable[[str], None] = lambda spec: None,
) -> Iterator[Outcome]:
    """Run many specs in local processes.

    Args:
        specs: Spec files.
        repository: The target's root.
        folder: Where each spec's session goes, in a folder named for the spec.
        jobs: How many run at the same time.
        arguments: Further arguments for ``workbench implement``; ``{name}`` in them is the name of
            a spec's folder.
        started: Called with a spec when its job starts.

    Yields:
        The outcomes, as they come.

    Raises:
        UsageError: There is nothing to run, or fewer than one job.
    """
    if jobs < 1 or not specs:
        raise UsageError(f"{len(specs)} specs in {jobs} jobs; give at least one of each")
    names = _folder_names(specs)

    def job(spec: str) -> Outcome:
        started(spec)
        return _job(spec, repository, folder / names[spec], arguments)

    with ThreadPoolExecutor(jobs) as pool:
        pending = [pool.submit(job, spec) for spec in dict.fromkeys(specs)]
        for done in as_completed(pending):
            yield done.result()


def _job(spec: str, repository: str, folder: Path, arguments: Sequence[str]) -> Outcome:
    """Run one spec as a process of its own; whatever happens to it becomes an outcome."""
    command = [sys.executable, "-m", "workbench", "implement", spec, "--repo", repository]
    command += ["--session", str(folder), "--json", "--quiet"]
    command += [argument.replace("{name}", folder.name) for argument in arguments]
    start = time.monotonic()
    finished = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    try:
        return Outcome.model_validate(json.loads(finished.stdout)["outcome"])
    except (ValueError, KeyError, TypeError):
        said = (finished.stdout + finished.stderr).strip().splitlines()
        message = _said(finished.stdout) or (said[-1] if said else "nothing was said")
        code = finished.returncode if finished.returncode in {2, 3} else 3
        return Outcome(
            spec=spec,
            session=str(folder),
            error=f"the job ended with code {finished.returncode}: {message}"
            if code == 3
            else message,
            exit_code=code,
            seconds=round(time.monotonic() - start, 2),
        )


def _said(stdout: str) -> str:
    try:
        return str(json.loads(stdout)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return ""


def _folder_names(specs: Sequence[str]) -> dict[str, str]:
    """Name each spec's folder for its file; the second of a name gets a number."""
    names: dict[str, str] = {}
    for spec in dict.fromkeys(specs):
        stem, number = Path(spec).stem, 1
        while (name := stem if number == 1 else f"{stem}-{number}") in names.values():
            number += 1
        names[spec] = name
    return names


def _execute(saved: Path, parameters: Mapping[str, Any]) -> str:
    """Run the notebook; papermill saves it also when a cell fails. Return what went wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import papermill
        from papermill.exceptions import PapermillExecutionError

        try:
            papermill.execute_notebook(
                str(notebook(NOTEBOOK)),
                str(saved),
                parameters=dict(parameters),
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                cwd=str(Path.cwd()),
                # A kernel on this machine warns that its loopback sockets are not encrypted.
                extra_arguments=["--IPKernelApp.log_level=40"],
            )
        except PapermillExecutionError as error:
            return f"{error.ename}: {error.evalue}"
        except Exception as error:  # a kernel that dies raises whatever its client met
            return f"{type(error).__name__}: {error}"
    return ""


def _outcome(
    spec: str, folder: Path, saved: Path, events: Sequence[Event], before: int, error: str
) -> Outcome:
    latest = {event["event"]: event for event in events}
    stopped = next((event for event in events[before:] if event["event"] == "stopped"), None)
    draft, report, export = (latest.get(name) for name in ("drafted", "reported", "exported"))
    green = bool(report and Report.model_validate(report["report"]).green)
    code = 0 if green else 1
    if error or stopped:
        code = stopped["exit_code"] if stopped else 3
    elif report is None:
        code, error = 1, "no draft was offered"
    return Outcome(
        spec=spec,
        session=str(folder),
        notebook=str(saved) if saved.exists() else "",
        draft=Draft.model_validate(draft["draft"]) if draft else None,
        report=Report.model_validate(report["report"]) if report else None,
        export=Export.model_validate(export["export"]) if export else None,
        error=stopped["message"] if stopped else error,
        exit_code=code,
    )


def _insert_cells(saved: Path, draft: Draft) -> None:
    import nbformat
    from nbformat.sign import NotebookNotary

    document = nbformat.read(saved, as_version=4)
    cells.insert(document, draft)
    nbformat.write(document, saved)
    # We have just made every output in it, so it may open with its drawings.
    NotebookNotary().sign(document)


def _events(folder: Path) -> list[Event]:
    return list(read(folder)) if (folder / FILE_NAME).exists() else []


class _following:
    """Pass on a journal's events while another process writes them.

    Args:
        folder: The session's folder.
        skip: How many events were there before.
        listen: Who hears of them.
    """

    def __init__(self, folder: Path, skip: int, listen: Listener | None) -> None:
        self._folder, self._passed, self._listen = folder, skip, listen
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> _following:
        if self._listen is not None:
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        if self._listen is not None:
            self._thread.join()

    def _follow(self) -> None:
        last = False
        while not last:
            last = self._done.wait(0.1)
            try:
                events = _events(self._folder)
            except WorkbenchError:
                continue
            for event in events[self._passed :]:
                assert self._listen is not None
                self._listen(event)
            self._passed = max(self._passed, len(events))
