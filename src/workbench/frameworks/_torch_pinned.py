"""Gives every item of a data set random numbers of its own, so that it is the same each time."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from workbench.frameworks import _torch_module as modules

_FIRST = 4000


@contextlib.contextmanager
def pinned(whole: Any) -> Iterator[None]:
    """Seed the usual random numbers before each item, and give back those that were there.

    Args:
        whole: The data set; its class is changed meanwhile, so that loaders get the same items.
    """
    kind = type(whole)
    own, original = "__getitem__" in vars(kind), kind.__getitem__

    def drawn(self: Any, index: Any) -> Any:
        former = torch.get_rng_state(), np.random.get_state(), random.getstate()
        with contextlib.suppress(IndexError, TypeError):
            modules.seed(_FIRST + range(len(self))[index])
        try:
            return original(self, index)
        finally:
            torch.set_rng_state(former[0])
            np.random.set_state(former[1])
            random.setstate(former[2])

    kind.__getitem__ = drawn
    try:
        yield
    finally:
        if own:
            kind.__getitem__ = original
        else:
            del kind.__getitem__
