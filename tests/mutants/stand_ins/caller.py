"""A framework for the tests of this room: it imports torch and calls a function of the draft."""

from __future__ import annotations

import importlib
from typing import Any

import torch


def warm() -> None:
    """Keep to one thread, because a process that forks must."""
    torch.set_num_threads(1)
    torch.manual_seed(0)


def answer(question: str, arguments: dict[str, Any]) -> dict[str, object]:
    """Say for each module what its function ``behave`` returns or raises."""
    assert question == "behave"
    return {name: _behave(name) for name in arguments["modules"]}


def _behave(name: str) -> str:
    torch.manual_seed(0)
    try:
        return repr(_plain(importlib.import_module(name).behave()))
    except Exception as error:
        return f"raised {type(error).__name__}: {error}"


def _plain(value: object) -> object:
    if isinstance(value, torch.Tensor):
        return (str(value.dtype), list(value.shape), value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
