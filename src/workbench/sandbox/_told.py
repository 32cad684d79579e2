"""A pytest plug-in that tells how each test ended, in a file of JSON lines, as soon as it ends.

It is copied beside the tests and runs with the target's own interpreter, which may be an old one.
"""

import json
import os
from typing import Any

_WORST = {"passed": 0, "skipped": 1, "failed": 2, "error": 3}
_ended: Any = {}


def _tell(**fields: object) -> None:
    with open(os.environ["WORKBENCH_TOLD"], "a") as file:
        file.write(json.dumps(fields) + "\n")


def _message(report: Any) -> str:
    crash = getattr(getattr(report, "longrepr", None), "reprcrash", None)
    text = getattr(crash, "message", None) or str(getattr(report, "longrepr", "") or "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[0] if crash and lines else lines[-1] if lines else "")[:300]


def pytest_collectreport(report: Any) -> None:
    """Tell of a file that could not be collected."""
    if report.failed:
        _tell(id=report.nodeid, outcome="error", message=_message(report), seconds=0.0)


def pytest_runtest_logreport(report: Any) -> None:
    """Tell of a test once its last phase has ended."""
    outcome = report.outcome
    if outcome == "failed" and report.when != "call":
        outcome = "error"
    former = _ended.get(report.nodeid, ("passed", "", 0.0))
    worse = _WORST[outcome] > _WORST[former[0]]
    said = _message(report) if worse and outcome != "skipped" else former[1]
    _ended[report.nodeid] = (outcome if worse else former[0], said, former[2] + report.duration)
    if report.when == "teardown":
        outcome, message, seconds = _ended.pop(report.nodeid)
        _tell(id=report.nodeid, outcome=outcome, message=message, seconds=round(seconds, 3))


def pytest_collection_finish(session: Any) -> None:
    """Tell how many tests there are."""
    _tell(collected=len(session.items))
