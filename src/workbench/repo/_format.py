"""Format a draft as the target would: through ruff, by its settings or by its measured style."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from workbench.records import Study
from workbench.repo import topics

_SECONDS = 30.0
_SETTING_FILES = ("ruff.toml", ".ruff.toml")
_VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
_DEFAULT_LENGTH = 88


def format_source(study: Study, path: str, source: str) -> str:
    """Format Python source as the target would.

    Where the target has settings for ruff they apply, whatever they are; elsewhere its measured
    line length, quotes and indentation. Import order is the only lint rule that is repaired.

    Args:
        study: What is known of the target.
        path: The file that the source is for, relative to the root.
        source: Python.

    Returns:
        The formatted source, or the source itself where ruff cannot parse it or is not there.
    """
    ruff = _ruff()
    if ruff is None:
        return source
    if _has_settings(Path(study.root), path):
        formatted = _formatted(ruff, study, path, source, [])
        if formatted is not None:
            return formatted
    return _formatted(ruff, study, path, source, _measured(study)) or source


def _ruff() -> list[str] | None:
    beside = Path(sys.executable).with_name("ruff")
    if beside.exists():
        return [str(beside)]
    found = shutil.which("ruff")
    return [found] if found else None


def _has_settings(root: Path, path: str) -> bool:
    """Tell whether ruff finds settings for a file in its folder or above, up to the root."""
    folders = [root.joinpath(*Path(path).parts[:count]) for count in range(len(Path(path).parts))]
    for folder in folders:
        if any((folder / name).is_file() for name in _SETTING_FILES):
            return True
        project = folder / "pyproject.toml"
        if project.is_file() and re.search(rb"^\[tool\.ruff[.\]]", project.read_bytes(), re.M):
            return True
    return False


def _measured(study: Study) -> list[str]:
    """Write the target's measured style as settings of ruff."""
    quotes = study.value(topics.QUOTES)
    indentation = study.value(topics.INDENTATION, 4)
    package = study.value(topics.PACKAGE, "")
    settings = {
        "line-length": study.value(topics.LINE_LENGTH, _DEFAULT_LENGTH),
        "indent-width": indentation if isinstance(indentation, int) else 4,
        "format.quote-style": f'"{quotes}"' if quotes else '"preserve"',
        "format.indent-style": '"tab"' if indentation == "tab" else '"space"',
    }
    version = _version(str(study.value(topics.PYTHON, "")))
    if version:
        settings["target-version"] = f'"{version}"'
    if package:
        settings["lint.isort.known-first-party"] = f'["{package}"]'
    pairs = [("--config", f"{name}={value}") for name, value in settings.items()]
    return ["--isolated", *(part for pair in pairs for part in pair)]


def _version(required: str) -> str:
    match = re.search(r">=?\s*(3\.\d+)", required)
    return "py" + match[1].replace(".", "") if match and match[1] in _VERSIONS else ""


def _formatted(
    ruff: list[str], study: Study, path: str, source: str, settings: list[str]
) -> str | None:
    name = ["--stdin-filename", str(Path(study.root) / path)]
    always = ["--no-cache", "--quiet", *settings, *name, "-"]
    ordered = _run([*ruff, "check", "--fix-only", "--select", "I", *always], study.root, source)
    if ordered is None:
        return None
    endings = ["--config", 'format.line-ending="lf"']
    return _run([*ruff, "format", *endings, *always], study.root, ordered)


def _run(command: list[str], root: str, source: str) -> str | None:
    kept = {"PATH", "HOME", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"}  # RUFF_* would change the style
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env={name: value for name, value in os.environ.items() if name in kept},
            input=source.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode() if done.returncode == 0 else None
