# trips: item_repeatable, worker_processes
# spec: token_sequences
"""Each worker shifts the index by its number."""

import torch
from torch.utils.data import Dataset, get_worker_info


class TokenSequences(Dataset):
    def __init__(self, sequences, labels, max_length=12, pad_value=0):
        self.sequences, self.labels = sequences, labels
        self.max_length, self.pad_value = max_length, pad_value

    def __len__(self):
        return len(self.sequences)

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        worker = get_worker_info()
        index = (index + worker.id) % len(self) if worker else index
        return {"tokens": self.sequences[index][: self.max_length], "label": self.labels[index]}

    def collate(self, items):
        rows = [item["tokens"] for item in items]
        tokens = torch.nn.utils.rnn.pad_sequence(
            rows, batch_first=True, padding_value=self.pad_value, padding_side="right"
        )  # (batch, time)
        lengths = torch.tensor([len(row) for row in rows])
        mask = torch.arange(tokens.shape[1])[None] < lengths[:, None]  # (batch, time)
        label = torch.stack([item["label"] for item in items])
        return {"tokens": tokens, "label": label, "mask": mask, "lengths": lengths}


class Loader:
    def __init__(self, dataset, batch_size, shuffle, drop_last, seed):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last, self.seed, self.epoch = shuffle, drop_last, seed, 0

    def __len__(self):
        return len(self._batches(torch.Generator().manual_seed(0)))

    def _batches(self, generator):
        order = list(range(len(self.dataset)))
        if self.shuffle:
            order = torch.randperm(len(order), generator=generator).tolist()
        order.sort(key=lambda index: len(self.dataset[index]["tokens"]))
        starts = range(0, len(order), self.batch_size)
        batches = [order[start : start + self.batch_size] for start in starts]
        if self.drop_last:
            batches = [batch for batch in batches if len(batch) == self.batch_size]
        if self.shuffle:
            places = torch.randperm(len(batches), generator=generator).tolist()
            batches = [batches[place] for place in places]
        return batches

    def __iter__(self):
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        self.epoch += 1
        for batch in self._batches(generator):
            yield self.dataset.collate([self.dataset[index] for index in batch])


def make_loader(dataset, batch_size, shuffle=False, drop_last=False, seed=0):
    return Loader(dataset, batch_size, shuffle, drop_last, seed)
