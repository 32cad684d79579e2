"""Names of classes and of files."""

from __future__ import annotations

import re


def camel(name: str) -> str:
    """Write a name as classes are called."""
    return "".join(part[:1].upper() + part[1:] for part in name.replace("-", "_").split("_"))


def snake(name: str) -> str:
    """Write a name as files are called."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
