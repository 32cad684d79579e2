"""The expected calibration error of a classifier (Naeini et al. 2015; Guo et al. 2017)."""

import torch


class CalibrationError:
    """How far the confidence of predictions is from their accuracy.

    The confidence of an example, the probability of the predicted class, falls into one of equally wide bins: bin i
    holds (i / num_bins, (i + 1) / num_bins]. The value is the mean over all examples of the distance between accuracy
    and mean confidence in their bin.

    Args:
        num_bins: Number of bins.
        ignore_index: Examples with this target do not count.
    """

    def __init__(self, num_bins=10, ignore_index=-100):
        # bug one_bin_less: self.num_bins = num_bins - 1
        self.num_bins = num_bins
        self.ignore_index = ignore_index
        self.reset()

    def reset(self):
        """Forget everything that was seen."""
        self.count = torch.zeros(self.num_bins, dtype=torch.float64)
        self.confidence = torch.zeros(self.num_bins, dtype=torch.float64)
        # bug hits_survive_a_reset: self.correct = getattr(self, "correct", torch.zeros(self.num_bins, dtype=torch.float64))
        self.correct = torch.zeros(self.num_bins, dtype=torch.float64)

    # bug graph_kept: pass
    @torch.no_grad()
    def update(self, logits, target):
        """Take a batch in.

        Args:
            logits: Scores (batch, classes).
            target: Classes (batch).
        """
        # bug ignored_examples_counted: kept = torch.ones_like(target, dtype=torch.bool)
        kept = target != self.ignore_index
        # bug sigmoid_instead_of_softmax: probabilities = logits[kept].double().sigmoid()
        # bug softmax_over_the_batch: probabilities = logits[kept].double().softmax(dim=0)
        probabilities = logits[kept].double().softmax(dim=-1)
        # bug confidence_of_the_target: confidence, predicted = probabilities.gather(1, target[kept].unsqueeze(1)).squeeze(1), probabilities.argmax(dim=-1)
        confidence, predicted = probabilities.max(dim=-1)
        correct = (predicted == target[kept]).double()
        # bug rounded_to_the_nearest_bin: bins = (confidence * self.num_bins).round().long() - 1
        bins = (confidence * self.num_bins).ceil().long() - 1
        bins = bins.clamp(0, self.num_bins - 1)
        # bug last_batch_only: self.count = torch.zeros(self.num_bins, dtype=torch.float64).index_add(0, bins, torch.ones_like(confidence))
        # bug each_bin_counted_once: self.count[bins] += 1
        self.count = self.count.index_add(0, bins, torch.ones_like(confidence))
        self.confidence = self.confidence.index_add(0, bins, confidence)
        self.correct = self.correct.index_add(0, bins, correct)

    def merge(self, other):
        """Take in what another metric has seen."""
        self.count = self.count + other.count
        # bug confidence_not_merged: pass
        self.confidence = self.confidence + other.confidence
        self.correct = self.correct + other.correct

    def compute(self):
        """Give the error of all examples so far; 0 where there are none."""
        # bug nothing_seen_is_not_a_number: total = self.count.sum()
        total = self.count.sum().clamp_min(1)
        gaps = self.correct - self.confidence
        # bug signs_cancel: return (gaps.sum() / total).abs().float()
        # bug squared_gaps: return ((gaps / self.count.clamp_min(1)) ** 2 * self.count / total).sum().sqrt().float()
        # bug largest_gap: return (gaps / self.count.clamp_min(1)).abs().max().float()
        # bug bins_count_alike: return ((gaps / self.count.clamp_min(1)).abs().sum() / (self.count > 0).sum().clamp_min(1)).float()
        return (gaps.abs().sum() / total).float()
