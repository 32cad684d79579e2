"""How long a study takes, beside parsing the same files and nothing else; then a second study.

    python benchmarks/study_speed.py [REPOSITORY]

Without a repository, 5,000 Python files of this machine's installed packages are laid as one (long
files and short ones, as they come). Every measurement is a fresh process, in turn, so that a slow
moment of the machine hits all of them; medians are told. The cache of studies is a fresh one.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

FILES = 5000
ROUNDS = 3
PARSE = """
import ast, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
for path in Path(sys.argv[1]).rglob("*.py"):
    try: ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError): pass
"""
STUDY = """
import sys
from pathlib import Path
from workbench.repo import study
study(Path(sys.argv[1]), fresh=sys.argv[2] == "fresh")
"""


def seconds(code: str, *arguments: str) -> tuple[float, float]:
    """Return the time by the clock and the processor time, which a busy machine disturbs less."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)
    clock, after = time.perf_counter() - start, os.times()
    return clock, sum(after[2:4]) - sum(before[2:4])


def lay(folder: Path) -> Path:
    """Lay Python files of installed packages as a repository with one commit."""
    installed = Path(sysconfig.get_path("purelib"))
    paths = sorted(installed.rglob("*.py"))
    step = len(paths) / FILES
    for path in (paths[int(number * step)] for number in range(FILES)):
        file = folder / "src" / path.relative_to(installed)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, file)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "Add files"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    return folder


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        os.environ["XDG_CACHE_HOME"] = f"{made}/cache"
        given = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
        root = given or lay(Path(made) / "target")
        files = [path for path in root.rglob("*.py") if path.is_file()]
        lines = sum(path.read_bytes().count(b"\n") for path in files)
        print(
            f"{len(files)} Python files, {lines} lines, {len(os.sched_getaffinity(0))} processors"
        )
        parse, cold, warm = [], [], []
        for _ in range(ROUNDS):
            parse.append(seconds(PARSE, str(root)))
            cold.append(seconds(STUDY, str(root), "fresh"))
            seconds(STUDY, str(root), "again")
            warm.append(seconds(STUDY, str(root), "again"))
        print(f"{'':14} {'clock':>9} {'ratio':>7} {'processor':>11} {'ratio':>7}")
        alone = [statistics.median(column) for column in zip(*parse, strict=True)]
        for name, taken in (("parse alone", parse), ("study", cold), ("second study", warm)):
            clock, used = (statistics.median(column) for column in zip(*taken, strict=True))
            ratios = clock / alone[0], used / alone[1]
            print(f"{name:14} {clock:7.2f} s {ratios[0]:7.2f} {used:9.2f} s {ratios[1]:7.2f}")


if __name__ == "__main__":
    main()
