"""The target's own tests with a draft in place, run in a confined process: what does it break?

Covered: no network, nothing written outside the temporary checkout and its scratch folder, nothing
read but the system, the interpreter and the checkout, bounded memory and processor time, a time
limit by the clock. Only where the kernel offers Landlock and a system call filter; elsewhere the
tests are not run, and the trial says so.
Not covered: the outcomes are the word of the process that runs tests and draft. A draft that fakes
them is found by its own checks, not here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from workbench.errors import UsageError
from workbench.records import TestResult, Trial
from workbench.sandbox import _landlock, _seccomp

_HERE = Path(__file__).resolve().parent
_BAD = {"failed", "error"}
_MEMORY, _FILE = 8 * 2**30, 2**30
_TICK = 0.1  # seconds between two looks at whether it is wanted still
_SHAPE = "import json, sys; print(json.dumps([sys.prefix, sys.base_prefix, *sys.path]))"


def trial(
    after: Path,
    before: Callable[[], AbstractContextManager[Path]],
    *,
    import_root: str = ".",
    python: str | None = None,
    seconds: float = 300.0,
    halted: Callable[[], bool] = lambda: False,
) -> Trial:
    """Run the target's tests with a draft in place; those that fail run without it as well.

    Args:
        after: A checkout of the target with the draft applied, in a folder of its own.
        before: Makes a checkout without it; only called where something failed.
        import_root: The folder that stands on ``sys.path``, relative to the checkout.
        python: The target's interpreter; by default the one that runs the workbench.
        seconds: The time limit for each of the two runs.
        halted: Asked ten times a second whether the person wants to stop.

    Returns:
        What failed and had not failed before, what failed before already, and how much was run.

    Raises:
        UsageError: The interpreter cannot be run.
    """
    interpreter = _interpreter(python)
    started = time.monotonic()
    if not (_landlock.version() and _seccomp.available()):
        return Trial(python=interpreter, reason="this system cannot confine them (Linux only)")
    ran, complete, reason = _run(after, import_root, interpreter, (), seconds, halted)
    failing = [test for test in ran if test.outcome in _BAD]
    known: set[str] = set()
    if failing:
        with before() as base:
            # Whole files: pytest runs nothing at all where one of the names is not there.
            asked = sorted({test.id.split("::")[0] for test in failing})
            asked = [file for file in asked if (base / file).is_file()]
            if asked:
                former = _run(base, import_root, interpreter, asked, seconds, halted)[0]
                known = {test.id for test in former if test.outcome in _BAD}
    return Trial(
        python=interpreter,
        passed=sum(test.outcome == "passed" for test in ran),
        skipped=sum(test.outcome == "skipped" for test in ran),
        known=tuple(sorted(test.id for test in failing if test.id in known)),
        broken=tuple(test for test in failing if test.id not in known),
        complete=complete,
        reason=reason,
        seconds=round(time.monotonic() - started, 2),
    )


def _interpreter(python: str | None) -> str:
    if python is None:
        return sys.executable
    found = shutil.which(os.path.expanduser(python))
    if found is None:
        raise UsageError(f"{python!r} is no program; give the path of the target's Python")
    return os.path.abspath(found)  # not resolved: a virtual environment is known by its link


def _run(
    checkout: Path,
    import_root: str,
    python: str,
    names: Sequence[str],
    seconds: float,
    halted: Callable[[], bool],
) -> tuple[list[TestResult], bool, str]:
    """Run tests; return how each ended, whether all were run, and why not."""
    with tempfile.TemporaryDirectory(prefix="workbench-trial-") as made:
        scratch = Path(made).resolve()
        shutil.copyfile(_HERE / "_told.py", scratch / "workbench_told.py")
        told, words = scratch / "told", scratch / "words"
        order = _order(checkout, import_root, python, names, scratch, seconds)
        code = _finish(order, words, seconds, halted)
        results, collected = _read(told)
        if code is None:
            why = "by the person" if halted() else f"after {seconds:g} s"
            return results, False, f"stopped {why}"
        if collected is None and not results:
            said = words.read_text(errors="replace").strip().splitlines() or ["nothing was said"]
            return [], False, f"pytest did not start: {said[-1][:200]}"
        if len(results) < (collected or 0):
            return results, False, f"the process ended early (code {code})"
        return results, True, "" if results else "the target has no tests"


def _order(
    checkout: Path, import_root: str, python: str, names: Sequence[str], scratch: Path, limit: float
) -> dict[str, object]:
    switches = ["-q", "--tb=short", "-p", "no:cacheprovider", "-p", "workbench_told"]
    paths = [str(checkout / import_root), str(scratch)]
    environment = {
        "PATH": f"{os.path.dirname(python)}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "WORKBENCH_TOLD": str(scratch / "told"),
    }
    return {
        "command": [python, "-m", "pytest", *switches, "--continue-on-collection-errors", *names],
        "folder": str(checkout),
        "environment": environment,
        "readable": [*_folders(python), *_above(checkout)],
        "writable": [str(checkout), str(scratch)],
        "memory": _MEMORY,
        "file_bytes": _FILE,
        "seconds": int(limit * (os.cpu_count() or 1)) + 5,
    }


def _above(checkout: Path) -> list[str]:
    """Name the folder above, which is ours: pytest imports a root that is a package from there."""
    return [str(checkout.parent)] if (checkout / "__init__.py").is_file() else []


def _folders(python: str) -> list[str]:
    """Ask an interpreter which folders it is read from, its packages included."""
    try:
        asked = subprocess.run(
            [python, "-I", "-c", _SHAPE], capture_output=True, text=True, timeout=30.0, check=True
        )
        listed = [path for path in json.loads(asked.stdout) if path]
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise UsageError(
            f"the interpreter {python!r} cannot be run: {error}; give the target's Python"
        ) from None
    wanted = {path for path in [*listed, os.path.dirname(python)] if path != "/"}
    return sorted(wanted | {os.path.realpath(path) for path in wanted} | {os.path.realpath(python)})


def _finish(
    order: dict[str, object], words: Path, seconds: float, halted: Callable[[], bool]
) -> int | None:
    """Run the order to its end; None where the clock or the person ended it."""
    command = [sys.executable, "-B", str(_HERE / "_enclose.py"), json.dumps(order)]
    with words.open("wb") as said:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd="/",
            env={"PATH": "/usr/bin:/bin"},
            start_new_session=True,
        )
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end and not halted():
                with suppress(subprocess.TimeoutExpired):
                    return process.wait(min(_TICK, max(0.0, end - time.monotonic())))
            return None
        finally:
            with suppress(OSError):  # nobody may be left
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _read(told: Path) -> tuple[list[TestResult], int | None]:
    """Read what the plug-in wrote; the file may be cut, or be nonsense that a draft wrote."""
    results: dict[str, TestResult] = {}
    collected: int | None = None
    text = told.read_text(errors="replace") if told.is_file() else ""
    for line in text.split("\n"):
        try:
            fields = json.loads(line)
            if "collected" in fields:
                collected = int(fields["collected"])
            else:
                results[str(fields["id"])] = TestResult.model_validate(fields)
        except (ValueError, TypeError, KeyError):
            continue
    return list(results.values()), collected
