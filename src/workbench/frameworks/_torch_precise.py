"""Keeps code in double precision that asks for single precision by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_SINGLE, _DOUBLE = torch.float32, torch.float64


class Precise(TorchFunctionMode):
    """Turns every request for float32 into one for float64.

    A module that computes a norm or a table in float32 on purpose would otherwise add rounding
    noise of 1e-7 to a measurement that needs 1e-12.

    Covered: ``x.float()``, ``x.to(torch.float32)``, ``torch.arange(..., dtype=torch.float32)``.
    Not covered: half precision, and numbers that went through numpy.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the function with float64 in the place of float32."""
        # Every operation of every measured run passes here, so nothing is copied without need.
        for value in args:
            if value is _SINGLE:
                args = [_DOUBLE if value is _SINGLE else value for value in args]
                break
        if kwargs is None:
            return torch.Tensor.double(*args) if func is torch.Tensor.float else func(*args)
        for value in kwargs.values():
            if value is _SINGLE:
                kwargs = {k: _DOUBLE if v is _SINGLE else v for k, v in kwargs.items()}
                break
        return func(*args, **kwargs)
