"""Machines that offer less than this one, and what runs on this one."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

POORER = """#!{python}
import errno, os, sys
sys.path.append({source!r})
from workbench.sandbox import _kernel, _seccomp
from workbench.sandbox._seccomp import Condition
_kernel.refuse_new_privileges()
_seccomp.refuse([{rules}])
os.execv({python!r}, [{python!r}, *sys.argv[1:]])
"""
NO_NAMESPACES = '("unshare", errno.EPERM, None)'
NO_LANDLOCK = '("landlock_create_ruleset", errno.ENOSYS, None)'
NO_SECCOMP = '("prctl", errno.EINVAL, Condition(0, "equal", 22))'


def poorer_python(folder: Path, *rules: str) -> str:
    """Make an interpreter that runs on a kernel which refuses what the rules say."""
    source = str(Path(sys.modules["workbench"].__file__ or "").resolve().parents[1])
    script = folder / "python"
    script.write_text(
        POORER.format(python=sys.executable, source=source, rules=", ".join(rules)),
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


def offers_namespaces() -> bool:
    """Tell whether this machine lets a process enter namespaces of its own."""
    source = "from workbench.sandbox import _namespaces as n; print(n.enter())"
    root = str(Path(sys.modules["workbench"].__file__ or "").resolve().parents[1])
    found = subprocess.run(
        [sys.executable, "-c", source],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip() == "True"


def alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def processes_with(mark: str) -> set[int]:
    """Find the processes that have a word on their command line."""
    found = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                words = Path(f"/proc/{entry}/cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if mark.encode() in words and alive(int(entry)):
                found.add(int(entry))
    return found
