"""Runs test sources with pytest inside a candidate.

Every test's outcome is the candidate's word: tests and the code under test share a process, and a
test can lie about itself. `_outcomes` says when that word is believed; what tests are worth is
measured from outside, by mutating the module.
"""

from __future__ import annotations

import importlib
import linecache
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

_MESSAGE_LENGTH = 40_000  # what tests of code that is there measured is told in one
_SWITCHES = ("--import-mode=importlib", "--capture=no", "--continue-on-collection-errors")
_WITHOUT = ("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler")


def warm() -> ModuleType | None:
    """Import pytest with the plug-ins that it always loads, so that candidates need not.

    Returns:
        pytest, or None where it is not installed beside the framework.
    """
    try:
        pytest = importlib.import_module("pytest")
        plugins = importlib.import_module("_pytest.config").default_plugins
    except ImportError:
        return None
    for name in plugins:
        importlib.import_module(f"_pytest.{name}")
    return pytest


def run(
    tests: Mapping[str, str], scratch: str, progress: Callable[[str], None]
) -> dict[str, object]:
    """Write test files into the scratch folder and run them.

    Args:
        tests: Source text by path, relative to the scratch folder.
        scratch: The folder that this process may write to.
        progress: Called with each test's id before it runs.

    Returns:
        ``tests``: a list with ``id``, ``outcome`` (passed, failed, skipped or error), ``seconds``,
        ``message`` and ``line`` of each test. A file that cannot be imported is one error.

    Raises:
        RuntimeError: pytest is missing, or stopped before it ran anything.
    """
    recorder = Recorder(progress)
    run_with(tests, scratch, [recorder])
    return {"tests": list(recorder.results.values())}


def run_with(tests: Mapping[str, str], scratch: str, plugins: Sequence[object]) -> None:
    """Write test files into the scratch folder and let pytest run them with some plug-ins.

    Args:
        tests: Source text by path, relative to the scratch folder.
        scratch: The folder that this process may write to.
        plugins: pytest plug-ins.

    Raises:
        RuntimeError: pytest is missing, or stopped before it ran anything.
    """
    if warm() is None:
        raise RuntimeError("pytest is not installed in the Python that runs the draft")
    root = Path(scratch) / "tests-under-check"
    _forget(root)
    files = [_write(root, path, text) for path, text in tests.items()]
    code = _run_pytest(root, [file for file in files if file.name != "conftest.py"], plugins)
    if code not in (0, 1, 2, 5):  # passed, failed, could not collect, nothing there
        raise RuntimeError(f"pytest stopped with exit code {code}")


def _forget(root: Path) -> None:
    """Forget the files and modules of an earlier run, so that changed tests are seen."""
    shutil.rmtree(root, ignore_errors=True)
    for name, module in list(sys.modules.items()):
        if any(place.startswith(str(root)) for place in _places(module)):
            del sys.modules[name]
    importlib.invalidate_caches()
    linecache.checkcache()


def _places(module: object) -> list[str]:
    """Name a module's files; what libraries put among the modules need not behave like one."""
    known = getattr(module, "__dict__", {})
    path = known.get("__path__")
    return [str(known.get("__file__")), *map(str, path if isinstance(path, list) else ())]


def _write(root: Path, path: str, text: str) -> Path:
    file = root / path
    if not file.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"test path {path!r} leads outside; give a path relative to the tests")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def _run_pytest(root: Path, files: list[Path], plugins: Sequence[object]) -> int:
    pytest: Any = importlib.import_module("pytest")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    configuration = root / "pytest.ini"
    configuration.write_text("[pytest]\n", encoding="utf-8")
    if str(root) not in sys.path:
        sys.path.append(str(root))
    place = (f"--rootdir={root}", "-c", str(configuration), f"--basetemp={root / 'tmp'}")
    arguments = [*_SWITCHES, *_WITHOUT, *place, *map(str, files)]
    return int(pytest.main(arguments, plugins=[*plugins]))


class Recorder:
    """A pytest plug-in that keeps one result per test.

    Args:
        progress: Called with each test's id before it runs.
    """

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.results: dict[str, dict[str, object]] = {}
        self._progress = progress

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which test runs now, so that a test that never ends has a name."""
        self._progress(nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep a file that could not be collected."""
        if report.failed:
            self._keep(report.nodeid, "error", 0.0, _message(report), 0)
        elif report.skipped:
            self._keep(report.nodeid, "skipped", 0.0, _message(report), 0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a test's outcome; a failure around the test is an error."""
        outcome = str(report.outcome)
        if report.when == "call":
            self._keep(report.nodeid, outcome, report.duration, _message(report), _line(report))
        elif outcome == "failed":
            self._keep(report.nodeid, "error", report.duration, _message(report), _line(report))
        elif outcome == "skipped":
            self._keep(report.nodeid, "skipped", report.duration, _message(report), _line(report))

    def _keep(self, name: str, outcome: str, seconds: float, message: str, line: int) -> None:
        self.results[name] = {
            "id": name,
            "outcome": outcome,
            "seconds": float(seconds),
            "message": message,
            "line": line,
        }


def _line(report: pytest.TestReport) -> int:
    """Return the line of the failure where it lies in the test's file, else the test's line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and str(crash.path).endswith(report.nodeid.split("::")[0]):
        return int(crash.lineno)
    return (report.location[1] or 0) + 1


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    longrepr = report.longrepr
    crash = getattr(longrepr, "reprcrash", None)
    if crash is not None:
        text = str(crash.message)
    elif isinstance(longrepr, tuple):  # skipped: file, line, reason
        text = str(longrepr[2])
    else:
        text = "" if longrepr is None else str(longrepr)
    return text[:_MESSAGE_LENGTH]
