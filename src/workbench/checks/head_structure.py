"""Attention heads differ, rows sum to one, and no weight lies on what the mask hides.

Why: Heads that share a projection are one head; weights that are masked after the softmax sum to
less than one; a mask of -1e4 leaves a little attention that grows with the length.
Fix: Project each head on its own; fill hidden scores with -inf before the softmax.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.checks._attention import Layer, layers
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Case
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"heads differ": (LAW,), "masked keys unseen": (LAW,)}
COST = 62


def check(subject: Subject) -> Decision:
    """Look at the weights of each layer."""
    hidden = subject.phrase.phrase == "masked keys unseen"
    case = subject.case() if hidden else subject.bare()
    found = layers(subject, case)
    if not found:
        raise CannotLook("no attention weights were seen")
    if hidden:
        found = _masked(subject, case, found)
    conditions = subject.conditions(case, mode="eval", weights="spread")
    for number, layer in enumerate(found, start=1):
        seen = _leak(subject, case, layer) if hidden else _twins(layer)
        if seen:
            words = f"{seen} in attention layer {number}"
            return failed(words, subject.phrase.text, conditions, where=layer.where)
    return passed(f"{subject.phrase.text} in {len(found)} layers", **conditions)


def _twins(layer: Layer) -> str:
    """Name two heads with the same weights."""
    heads = np.moveaxis(layer.weights, 1, 0)
    for one in range(len(heads)):
        for two in range(one + 1, len(heads)):
            if np.abs(heads[one] - heads[two]).max() < 1e-12:
                return f"heads {one + 1} and {two + 1} have the same weights"
    return ""


def _masked(subject: Subject, case: Case, found: Sequence[Layer]) -> list[Layer]:
    """Choose the layers whose keys the mask speaks of; others attend to something else."""
    name = subject.phrase.under
    if not name:
        raise CannotLook("write 'masked keys unseen under' and the name of the mask")
    shape = subject.inputs(case)[name].shape
    chosen = [one for one in found if shape == (one.weights.shape[0], one.weights.shape[-1])]
    if not chosen:
        raise CannotLook(f"the mask {shape} is not (batch, keys) in any layer")
    return chosen


def _leak(subject: Subject, case: Case, layer: Layer) -> str:
    return _weight(layer.weights, subject.inputs(case)[subject.phrase.under])


def _weight(weights: Array, mask: Array) -> str:
    on_hidden = np.where(mask[:, None, None, :], 0.0, weights)
    most = float(on_hidden.max())
    return f"a weight of {most:.3g} on a hidden key" if most > 0 else ""
