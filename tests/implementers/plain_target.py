"""A target that is only files in memory, laid out by ruff."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from workbench.errors import TargetError
from workbench.records import Finding, Placement, Study

RUFF = str(Path(sys.executable).with_name("ruff"))


class PlainTarget:
    """What an implementer sees of a target."""

    def __init__(
        self,
        placement: Placement,
        files: Mapping[str, str] | None = None,
        *,
        width: int = 88,
        quotes: str = "double",
    ) -> None:
        self.placement = placement
        self._files = dict(files or {})
        self._settings = [
            *("--isolated", "--config", f"line-length={width}"),
            *("--config", f"format.quote-style='{quotes}'"),
        ]

    def files(self) -> list[str]:
        return sorted(self._files)

    def read(self, path: str) -> str:
        if path not in self._files:
            raise TargetError(f"{path} is no file of the target")
        return self._files[path]

    def format(self, path: str, source: str) -> str:
        for command in (["check", "--select", "I", "--fix-only"], ["format"]):
            done = subprocess.run(
                [RUFF, *command, "--quiet", *self._settings, "--stdin-filename", path, "-"],
                input=source,
                capture_output=True,
                text=True,
                check=True,
            )
            source = done.stdout
        return source


def place(stem: str = "thing", *, base: str = "") -> Placement:
    return Placement(
        path=f"src/house/{stem}.py",
        module=f"house.{stem}",
        test_path=f"tests/test_{stem}.py",
        import_root="src",
        base=base,
    )


def study_of(**findings: object) -> Study:
    named = {topic.replace("_", " "): value for topic, value in findings.items()}
    return Study(
        root=".",
        findings=tuple(Finding(topic=topic, value=value) for topic, value in named.items()),
    )
