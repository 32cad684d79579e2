"""Pairs of token sequences, in batches of similar length that are padded on the right.

Source:
    bucketing: Khomenko et al. 2016, "Accelerating recurrent neural network training using sequence
        bucketing and multi-GPU data parallelization", section II.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, Sampler

CONTRACT = """
name: LengthBucketedPairs
kind: dataset
text: |
  Pairs of token sequences of at most 64 tokens, in length-bucketed batches.
options:
  max_length: 64
  pad_value: 0
sizes:
  items: 0..10000
  time: 1..200
inputs:
  source: int64 "items time" in 1..49999
  target: int64 "items time" in 1..49999
outputs:
  source: int64 "min(time, max_length)" in 1..49999
  target: int64 "min(time, max_length)" in 1..49999
roles:
  ragged: time
  collate: collate
  loader: loader
  batch_size: batch_size
  shuffle: shuffle
  drop_last: drop_last
  seed: seed
  mask: source_mask
requires:
  R1: source equals source[item][:minimum(time, max_length)]
  R2: target equals target[item][:minimum(time, max_length)]
  R3: padding side == right
  R4: padding value == pad_value
  R5: bucketed by length
"""

CHOICES = {}  # type: ignore[var-annotated]

WHEN = []  # type: ignore[var-annotated]

WORDS = {
    "nouns": [
        "(data set of )(length bucketed )pairs of [token|tokenized] sequences( data set)",
        "length bucketed( sentence) pairs( data set)",
        "(length bucketed )(sentence )pairs data set",
        "(length bucketed )(translation )pairs dataset",
    ],
    "options": {
        "max_length": [
            "(of )at most {n} tokens",
            "[cut|truncated]( off)( at)( to) {n}( tokens)",
            "[maximum|max] length( of) {n}",
        ],
        "pad_value": ["padded with {n}", "pad value( of) {n}"],
    },
    "choices": {},
    "names": {},
    "neutral": [
        "(in )(length )bucketed batches",
        "(in )batches of similar length( that are padded on the right)",
        "padded on the right",
    ],
}

ASSUMPTIONS = [
    {
        "about": "max_length",
        "text": "A sequence is cut off after {value} tokens.",
        "alternative": "a longer limit, or longer pairs left out",
    },
    {
        "about": "pad_value",
        "text": "Padding is {value}, on the right, and the masks say where there is none.",
        "alternative": "another value, or padding on the left for decoders that generate",
    },
    {
        "about": "order",
        "text": "The order of batches is drawn from the seed and the number of the epoch.",
        "alternative": "an order from torch's global random numbers",
    },
]


class LengthBuckets(Sampler[list[int]]):
    """Batches of indices whose items are of similar length.

    Args:
        lengths: The length of each item.
        batch_size: Number of items in a batch.
        shuffle: Whether each epoch has another order, and other neighbours among equal lengths.
        drop_last: Whether a batch that is not full is left out.
        seed: For the order; the number of the epoch is added.

    Raises:
        ValueError: The batch size is below one.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        batch_size: int,
        shuffle: bool = True,
        drop_last: bool = False,
        seed: int = 0,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self.lengths = list(lengths)
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        """Count the batches of an epoch."""
        full, rest = divmod(len(self.lengths), self.batch_size)
        return full if self.drop_last or rest == 0 else full + 1

    def __iter__(self) -> Iterator[list[int]]:
        """Go through one epoch."""
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        self.epoch += 1
        count = len(self.lengths)
        order = list(range(count))
        if self.shuffle:
            order = torch.randperm(count, generator=generator).tolist()
        order.sort(key=lambda index: self.lengths[index])
        starts = list(range(0, count, self.batch_size))[: len(self)]
        if self.shuffle:
            places = torch.randperm(len(starts), generator=generator).tolist()
            starts = [starts[place] for place in places]
        for start in starts:
            yield order[start : start + self.batch_size]


class LengthBucketedPairs(Dataset[dict[str, Tensor]]):
    """Pairs of token sequences.

    Args:
        source: Token ids of each source, shape (time,) each.
        target: Token ids of each target, shape (time,) each; lengths may differ from the source's.
        max_length: Number of tokens after which a sequence is cut off.
        pad_value: What a batch is padded with.

    Raises:
        ValueError: There are more sources than targets or fewer, or an option is out of its range.

    Example:
        >>> pairs = LengthBucketedPairs([torch.tensor([4, 5])], [torch.tensor([6])])
        >>> pairs.collate([pairs[0]])["source_mask"].tolist()
        [[True, True]]
    """

    def __init__(
        self,
        source: Sequence[Tensor],
        target: Sequence[Tensor],
        max_length: int = 64,
        pad_value: int = 0,
    ) -> None:
        if len(source) != len(target):
            raise ValueError(
                f"source and target must be of the same length, got {len(source)} and {len(target)}"
            )
        if max_length < 1:
            raise ValueError(f"max_length must be at least 1, got {max_length}")
        self.sources = source
        self.targets = target
        self.max_length = max_length
        self.pad_value = pad_value

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.sources)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """Give one pair.

        Args:
            index: Its number; negative ones count from the end.

        Returns:
            ``source`` and ``target``, shape (time,) each.

        Raises:
            IndexError: There is no such pair.
        """
        if not -len(self) <= index < len(self):
            raise IndexError(f"there are {len(self)} pairs, got the index {index}")
        return {
            "source": self.sources[index][: self.max_length],
            "target": self.targets[index][: self.max_length],
        }

    def collate(self, items: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
        """Make a batch of some pairs.

        Args:
            items: The pairs.

        Returns:
            ``source`` and ``target``, padded on the right, and ``source_mask`` and
            ``target_mask``, True at tokens; shape (batch, time) each.
        """
        batch = {}
        for name in ("source", "target"):
            rows = [item[name] for item in items]
            batch[name] = pad_sequence(rows, batch_first=True, padding_value=self.pad_value)
            lengths = torch.tensor([len(row) for row in rows])  # (batch,)
            places = torch.arange(batch[name].shape[1])  # (time,)
            batch[f"{name}_mask"] = places < lengths[:, None]  # (batch, time)
        return batch

    def loader(
        self, batch_size: int, shuffle: bool = True, drop_last: bool = False, seed: int = 0
    ) -> DataLoader[dict[str, Tensor]]:
        """Make a loader whose batches hold pairs of similar length.

        Args:
            batch_size: Number of pairs in a batch.
            shuffle: Whether each epoch has another order.
            drop_last: Whether a batch that is not full is left out.
            seed: For the order.

        Returns:
            The loader.
        """
        lengths = [
            min(max(len(source), len(target)), self.max_length)
            for source, target in zip(self.sources, self.targets, strict=True)
        ]
        buckets = LengthBuckets(lengths, batch_size, shuffle, drop_last, seed)
        return DataLoader(self, batch_sampler=buckets, collate_fn=self.collate)
