"""A framework without a tensor library: it imports what it is told to and calls it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any


def answer(question: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer one question.

    Args:
        question: ``echo`` or ``call``.
        arguments: For ``call``: the module, the function in it, and its arguments.

    Returns:
        For ``echo`` the arguments; for ``call`` the function's value as ``value``.
    """
    if question == "echo":
        return arguments
    module = importlib.import_module(arguments["module"])
    return {"value": getattr(module, arguments.get("function", "run"))(*arguments.get("with", []))}
