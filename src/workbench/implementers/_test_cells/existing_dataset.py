"""Tests of a data set that is there already: its laws, and what it gave when they were written."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from workbench.implementers._test_cells.setup import (
    COUNT,
    DATA_SIZES,
    HAS_DATA,
    RAGGED,
    Subject,
    build,
    make_inputs,
)

PROBES: list[dict[str, Any]] = [{"width": 1}]
ROLES: dict[str, str] = {"collate": "collate", "loader": "loader"}
ITEMS: dict[str, Any] = {}
BATCHES: dict[str, Any] = {}
EPOCHS: dict[str, Any] = {}
SIGNATURE: dict[str, str] = {}


def make_set(count: int = 23, **changes: Any) -> Any:
    """Build the data set; ragged data gets a length of its own for each item."""
    if not HAS_DATA:
        return build(**changes)
    data: dict[str, Any] = dict(make_inputs(**{**DATA_SIZES, COUNT: count}))
    for name in RAGGED:
        longest = data[name].shape[1]
        lengths = [longest - 3 * item % longest for item in range(count)]
        data[name] = [row[:length] for row, length in zip(data[name], lengths, strict=True)]
    return build(**data, **changes)


def digest(value: Any) -> Any:
    """Say what a value holds in a few numbers, none of which can change unseen."""
    if isinstance(value, dict):
        return {name: digest(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [digest(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, bool | int | str) or value is None:
        return value
    values = torch.as_tensor(value)
    numbers = values.double().flatten()
    weights = (1 + torch.arange(len(numbers))).double().sin()
    return [list(values.shape), str(values.dtype)[6:], float(f"{numbers @ weights:.6g}")]


def told(look: Any) -> Any:
    """Give the digest of what a look finds, or the name of the error."""
    try:
        return digest(look())
    except Exception as error:
        return type(error).__name__


def items_now() -> dict[str, Any]:
    """Look at the length, at items from both ends and beyond them, and under other options."""
    made = make_set()
    found = {"length": told(lambda: len(made)), "none": told(lambda: len(make_set(count=0)))}
    count = len(made)
    for index in [*range(min(count, 23)), -1, -count, count, -count - 1]:
        found[f"item {index}"] = told(lambda at=index: made[at])
    for changes in PROBES:
        found[f"{changes}"] = told(lambda new=changes: [make_set(**new)[at] for at in (0, 1, -1)])
        found[f"{changes} length"] = told(lambda new=changes: len(make_set(**new)))
    return found


def test_items_are_as_they_were() -> None:
    """Every item, the length and the ends are the ones that were measured.

    Covers: equals, length
    Needs: existing, measured ITEMS
    """
    found = items_now()
    assert ITEMS, f"measured ITEMS = {found!r}"
    for name, item in ITEMS.items():
        assert found.get(name) == item, name


def test_an_item_is_the_same_each_time() -> None:
    """Neither other items nor a copy in a worker process change an item."""
    made = make_set()
    before = digest(made[2])
    assert made[0] is not None
    assert digest(made[2]) == before
    assert digest(pickle.loads(pickle.dumps(made))[2]) == before


def test_reading_leaves_the_data_alone() -> None:
    """Going through the items twice gives the same."""
    made = make_set()
    assert [digest(made[at]) for at in range(5)] == [digest(made[at]) for at in range(5)]


def collated(made: Any, indices: list[int]) -> Any:
    """Make a batch of some items."""
    owner = made if hasattr(made, ROLES["collate"]) else inspect.getmodule(Subject)
    return getattr(owner, ROLES["collate"])([made[index] for index in indices])


def test_batches_are_as_they_were() -> None:
    """A batch of items of several lengths is the one that was measured, padding included.

    Covers: padding side, padding value
    Needs: existing, collates, measured BATCHES
    """
    changes: list[dict[str, Any]] = [{}, *PROBES]
    found = {
        f"{indices} {new}": told(lambda at=indices, new=new: collated(make_set(**new), at))
        for new in changes
        for indices in ([2, 0, 5], [4], [1, 1])
    }
    assert BATCHES, f"measured BATCHES = {found!r}"
    for name, batch in BATCHES.items():
        assert found.get(name) == batch, name


def test_rows_of_a_batch_do_not_depend_on_their_order() -> None:
    """The same items in another order are the same rows in another order.

    Needs: collates
    """
    made = make_set()
    one, other = collated(made, [2, 0, 5]), collated(made, [5, 2, 0])
    pairs = zip(parts_of(one), parts_of(other), strict=True)
    assert all(torch.equal(x[[2, 0, 1]], y) for x, y in pairs)


def parts_of(batch: Any) -> list[Tensor]:
    """List the tensors of a batch."""
    if isinstance(batch, Tensor):
        return [batch]
    parts = batch.values() if isinstance(batch, dict) else batch
    return [part for part in parts if isinstance(part, Tensor)]


def loader_of(made: Any, **settings: Any) -> Any:
    """Make a loader, the code's own where it has one."""
    owner = made if hasattr(made, ROLES["loader"]) else inspect.getmodule(Subject)
    make = getattr(owner, ROLES["loader"])
    known = inspect.signature(make).parameters
    settings = {name: value for name, value in settings.items() if name in known}
    return make(**settings) if owner is made else make(made, **settings)


def epochs_now() -> dict[str, Any]:
    """Go through loaders twice each."""
    found = {}
    for size, shuffle, last in (
        (4, False, False),
        (4, True, False),
        (4, True, True),
        (30, False, True),
    ):
        torch.manual_seed(0)
        settings = {"batch_size": size, "shuffle": shuffle, "drop_last": last, "seed": 3}
        loader = loader_of(make_set(), **settings)
        found[f"{settings}"] = told(lambda made=loader: [list(made), list(made)])
        found[f"{settings} length"] = told(lambda made=loader: len(made))
    found["batches of none"] = told(lambda: list(loader_of(make_set(), batch_size=0)))
    found["usual"] = told(
        lambda: [len(list(loader_of(make_set(), batch_size=4))) for _ in range(2)]
    )
    return found


def test_epochs_are_as_they_were() -> None:
    """Batches of an epoch, and their order, are the ones that were measured.

    Covers: bucketed by length
    Needs: existing, loads, measured EPOCHS
    """
    found = epochs_now()
    assert EPOCHS, f"measured EPOCHS = {found!r}"
    for name, batches in EPOCHS.items():
        assert found.get(name) == batches, name


def test_shuffled_epochs_differ() -> None:
    """Each epoch has another order, and a fresh loader with the same seeds begins with the first.

    Needs: loads, shuffles
    """
    epochs = []
    for _ in range(2):
        torch.manual_seed(0)
        loader = loader_of(make_set(), batch_size=2, shuffle=True, seed=3)
        epochs.append([digest(list(loader)), digest(list(loader))])
    assert epochs[0][0] != epochs[0][1]
    assert epochs[0] == epochs[1]


@pytest.mark.parametrize("size", [1, 4, 30])
def test_it_works_with_a_loader_of_torch(size: int) -> None:
    """Torch's own loader gives every item once.

    Needs: stacks
    """
    made = make_set()
    loader = DataLoader(made, batch_size=size)
    rows = [row for batch in loader for row in parts_of(batch)[0]]
    assert len(rows) == len(made)


def test_signature_is_as_it_was() -> None:
    """Callers can go on as before: the same arguments with the same defaults.

    Needs: existing, measured SIGNATURE
    """
    parameters = inspect.signature(Subject).parameters.values()
    found = {p.name: "" if p.default is p.empty else repr(p.default) for p in parameters}
    assert SIGNATURE, f"measured SIGNATURE = {found!r}"
    assert found == SIGNATURE
