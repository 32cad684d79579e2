"""Builds large modules without data quickly: what holds no data is not filled with any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_FILLS = {
    getattr(Tensor, name)
    for name in (
        "normal_",
        "uniform_",
        "random_",
        "exponential_",
        "log_normal_",
        "cauchy_",
        "geometric_",
        "bernoulli_",
        "zero_",
        "fill_",
        "clamp_",
    )
}


class Unfilled(TorchFunctionMode):
    """Skips the initialisation of tensors that hold no data."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the function, unless all that it would do is to fill a tensor."""
        fills = func in _FILLS or (
            getattr(func, "__module__", "") == "torch.nn.init" and func.__name__.endswith("_")
        )
        if fills:
            tensor = args[0] if args else (kwargs or {}).get("tensor")
            if isinstance(tensor, Tensor) and tensor.is_meta:
                return tensor
        return func(*args, **(kwargs or {}))


_TABLES = {torch.linspace, torch.logspace, torch.arange, torch.tensor}


class Tables(TorchFunctionMode):
    """Makes short rows of numbers with data, so that a constructor can read them back."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the function, on the CPU where nothing else is said."""
        given = dict(kwargs or {})
        if func in _TABLES and given.get("device") is None:
            given["device"] = "cpu"
        return func(*args, **given)
