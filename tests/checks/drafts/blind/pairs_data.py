"""Source and target sequences, truncated, marked, and batched by length."""

import torch
from torch import Tensor
from torch.utils.data import Dataset


class SequencePairs(Dataset):
    def __init__(
        self, sources: list[Tensor], targets: list[Tensor], max_length: int = 9, end: int = 2, pad: int = 0
    ) -> None:
        self.sources, self.targets = sources, targets
        self.max_length, self.end, self.pad = max_length, end, pad

    def __len__(self) -> int:
        # bug one_too_few: return max(len(self.sources) - 1, 0)
        # bug counts_tokens: return sum(len(source) for source in self.sources)
        return len(self.sources)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        # bug+ wraps_around: index = index % max(len(self), 1)
        if not -len(self) <= index < len(self):
            # bug empty_beyond_the_end: return {"source": torch.zeros(1, dtype=torch.int64), "target": torch.zeros(1, dtype=torch.int64)}
            raise IndexError(f"item {index} of {len(self)}")
        # bug+ negative_off_by_one: index = index if index >= 0 else len(self) + index - 1
        source = self.sources[index]
        # bug target_of_neighbour: target = self.targets[index - 1]
        target = self.targets[index]
        # bug cuts_from_the_left: source = source[-self.max_length :]
        # bug cuts_one_more: source = source[: self.max_length - 1]
        source = source[: self.max_length]
        # bug+ truncates_in_place: self.sources[index].clamp_(max=50)
        # bug as_float: return {"source": source.float(), "target": target[: self.max_length]}
        # bug fields_swapped: return {"source": target[: self.max_length], "target": source}
        # bug random_token: return {"source": torch.where(torch.rand(len(source)) < 0.2, 3, source), "target": target[: self.max_length]}
        return {"source": source, "target": target[: self.max_length]}

    def collate(self, items: list[dict[str, Tensor]]) -> dict[str, Tensor]:
        batch = {}
        for name in ("source", "target"):
            rows = [item[name] for item in items]
            # bug longest_cut: longest = max(len(row) for row in rows) - 1
            # bug padded_to_limit_of_first: longest = len(rows[0])
            longest = max(len(row) for row in rows)
            # bug padded_with_end: padded = torch.full((len(rows), longest), self.end)
            # bug padded_with_one: padded = torch.full((len(rows), longest), 1)
            padded = torch.full((len(rows), longest), self.pad)
            for number, row in enumerate(rows):
                # bug padded_on_the_left: padded[number, longest - len(row[:longest]) :] = row[:longest]
                padded[number, : len(row)] = row[:longest]
            batch[name] = padded
        lengths = torch.tensor([len(item["source"]) for item in items])
        places = torch.arange(batch["source"].shape[1])
        # bug mask_inverted: batch["mask"] = places[None] >= lengths[:, None]
        # bug mask_one_longer: batch["mask"] = places[None] <= lengths[:, None]
        # bug mask_from_tokens_above_four: batch["mask"] = batch["source"] > 4
        batch["mask"] = places[None] < lengths[:, None]  # (batch, time)
        return batch


class LengthLoader:
    def __init__(
        self, dataset: SequencePairs, batch_size: int, shuffle: bool, drop_last: bool, seed: int
    ) -> None:
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.drop_last, self.seed, self.epoch = drop_last, seed, 0

    def __iter__(self):
        # bug same_every_epoch: generator = torch.Generator().manual_seed(self.seed)
        # bug seed_ignored: generator = torch.Generator().manual_seed(torch.initial_seed() % 1000 + self.epoch)
        generator = torch.Generator().manual_seed(1000 * self.seed + self.epoch)
        self.epoch += 1
        count = len(self.dataset)
        # bug with_replacement: order = torch.randint(count, (count,), generator=generator).tolist() if count else []
        # bug shuffles_always: order = torch.randperm(count, generator=generator).tolist(); self.shuffle = True
        order = torch.randperm(count, generator=generator).tolist() if self.shuffle else list(range(count))
        # bug not_by_length: pass
        order.sort(key=lambda index: len(self.dataset[index]["source"]))
        batches = [order[at : at + self.batch_size] for at in range(0, count, self.batch_size)]
        # bug drops_always: if batches and len(batches[-1]) < self.batch_size:
        # bug keeps_always: if False:
        if self.drop_last and batches and len(batches[-1]) < self.batch_size:
            batches.pop()
        if self.shuffle:
            places = torch.randperm(len(batches), generator=generator).tolist()
            # bug first_batch_twice: batches = [batches[place] for place in places[:-1] + places[:1]]
            batches = [batches[place] for place in places]
        for batch in batches:
            yield self.dataset.collate([self.dataset[index] for index in batch])


def make_loader(
    dataset: SequencePairs, batch_size: int, shuffle: bool = False, drop_last: bool = False, seed: int = 0
) -> LengthLoader:
    return LengthLoader(dataset, batch_size, shuffle, drop_last, seed)
