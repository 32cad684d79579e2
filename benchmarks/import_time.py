"""How much `import workbench` adds to starting Python, beside what torch would add.

Each statement runs in a fresh process, in turn, so that a slow moment of the machine hits all of
them; medians are compared.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

STATEMENTS = [
    "pass",
    "import workbench",
    "import workbench.spec",
    "import workbench.cli",
    "import torch",
]
ROUNDS = 7


def seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> None:
    for statement in STATEMENTS:
        seconds(statement)  # fills the file cache
    taken = {statement: [] for statement in STATEMENTS}
    for _ in range(ROUNDS):
        for statement in STATEMENTS:
            taken[statement].append(seconds(statement))
    bare = statistics.median(taken["pass"])
    print(f"{'statement':24} {'added to bare Python':>22} {'ratio to import torch':>22}")
    torch = statistics.median(taken["import torch"]) - bare
    for statement in STATEMENTS[1:]:
        added = statistics.median(taken[statement]) - bare
        print(f"{statement:24} {added * 1000:19.0f} ms {added / torch:22.3f}")


if __name__ == "__main__":
    main()
