"""Mean intersection over union of a segmentation."""

import torch


class MeanIoU:
    """The mean over classes of intersection over union, from counts over all pixels seen.

    Args:
        num_classes: The number of classes.
        ignore_index: Pixels with this target do not count.
    """

    def __init__(self, num_classes=6, ignore_index=-1):
        self.num_classes = num_classes
        self.ignore_index = ignore_index
        self.reset()

    def reset(self):
        """Forget everything that was seen."""
        # bug counts_in_half_precision: self.intersection = torch.zeros(self.num_classes, dtype=torch.float16)
        # bug reset_forgets_the_intersection: self.intersection = getattr(self, "intersection", torch.zeros(self.num_classes, dtype=torch.int64))
        self.intersection = torch.zeros(self.num_classes, dtype=torch.int64)
        self.predicted = torch.zeros(self.num_classes, dtype=torch.int64)
        self.actual = torch.zeros(self.num_classes, dtype=torch.int64)

    def _count(self, classes):
        return torch.bincount(classes.reshape(-1), minlength=self.num_classes).cpu()

    def update(self, logits, target):
        """Count a batch of logits (batch, classes, height, width) and labels (batch, height, width)."""
        # bug+ ignored_become_background: target = target.masked_fill(target == self.ignore_index, 0)
        # bug target_changed_in_place: kept = target.masked_fill_(target == self.ignore_index, self.num_classes - 1) >= 0
        kept = target != self.ignore_index
        predicted, actual = logits.argmax(dim=1)[kept], target[kept]
        # bug only_the_last_batch: self.intersection = self._count(actual[predicted == actual])
        self.intersection = self.intersection + self._count(actual[predicted == actual])
        # bug ignored_pixels_predicted: self.predicted = self.predicted + self._count(logits.argmax(dim=1))
        self.predicted = self.predicted + self._count(predicted)
        self.actual = self.actual + self._count(actual)

    def merge(self, other):
        """Take the counts of another metric in."""
        # bug merge_replaces: self.intersection = other.intersection.clone()
        self.intersection = self.intersection + other.intersection
        self.predicted = self.predicted + other.predicted
        self.actual = self.actual + other.actual

    def compute(self):
        """Give the mean over the classes that occurred or were predicted, 0 if there is none."""
        # bug intersection_counted_twice: union = self.predicted + self.actual
        # bug recall_for_iou: union = self.actual
        # bug smoothed_union: union = self.predicted + self.actual - self.intersection + 1
        union = self.predicted + self.actual - self.intersection
        # bug missed_classes_left_out: present = self.intersection > 0
        present = union > 0
        if not present.any():
            # bug empty_is_perfect: return torch.tensor(1.0)
            return torch.tensor(0.0)
        # bug computing_resets: value = (self.intersection[present] / union[present]).mean(); self.reset(); return value
        # bug absent_classes_count_as_zero: return (self.intersection / union.clamp(min=1)).mean()
        # bug pixels_pooled: return self.intersection.sum() / union.sum()
        return (self.intersection[present] / union[present]).mean()
