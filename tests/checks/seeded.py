"""Families of code: a good module each, and seeded bugs beside the lines that they replace.

    # bug scale_twice: scores = query @ key.transpose(-2, -1) / self.head_dim
    scores = query @ key.transpose(-2, -1) / math.sqrt(self.head_dim)

`# bug NAME:` replaces the statement below it (the bugs between them are skipped); where no
statement begins on that line, it replaces the line. `# bug+ NAME:` puts a statement before it. The
contract stands beside the module, in a YAML file of the same name.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from workbench import spec
from workbench.spec import Spec

_BUG = re.compile(r"^(?P<indent> *)# bug(?P<before>\+?) (?P<name>\w+): (?P<code>.+)$")


@dataclass(frozen=True)
class Family:
    """Code of one kind, as it should be and with each of its bugs.

    Args:
        name: Its file's name.
        good: The module without any bug.
        bugs: The module with one bug, by the bug's name.
        path: Its file.
    """

    name: str
    good: str
    bugs: dict[str, str]
    path: Path

    @property
    def contract(self) -> Spec:
        """The spec that its code fulfils."""
        return spec.load(self.path.with_suffix(".yaml"))


def families(folder: Path) -> list[Family]:
    """Read all families of a folder."""
    return [_read(path) for path in sorted(folder.glob("*.py"))]


def _read(path: Path) -> Family:
    good: list[str] = []
    seeds: list[tuple[re.Match[str], int]] = []  # each bug with the line that it is about
    for line in path.read_text(encoding="utf-8").splitlines():
        found = _BUG.match(line)
        if found:
            seeds.append((found, len(good)))
        else:
            good.append(line)
    ends = _ends("\n".join(good))
    bugs: dict[str, str] = {}
    for found, at in seeds:
        if found["name"] in bugs:
            raise ValueError(f"{path.name} has two bugs {found['name']!r}; rename one")
        last = at if found["before"] else ends.get(at, at + 1)
        lines = [*good[:at], found["indent"] + found["code"], *good[last:]]
        bugs[found["name"]] = "\n".join(lines) + "\n"
    return Family(path.stem, "\n".join(good) + "\n", bugs, path)


def _ends(source: str) -> dict[int, int]:
    """Map the line on which a simple statement begins to the line after its end, from 0."""
    found: dict[int, int] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            found[node.lineno - 1] = node.end_lineno or node.lineno
    return found
