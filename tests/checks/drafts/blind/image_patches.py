"""Images as sequences of flattened patches, with augmentation; batches are padded."""

import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset


class ImagePatches(Dataset):
    """Cuts images of different widths into square patches, row by row.

    Args:
        images: One tensor (channels, height, width) for each item.
        labels: One label for each item.
        patch_size: The side of a patch; what remains at the right and lower edge is cut off.
        jitter: Brightness is multiplied by a factor from 1 - jitter to 1 + jitter.
        pad_value: What batches are padded with.
    """

    def __init__(self, images, labels, patch_size=4, jitter=0.2, pad_value=0.0):
        self.images = images
        self.labels = labels
        self.patch_size = patch_size
        self.jitter = jitter
        self.pad_value = pad_value

    def __len__(self):
        # bug last_item_lost: return max(0, len(self.images) - 1)
        return len(self.images)

    def augment(self, image):
        # bug+ seeded_for_each_item: torch.manual_seed(0)
        # bug flipped_upside_down: image = image.flip(1) if torch.rand(()) < 0.5 else image
        image = image.flip(2) if torch.rand(()) < 0.5 else image
        gain = 1 + self.jitter * (2 * torch.rand((), dtype=image.dtype) - 1)
        # bug brightness_in_place: return image.mul_(gain)
        return image * gain

    def patches(self, image):
        size = self.patch_size
        rows, columns = image.size(1) // size, image.size(2) // size
        image = image[:, : rows * size, : columns * size]
        grid = image.reshape(image.size(0), rows, size, columns, size)
        # bug column_by_column: return grid.permute(3, 1, 0, 2, 4).reshape(rows * columns, -1)
        # bug axes_not_permuted: return grid.reshape(rows * columns, -1)
        return grid.permute(1, 3, 0, 2, 4).reshape(rows * columns, -1)

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"item {index} of {len(self)}")
        # bug label_of_the_next: return {"patches": self.patches(self.augment(self.images[index])), "label": self.labels[(index + 1) % len(self)]}
        return {"patches": self.patches(self.augment(self.images[index])), "label": self.labels[index]}

    def collate(self, items):
        """Pad the sequences of a batch on the right; the mask is True at patches."""
        sequences = [item["patches"] for item in items]
        # bug lengths_of_the_features: lengths = torch.tensor([sequence.size(-1) for sequence in sequences])
        lengths = torch.tensor([len(sequence) for sequence in sequences])
        # bug padded_on_the_left: patches = pad_sequence(sequences, batch_first=True, padding_value=self.pad_value, padding_side="left")
        # bug pad_value_forgotten: patches = pad_sequence(sequences, batch_first=True, padding_value=-1.0)
        patches = pad_sequence(sequences, batch_first=True, padding_value=self.pad_value)
        # bug mask_inverted: mask = torch.arange(patches.size(1)) >= lengths[:, None]
        # bug mask_one_too_long: mask = torch.arange(patches.size(1)) <= lengths[:, None]
        mask = torch.arange(patches.size(1)) < lengths[:, None]
        labels = torch.stack([torch.as_tensor(item["label"]) for item in items])
        return {"patches": patches, "label": labels, "mask": mask, "lengths": lengths}


def make_loader(dataset, batch_size=8, shuffle=True, seed=0):
    """Give batches in an order that the seed decides; the last batch may be smaller."""
    # bug seed_ignored: generator = None
    generator = torch.Generator().manual_seed(seed)
    # bug last_batch_dropped: return DataLoader(dataset, batch_size, shuffle=shuffle, collate_fn=dataset.collate, generator=generator, drop_last=True)
    # bug never_shuffled: return DataLoader(dataset, batch_size, shuffle=False, collate_fn=dataset.collate, generator=generator)
    return DataLoader(dataset, batch_size, shuffle=shuffle, collate_fn=dataset.collate, generator=generator)
