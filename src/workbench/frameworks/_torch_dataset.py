"""Asks a data set for its length, items, batches and epochs."""

from __future__ import annotations

import contextlib
import copy
import importlib
import inspect
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset
from torch.utils.data._utils import worker as torch_worker

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_part import Drawn
from workbench.frameworks._torch_pinned import pinned

_MOST = 10_000  # batches of one epoch; a loader that never ends must not hang the candidate


def dataset(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Play a script with data sets.

    Args:
        arguments: ``of``; ``inputs``: arrays by name; ``lengths``: for each item its length along
            the ragged axis, or None; ``ragged``: the inputs that have it; ``roles``; ``returns``:
            the parts of an item, ``parts``: of a batch; ``script``: steps with ``do`` (``length``,
            ``item``, ``data``, ``collate`` or ``epoch``) and what they need; ``pinned``: whether
            an item gets the same random numbers each time.

    Returns:
        ``results``, one for each step.
    """
    held = Held(arguments)
    with pinned(held.set) if arguments["pinned"] else contextlib.nullcontext():
        return {"results": [_step(step, held) for step in arguments["script"]]}


class Held:
    """A data set, built when it is first needed, and its loaders.

    Args:
        arguments: As for `dataset`.
    """

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.arguments, self.roles = arguments, arguments["roles"]
        modules.seed(arguments["of"]["seed"])
        self.module = importlib.import_module(arguments["of"]["module"])
        found = modules.find(arguments["of"])
        self.given = {name: self._input(name) for name in arguments["inputs"]}
        self.set = found(**self.given, **arguments["of"]["options"])
        self.loaders: dict[int, Any] = {}

    def _input(self, name: str) -> Any:
        values = torch.from_numpy(np.array(self.arguments["inputs"][name]))
        lengths = self.arguments["lengths"]
        at = self.arguments["ragged"].get(name)
        if lengths is None or at is None:
            return values
        rows = zip(values, np.asarray(lengths).tolist(), strict=True)
        return [row.narrow(at, 0, length).clone() for row, length in rows]

    @property
    def items(self) -> Any:
        """The data set, or for one without an index what a pass over it gives, in that order."""
        return list(self.set) if isinstance(self.set, IterableDataset) else self.set

    def data(self) -> dict[str, Any]:
        """Return what the data set was built from, as it is now; lists of items in one row."""
        ragged = self.arguments["ragged"]
        return {
            name: modules.array(
                torch.cat(values, ragged[name]) if isinstance(values, list) else values
            )
            for name, values in self.given.items()
            if not isinstance(values, list) or values
        }

    def part(self, role: str) -> Any:
        """Find what plays a role: a method of the data set, or something in the module."""
        name = self.roles.get(role)
        if not name:
            return None
        return getattr(self.set, name) if hasattr(self.set, name) else getattr(self.module, name)

    def loader(self, keywords: Mapping[str, Any]) -> Any:
        """Build a loader: the draft's own, or torch's with the draft's collate."""
        make = self.part("loader")
        if make is None:
            left = ("seed", "shuffle") if isinstance(self.set, IterableDataset) else ("seed",)
            known = {name: value for name, value in keywords.items() if name not in left}
            return DataLoader(self.set, collate_fn=self.part("collate"), **known)
        named = {self.roles[n]: value for n, value in keywords.items() if n in self.roles}
        return make(**named) if hasattr(make, "__self__") else make(self.set, **named)


def _step(step: Mapping[str, Any], held: Held) -> dict[str, Any]:
    try:
        if step["do"] == "length":
            kind = "iterable" if isinstance(held.set, IterableDataset) else "indexed"
            return {"length": len(held.items), "structure": kind}
        if step["do"] == "data":
            return {"values": held.data()}
        if step["do"] == "item":
            return _item(step, held)
        if step["do"] == "collate":
            items = [held.items[index] for index in step["indices"]]
            collate = held.part("collate") or torch.utils.data.default_collate
            batch = collate(items)
            return {"batch": shown_batch(batch, held), "keys": _keys(batch)}
        return _epoch(step, held)
    except Exception as error:
        if not step.get("may_raise"):
            raise
        return {"raised": type(error).__name__, "message": str(error)[:300]}


def _item(step: Mapping[str, Any], held: Held) -> dict[str, Any]:
    worker = step.get("worker")
    if worker is None:
        if "seed" in step:
            modules.seed(step["seed"])
        with Drawn() if step.get("draws") else contextlib.nullcontext() as drawn:
            value = held.items[step["index"]]
        draws = [[kind, values] for kind, values in drawn.draws] if drawn else []
        return {**_shown(value, held.arguments["returns"]), "draws": draws}
    with _Worker(held.set, **worker) as own:
        return _shown(own[step["index"]], held.arguments["returns"])


class _Worker:
    """A copy of the data set in the state that a worker process of a loader gives it.

    A candidate may start no processes, so what torch does in a new worker is done here.
    """

    def __init__(self, whole: Any, number: int, count: int, seed: int) -> None:
        self._own, self._number, self._count, self._seed = copy.deepcopy(whole), number, count, seed

    def __enter__(self) -> Any:
        """Seed as a worker is seeded, and tell the data set which worker it is."""
        own_seed = self._seed + self._number
        random.seed(own_seed)
        torch.manual_seed(own_seed)
        np.random.seed(torch_worker._generate_state(self._seed, self._number))
        torch_worker._worker_info = torch_worker.WorkerInfo(
            id=self._number, num_workers=self._count, seed=own_seed, dataset=self._own
        )
        return self._own

    def __exit__(self, *_: object) -> None:
        """Be no worker any more."""
        torch_worker._worker_info = None


def _epoch(step: Mapping[str, Any], held: Held) -> dict[str, Any]:
    modules.seed(step["seed"])
    slot = step.get("slot", 0)
    if slot not in held.loaders or step.get("fresh"):
        held.loaders[slot] = held.loader(step["keywords"])
    loader = held.loaders[slot]
    batches = [shown_batch(batch, held) for _, batch in zip(range(_MOST), loader, strict=False)]
    try:
        length = len(loader)
    except TypeError:  # nobody can know before the end
        length = -1
    return {"batches": batches, "length": length}


def shown_batch(batch: Any, held: Held) -> dict[str, Any]:
    """Return the parts of a batch by name."""
    values: dict[str, Any] = _shown(batch, held.arguments["parts"])["values"]
    return values


def _shown(value: Any, names: Sequence[str]) -> dict[str, Any]:
    """Give the parts their names, and say of which type each is."""
    found = dict(_named(value, names))
    return {
        "values": {name: _array(part) for name, part in found.items()},
        "types": {name: _type(part) for name, part in found.items()},
        "structure": type(value).__name__,
        "keys": _keys(value),
    }


def _keys(value: Any) -> list[str]:
    """Name the parts as they come, or number them."""
    if isinstance(value, Mapping):
        return [str(name) for name in value]
    several = isinstance(value, tuple | list)
    return [f"part{number}" for number in range(len(value) if several else 1)]


def _named(value: Any, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((name, value[name]) for name in names if name in value)
    elif isinstance(value, tuple | list):
        yield from zip(names, value, strict=False)
    elif any(hasattr(value, name) for name in names if name not in dir(Tensor)):
        yield from ((name, getattr(value, name)) for name in names if hasattr(value, name))
    else:
        yield from zip(names[:1], [value], strict=False)


def _array(part: Any) -> Any:
    if isinstance(part, Tensor):
        return modules.array(part)
    array = np.asarray(part)
    return array if array.dtype.kind in "biuf" else np.array(repr(part)[:80].encode().hex() == "")


def _type(part: Any) -> str:
    if isinstance(part, Tensor):
        return str(part.dtype).removeprefix("torch.")
    if isinstance(part, np.ndarray | np.generic):
        return f"numpy {part.dtype}"
    return type(part).__name__ if not inspect.isclass(part) else "class"
