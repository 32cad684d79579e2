"""How an export is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.errors import UsageError


def export_options(
    branch: str,
    in_place: bool,
    patch: Path | None,
    pr_body: Path | None,
    python: str,
    test_seconds: float,
) -> dict[str, Any]:
    """Collect what `Session.export` is told, as plain values, and refuse two ways at once."""
    if sum((bool(branch), in_place, patch is not None)) > 1:
        raise UsageError("--branch, --in-place and --patch are three ways; choose one")
    files = {"patch": patch, "pr_body": pr_body}
    named = {name: str(file.resolve()) for name, file in files.items() if file}
    named |= {name: text for name, text in (("branch", branch), ("python", python)) if text}
    return named | {"in_place": in_place, "test_seconds": test_seconds}
