"""Pairs in batches of similar length: what an item, a batch and an epoch hold."""

from __future__ import annotations

import inspect
import pickle
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from workbench.implementers._test_cells.setup import (
    BAD_OPTIONS,
    DEFAULTS,
    EDGE_OPTIONS,
    HIGH,
    INPUT,
    LOW,
    OPTIONS,
    SECOND,
    Subject,
    build,
)

PARTS = ("source", "target")
EPOCHS: dict[str, Any] = {}


def make_pairs(count: int = 11, seed: int = 0) -> dict[str, list[Tensor]]:
    """Make pairs of random lengths; the first ones are cut off, and one is of a single token."""
    generator = torch.Generator().manual_seed(seed)
    longest = OPTIONS["max_length"] + 3
    made: dict[str, list[Tensor]] = {}
    for name in (INPUT, SECOND):
        random = torch.randint(1, longest + 1, (count,), generator=generator).tolist()
        lengths = [longest, longest - 1, 1, *random][:count]
        made[name] = [torch.randint(LOW, HIGH + 1, (n,), generator=generator) for n in lengths]
    return made


def pairs_of_length(length: int, count: int = 8) -> dict[str, list[Tensor]]:
    """Make pairs of one length that can be told apart."""
    rows = [torch.full((length,), LOW + number) for number in range(count)]
    return {INPUT: rows, SECOND: rows}


def expected_items(pairs: dict[str, list[Tensor]]) -> list[tuple[list[int], list[int]]]:
    """List what the items hold, cut off."""
    cut = [[x[: OPTIONS["max_length"]].tolist() for x in rows] for rows in pairs.values()]
    return list(zip(*cut, strict=True))


def unpadded(batch: dict[str, Tensor]) -> list[tuple[list[int], list[int]]]:
    """List what the rows of a batch hold, without padding."""
    parts = [
        [row[real].tolist() for row, real in zip(batch[name], batch[f"{name}_mask"], strict=True)]
        for name in PARTS
    ]
    return list(zip(*parts, strict=True))


def epoch(loader: Any) -> list[list[tuple[list[int], list[int]]]]:
    """List the rows of each batch of one epoch."""
    return [unpadded(batch) for batch in loader]


def test_every_item_is_its_pair() -> None:
    """An item holds both sequences, cut off at the limit, as whole numbers.

    Covers: equals
    """
    pairs = make_pairs()
    made = build(**pairs)
    items = [made[index] for index in range(len(made))]
    assert [tuple(item[name].tolist() for name in PARTS) for item in items] == expected_items(pairs)
    assert all(item.keys() == set(PARTS) for item in items)
    assert all(item[name].dtype == torch.int64 for item in items for name in PARTS)


@pytest.mark.parametrize("count", [0, 1, 11])
def test_length_is_the_number_of_pairs(count: int) -> None:
    """There are as many items as pairs, and an epoch of none has no batch."""
    made = build(**make_pairs(count))
    assert len(made) == count
    assert sum(len(batch) for batch in epoch(made.loader(4))) == count


def test_indices_beyond_both_ends_are_refused() -> None:
    """An index counts from either end, and beyond the ends is an error that ends a loop."""
    made = build(**make_pairs(5))
    assert torch.equal(made[-1]["source"], made[4]["source"])
    assert torch.equal(made[-5]["source"], made[0]["source"])
    for index in (5, -6):
        with pytest.raises(IndexError, match=str(index)):
            made[index]


def test_an_item_is_the_same_each_time() -> None:
    """Neither other items nor a copy in a worker process change an item."""
    made = build(**make_pairs())
    before = made[3]
    made.collate([made[3], made[0]])
    copied = pickle.loads(pickle.dumps(made))
    for other in (made[3], copied[3]):
        assert all(torch.equal(before[name], other[name]) for name in PARTS)


def test_sides_of_different_lengths_are_refused() -> None:
    """A source without its target is an error, and no pair of strangers."""
    pairs = make_pairs()
    with pytest.raises(ValueError, match="length"):
        build(**{**pairs, SECOND: pairs[SECOND][1:]})


def test_epochs_are_as_they_were() -> None:
    """Without shuffling the batches of an epoch are the ones that were measured.

    Covers: bucketed by length
    Needs: pinned, measured EPOCHS
    """
    longest = OPTIONS["max_length"] + 3
    lengths = [(7 * at * at + 3 * at) % longest + 1 for at in range(13)]
    rows = [
        LOW + torch.arange(at, at + length) % (HIGH + 1 - LOW) for at, length in enumerate(lengths)
    ]
    made = build(**{INPUT: rows, SECOND: rows[::-1]})
    batches = [*made.loader(4, shuffle=False)]
    found = {name: [batch[name].sum(dim=1).tolist() for batch in batches] for name in PARTS}
    assert EPOCHS, f"measured EPOCHS = {found!r}"
    assert found == EPOCHS


@pytest.mark.parametrize("changes", BAD_OPTIONS, ids=str)
def test_impossible_options_are_refused(changes: dict[str, Any]) -> None:
    """An impossible option is refused, and the message names it.

    Needs: bad options
    """
    with pytest.raises(ValueError, match="|".join(changes)):
        build(**make_pairs(), **changes)


@pytest.mark.parametrize("changes", EDGE_OPTIONS, ids=str)
def test_the_smallest_options_are_accepted(changes: dict[str, Any]) -> None:
    """What is just possible is not refused.

    Needs: edge options
    """
    assert len(build(**make_pairs(), **changes)) == 11


def test_defaults_are_those_of_the_spec() -> None:
    """Without arguments the data set is the one of the spec.

    Needs: new
    """
    parameters = inspect.signature(Subject).parameters
    assert {name: parameters[name].default for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("pad_value", [OPTIONS["pad_value"], LOW])
def test_a_batch_is_padded_on_the_right(pad_value: int) -> None:
    """Each row is its item, then padding; the masks are True at tokens alone.

    Covers: padding side, padding value
    """
    made = build(**make_pairs(), pad_value=pad_value)
    items = [made[index] for index in (2, 0, 7)]
    batch = made.collate(items)
    for name in PARTS:
        longest = max(len(item[name]) for item in items)
        assert batch[name].shape == batch[f"{name}_mask"].shape == (3, longest)
        assert batch[name].dtype == torch.int64
        assert batch[f"{name}_mask"].dtype == torch.bool
        for row, mask, item in zip(batch[name], batch[f"{name}_mask"], items, strict=True):
            length = len(item[name])
            assert torch.equal(row[:length], item[name])
            assert row[length:].eq(pad_value).all()
            assert mask.tolist() == [True] * length + [False] * (longest - length)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch_size", [1, 4, 11, 30])
def test_an_epoch_has_every_pair_once(batch_size: int, shuffle: bool) -> None:
    """No pair is lost and none comes twice, and the loader knows its number of batches."""
    pairs = make_pairs()
    loader = build(**pairs).loader(batch_size, shuffle=shuffle)
    batches = epoch(loader)
    assert sorted(row for batch in batches for row in batch) == sorted(expected_items(pairs))
    assert len(loader) == len(batches) == -(-11 // batch_size)
    assert sorted(map(len, batches), reverse=True)[:-1] == [batch_size] * (len(batches) - 1)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("batch_size", [4, 11, 30])
def test_the_incomplete_batch_can_be_dropped(batch_size: int, shuffle: bool) -> None:
    """With `drop_last` every batch is full, and only then is a pair left out."""
    loader = build(**make_pairs()).loader(batch_size, shuffle=shuffle, drop_last=True)
    batches = epoch(loader)
    assert [len(batch) for batch in batches] == [batch_size] * (11 // batch_size)
    assert len(loader) == len(batches)


def test_batches_hold_pairs_of_similar_length() -> None:
    """Without shuffling the pairs come by the length of their longer side.

    Covers: bucketed by length
    """
    batches = epoch(build(**make_pairs()).loader(4, shuffle=False))
    lengths = [max(map(len, row)) for batch in batches for row in batch]
    assert lengths == sorted(lengths)


@pytest.mark.parametrize("more", [0, 2])
def test_equal_lengths_keep_their_order(more: int) -> None:
    """Without shuffling, what is equally long after the cut comes in the order of the data."""
    pairs = pairs_of_length(OPTIONS["max_length"])
    pairs[SECOND] = [torch.cat([pairs[SECOND][0], torch.ones(more).long()]), *pairs[SECOND][1:]]
    batches = epoch(build(**pairs).loader(3, shuffle=False))
    assert [row for batch in batches for row in batch] == expected_items(pairs)


def test_shuffled_batches_are_of_similar_length_too() -> None:
    """The order of batches is mixed, and what stands in them still is of similar length.

    Covers: bucketed by length
    """
    batches = epoch(build(**make_pairs(24)).loader(4, shuffle=True))
    spans = [sorted(max(map(len, row)) for row in batch) for batch in batches]
    assert spans != sorted(spans)
    ordered = sorted(spans)
    assert all(one[-1] <= other[0] for one, other in pairwise(ordered))


def test_shuffled_epochs_differ_and_repeat_with_the_seed() -> None:
    """Each epoch has another order, which follows from the seed alone."""
    made = build(**make_pairs(24))
    torch.manual_seed(0)
    loader = made.loader(4, seed=5)
    first, second = epoch(loader), epoch(loader)
    torch.manual_seed(1)
    again = made.loader(4, shuffle=True, seed=5)
    assert first != second
    assert [epoch(again), epoch(again)] == [first, second]
    assert epoch(made.loader(4, seed=7)) not in (first, second)


def test_the_seed_may_be_left_out() -> None:
    """Without a seed two loaders still agree."""
    made = build(**make_pairs(24))
    assert epoch(made.loader(4)) == epoch(made.loader(4, seed=0))


def test_equal_lengths_get_other_neighbours() -> None:
    """Among pairs of one length the batches are composed anew in each epoch."""
    loader = build(**pairs_of_length(2, count=12)).loader(4)
    first, second = ({frozenset(map(str, batch)) for batch in epoch(loader)} for _ in range(2))
    assert first != second


def test_the_order_follows_from_seed_and_epoch() -> None:
    """An epoch's neighbours are those of a permutation drawn from the seed plus its number."""
    pairs = pairs_of_length(2, count=12)
    items, loader = expected_items(pairs), build(**pairs).loader(4, seed=3)
    for number in range(2):
        order = torch.randperm(12, generator=torch.Generator().manual_seed(3 + number)).tolist()
        expected = [sorted(items[at] for at in order[i : i + 4]) for i in (0, 4, 8)]
        assert sorted(sorted(batch) for batch in epoch(loader)) == sorted(expected)


def test_an_order_that_is_kept_stays() -> None:
    """Without shuffling every epoch is the same."""
    loader = build(**make_pairs()).loader(4, shuffle=False)
    assert epoch(loader) == epoch(loader)


@pytest.mark.parametrize("batch_size", [0, -1])
def test_an_impossible_batch_size_is_refused(batch_size: int) -> None:
    """Batches of nothing are an error that names the argument."""
    with pytest.raises(ValueError, match="batch_size"):
        build(**make_pairs()).loader(batch_size)
