"""Cross entropy of logits with label smoothing, focusing, class weights and ignored targets.

Source:
    label smoothing: Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer
        Vision", section 7.
    focusing: Lin et al. 2017, "Focal Loss for Dense Object Detection", equation 4.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

CONTRACT = """
name: SmoothedCrossEntropy
kind: loss
text: |
  Cross entropy with label smoothing 0.1, class weights and an ignored label.
options:
  label_smoothing: 0.1
  gamma: 0.0
  ignore_index: -100
  reduction: mean
sizes:
  batch: 1..64
  num_classes: 2..1000
inputs:
  logits: float "batch num_classes"
  target: int64 "batch" in 0..num_classes-1
  weight?: float "num_classes" in 0.1..10
outputs:
  loss: float ""
roles:
  weight: weight
requires:
  R1: ignored targets == ignore_index
  R2: label smoothing == label_smoothing
  R3: class weights under weight
  R4: mean over == weights
  R5: uniform value == (1 - 1 / num_classes) ** gamma * log(num_classes)
  R6: non-negative
  R7: equals reduce((target != ignore_index) * sum(((1 - label_smoothing)
    * (own := one_hot(target, num_classes)) + label_smoothing / num_classes) * weight
    * (1 - exp((log_p := log_softmax(logits)))) ** gamma * -log_p, axis=1), reduction,
    sum(own * weight, axis=1))
"""

CHOICES = {}  # type: ignore[var-annotated]

WHEN = []  # type: ignore[var-annotated]

WORDS = {
    "nouns": [
        "(weighted )(label )(smoothed )(softmax )cross entropy( loss)( function)",
        "(weighted )focal cross entropy( loss)( function)",
        "focal loss( function)",
        "classification loss( function)",
    ],
    "options": {
        "label_smoothing": [
            "label smoothing( of) {n}",
            "[smoothing|smoothed]( labels)( by)( of) {n}",
            ["[no|without|without any] label smoothing", 0.0],
        ],
        "gamma": [
            "[gamma|focusing parameter|focusing]( of) {n}",
            ["[no|without] focusing", 0.0],
        ],
        "ignore_index": [
            "ignore index( of) {n}",
            "[ignores|ignoring|ignored]( the)( label)( labels)( target)( targets) {n}",
        ],
        "reduction": [
            ["[averaged|mean]( over the batch)( reduction)", "mean"],
            ["[summed|sum]( over the batch)( reduction)", "sum"],
        ],
    },
    "choices": {},
    "names": {},
    "neutral": [
        "(with )(optional )class weights",
        "(with )(an )ignored [label|labels|target|targets|index]",
        "(for )classification",
        "(of )logits",
    ],
}

ASSUMPTIONS = [
    {
        "about": "label_smoothing",
        "text": "A share of {value} of the probability is spread evenly over all classes.",
        "alternative": "0, for hard labels",
    },
    {
        "about": "gamma",
        "text": "The focusing parameter is {value}; 0 is plain cross entropy.",
        "alternative": "2, as in the paper on focal loss",
    },
    {
        "about": "ignore_index",
        "text": "Targets equal to {value} contribute nothing; a batch of them alone has loss 0.",
        "alternative": "another label, or none",
    },
    {
        "about": "reduction",
        "text": "The losses of a batch are reduced by their {value}.",
        "alternative": "sum, or none for one number for each target",
    },
    {
        "about": "weight",
        "text": "Class weights are an argument of the call; a mean divides by the weights of the "
        "targets that count, as in torch.",
        "alternative": "a mean over the number of targets",
    },
]


class SmoothedCrossEntropy(nn.Module):
    """Cross entropy between logits and class numbers, in nats.

    Args:
        label_smoothing: Share of the probability that is spread evenly over all classes.
        gamma: Focusing parameter: a class of probability p counts with (1 - p) ** gamma.
        ignore_index: Targets with this value contribute nothing.
        reduction: ``mean`` (over the weights of the targets that count), ``sum`` or ``none``.

    Raises:
        ValueError: An option is out of its range.

    Example:
        >>> loss = SmoothedCrossEntropy(label_smoothing=0.0)
        >>> round(loss(torch.zeros(2, 4), torch.tensor([1, -100])).item(), 4)
        1.3863
    """

    def __init__(
        self,
        label_smoothing: float = 0.1,
        gamma: float = 0.0,
        ignore_index: int = -100,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        if not 0.0 <= label_smoothing <= 1.0:
            raise ValueError(f"label_smoothing must be in [0, 1], got {label_smoothing}")
        if gamma < 0.0:
            raise ValueError(f"gamma must be at least 0, got {gamma}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")
        self.label_smoothing = label_smoothing
        self.gamma = gamma
        self.ignore_index = ignore_index
        self.reduction = reduction

    def forward(self, logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Compute the loss.

        Args:
            logits: Scores before the softmax, shape (batch, num_classes).
            target: Class numbers, shape (batch,).
            weight: One weight for each class, shape (num_classes,); all 1 without it.

        Returns:
            The loss: a scalar, or shape (batch,) without a reduction.

        Raises:
            ValueError: The shapes do not fit each other.
        """
        if logits.dim() != 2 or target.shape != logits.shape[:1]:
            raise ValueError(
                "logits and target must have the shapes (batch, num_classes) and (batch,), got "
                f"{tuple(logits.shape)} and {tuple(target.shape)}"
            )
        counts = target != self.ignore_index  # (batch,)
        label = target.masked_fill(~counts, 0)[:, None]  # (batch, 1)
        log_p = logits.log_softmax(dim=1)  # (batch, num_classes)
        if weight is None:
            weight = log_p.new_ones(log_p.shape[1])  # (num_classes,)
        # 1 - p by expm1, and above 0: a p that rounds to 1 has no slope at a power below 1.
        miss = (-log_p.expm1()).clamp(min=torch.finfo(log_p.dtype).eps)
        cost = -(miss**self.gamma) * log_p * weight  # (batch, num_classes)
        own = cost.gather(1, label)[:, 0]  # (batch,)
        each = (1 - self.label_smoothing) * own + self.label_smoothing * cost.mean(dim=1)
        each = each.masked_fill(~counts, 0.0)  # (batch,)
        if self.reduction == "none":
            return each
        if self.reduction == "sum":
            return each.sum()
        divisor = weight[label[:, 0]].masked_fill(~counts, 0.0).sum()
        return each.sum() / divisor.clamp(min=torch.finfo(log_p.dtype).eps)
