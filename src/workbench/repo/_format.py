"""Format a draft as the target would: through ruff, by its settings or by its measured style."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench.records import Study
from workbench.repo import topics

_SECONDS = 30.0
_SETTING_FILES = ("ruff.toml", ".ruff.toml")
_VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
_DEFAULT_LENGTH = 88


def format_source(study: Study, path: str, source: str, own: Sequence[str] = ()) -> str:
    """Format Python source as the target would.

    Where the target has settings for ruff they apply, whatever they are; elsewhere its measured
    line length, quotes and indentation. Import order is the only lint rule that is repaired.

    Args:
        study: What is known of the target.
        path: The file that the source is for, relative to the root.
        source: Python.
        own: Top-level names that are the target's own; ruff sees that of files, and a draft has
            none yet.

    Returns:
        The formatted source, or the source itself where ruff cannot parse it or is not there.
    """
    ruff = _ruff()
    if ruff is None:
        return source
    if _has_settings(study.root, path):
        formatted = _formatted(ruff, study, path, source, _first_party(study, path, own))
        if formatted is not None:
            return formatted
    return _formatted(ruff, study, path, source, _measured(study, own)) or source


def _ruff() -> list[str] | None:
    beside = Path(sys.executable).with_name("ruff")
    if beside.exists():
        return [str(beside)]
    found = shutil.which("ruff")
    return [found] if found else None


def _has_settings(root: str, path: str) -> bool:
    """Tell whether ruff finds settings for a file in its folder or above, up to the root."""
    return any(
        file.name in _SETTING_FILES or re.search(rb"^\[tool\.ruff[.\]]", file.read_bytes(), re.M)
        for file in _settings(root, path)
    )


def _first_party(study: Study, path: str, own: Sequence[str]) -> list[str]:
    """Name the target's own packages, unless its settings name them themselves."""
    named = any(b"known-first-party" in file.read_bytes() for file in _settings(study.root, path))
    names = sorted({name for name in (*own, study.value(topics.PACKAGE, "")) if name})
    if named or not names:
        return []
    return ["--config", f"lint.isort.known-first-party={names!r}".replace("'", '"')]


def _settings(root: str, path: str) -> list[Path]:
    """List the settings files above a path, up to the root."""
    folders = [
        Path(root).joinpath(*Path(path).parts[:count]) for count in range(len(Path(path).parts))
    ]
    files = [folder / name for folder in folders for name in (*_SETTING_FILES, "pyproject.toml")]
    return [file for file in files if file.is_file()]


def _measured(study: Study, own: Sequence[str]) -> list[str]:
    """Write the target's measured style as settings of ruff."""
    quotes = study.value(topics.QUOTES)
    indentation = study.value(topics.INDENTATION, 4)
    names = sorted({name for name in (*own, study.value(topics.PACKAGE, "")) if name})
    settings = {
        "line-length": study.value(topics.LINE_LENGTH, _DEFAULT_LENGTH),
        "indent-width": indentation if isinstance(indentation, int) else 4,
        "format.quote-style": f'"{quotes}"' if quotes else '"preserve"',
        "format.indent-style": '"tab"' if indentation == "tab" else '"space"',
    }
    version = _version(str(study.value(topics.PYTHON, "")))
    if version:
        settings["target-version"] = f'"{version}"'
    if names:
        settings["lint.isort.known-first-party"] = repr(names).replace("'", '"')
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
