"""Words that a person may get wrong, and the file that an error is in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.errors import SpecError, UsageError


def with_file(path: Path, do: Any) -> None:
    """Name the spec's file in an error of a stage that no longer knows it."""
    try:
        do()
    except SpecError as error:
        raise error.at(file=str(path)) from error


def tier_of(tier: str) -> Any:
    """Refuse what is no tier."""
    if tier not in {"live", "full", "deep"}:
        raise UsageError(f"{tier!r} is no tier; legal are 'live', 'full', 'deep'")
    return tier


def device_of(device: str) -> str:
    """Resolve ``auto`` without loading a tensor library: a GPU shows itself by its device file."""
    if device == "auto":
        return "cuda:0" if Path("/dev/nvidia0").exists() else "cpu"
    if device == "cuda":
        return "cuda:0"
    if device == "cpu" or device.removeprefix("cuda:").isdigit():
        return device
    raise UsageError(f"{device!r} is no device; legal are 'auto', 'cpu', 'cuda' and 'cuda:N'")
