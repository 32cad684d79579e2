"""Counts what a call costs: floating point operations, and what it keeps for the backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


@dataclass(frozen=True)
class Counts:
    """What was counted.

    Args:
        flops: Floating point operations of products and convolutions; a multiplication and an
            addition are two.
        saved: Bytes that are kept for the backward pass, without parameters and buffers.
    """

    flops: int = 0
    saved: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Add."""
        return Counts(self.flops + other.flops, self.saved + other.saved)

    def __sub__(self, other: Counts) -> Counts:
        """Subtract."""
        return Counts(self.flops - other.flops, self.saved - other.saved)


class Counted(TorchDispatchMode):
    """Counts while it is entered.

    Args:
        module: Whose call is counted; its parameters and buffers are not kept by the call.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.counts = Counts()
        own = [*module.parameters(), *module.buffers()]
        self._kept = {tensor.untyped_storage()._cdata for tensor in own}
        self._alive: list[Tensor] = []  # so that no storage takes the place of another
        self._hooks = saved_tensors_hooks(self._pack, lambda tensor: tensor)

    def __enter__(self) -> Counted:
        """Begin."""
        self._hooks.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        """End."""
        super().__exit__(*exception)
        self._hooks.__exit__(*exception)

    def add(self, counts: Counts) -> None:
        """Count what was skipped."""
        self.counts += counts

    def _pack(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._kept:
            self._kept.add(storage._cdata)
            self._alive.append(tensor)
            self.counts += Counts(saved=storage.nbytes())
        return tensor

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the operator and count it where there is a formula for it."""
        result = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            self.counts += Counts(flops=int(formula(*args, **(kwargs or {}), out_val=result)))
        return result
