"""Lets gradients be taken at what was looked up with integer inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

_LOOKUPS = {functional.embedding, torch.embedding, Tensor.__getitem__, torch.index_select}


class Lookups(TorchFunctionMode):
    """Notices every lookup whose index is one of the inputs.

    An integer input has no gradient, but what it picked from a table has one, and that says which
    positions of the input an output can see.

    Args:
        inputs: The inputs of the call, by name.
    """

    def __init__(self, inputs: Mapping[str, Tensor]) -> None:
        super().__init__()
        self._whole = {
            (tensor.data_ptr(), tensor.shape): name
            for name, tensor in inputs.items()
            if not tensor.is_floating_point() and tensor.dtype != torch.bool and tensor.numel()
        }
        self.shapes = {name: tuple(tensor.shape) for name, tensor in inputs.items()}
        self.found: list[tuple[str, Tensor]] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the function and keep its result where it is a lookup with a whole input."""
        result = func(*args, **(kwargs or {}))
        if func in _LOOKUPS and isinstance(result, Tensor):
            for value in (*args, *(kwargs or {}).values()):
                if isinstance(value, Tensor) and (value.data_ptr(), value.shape) in self._whole:
                    if not result.requires_grad and result.is_floating_point():
                        result.requires_grad_()
                    if result.requires_grad:
                        self.found.append((self._whole[value.data_ptr(), value.shape], result))
                    break
        return result
