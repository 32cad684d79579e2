"""Asks a data set for epochs that torch's own worker processes load."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from multiprocessing.reduction import ForkingPickler
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_dataset import Held, shown_batch

_LONGEST = 30.0  # seconds for one batch of a worker that never answers


def workers(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Load epochs in worker processes, and see whether the data set can be sent to one.

    Args:
        arguments: As for `dataset`, without ``script`` and ``pinned``; ``count``: how many
            workers; ``size``: of a batch; ``loads``: for each loader a ``seed``, the ``indices``
            that it asks for (None for all) and how many ``epochs`` it gives.

    Returns:
        ``loads``: for each loader its epochs, each a list of batches; ``unsent``: why the data set
        cannot be sent to a worker that starts afresh, or an empty text.
    """
    held = Held(arguments)
    # Shared memory needs a helper program and sockets, which a candidate may not have.
    ForkingPickler.register(Tensor, _by_value)
    return {
        "unsent": _unsent(held),
        "loads": [_load(load, held) for load in arguments["loads"]],
    }


def _load(load: Mapping[str, Any], held: Held) -> list[list[dict[str, Any]]]:
    modules.seed(load["seed"])
    loader = _loader(load, held)
    return [[shown_batch(batch, held) for batch in loader] for _ in range(load["epochs"])]


def _loader(load: Mapping[str, Any], held: Held) -> Any:
    """Build torch's loader with the draft's collate, or the draft's own where it takes workers."""
    count, size = held.arguments["count"], held.arguments["size"]
    if load["indices"] is None and {"loader", "workers"} <= held.roles.keys():
        return held.loader({"batch_size": size, "shuffle": False, "workers": count})
    return DataLoader(
        held.set,
        batch_size=size,
        sampler=load["indices"],
        collate_fn=held.part("collate"),
        num_workers=count,
        multiprocessing_context="fork" if count else None,
        timeout=_LONGEST if count else 0,
    )


def _unsent(held: Held) -> str:
    """Pickle what a loader sends to a worker that starts with nothing, and read it again."""
    sent = {"the data set": held.set, "its collate": held.part("collate")}
    for name, value in sent.items():
        try:
            ForkingPickler.loads(ForkingPickler.dumps(value))
        except Exception as error:
            return f"{name}: {type(error).__name__}: {str(error)[:200]}"
    return ""


def _by_value(tensor: Tensor) -> tuple[Callable[[bytes], Tensor], tuple[bytes]]:
    """Send a tensor as bytes."""
    written = io.BytesIO()
    torch.save(tensor.detach(), written)
    return _read, (written.getvalue(),)


def _read(written: bytes) -> Tensor:
    read: Tensor = torch.load(io.BytesIO(written), weights_only=True)
    return read
