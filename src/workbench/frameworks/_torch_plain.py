"""Losses that are functions or plain objects, in the clothes of a module."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from torch import nn


class Plain(nn.Module):
    """A module that calls what it was given.

    Args:
        function: Whatever can be called with tensors.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function  # nn.Module keeps what is no module as a plain attribute

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Call it."""
        return self.function(*inputs, **named)


def plain(found: Any, options: Mapping[str, Any]) -> nn.Module:
    """Build a loss: a class is built with its options, a function is called with them.

    Args:
        found: What the draft defines.
        options: The declared options.

    Returns:
        A module.

    Raises:
        TypeError: What was built cannot be called.
    """
    if not inspect.isclass(found):
        return Plain(functools.partial(found, **options))
    built = found(**options)
    if isinstance(built, nn.Module):
        return built
    if not callable(built):
        raise TypeError(f"{found.__name__} built a {type(built).__name__} that cannot be called")
    return Plain(built)
