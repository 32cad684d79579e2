"""The notes of a draft: what was assumed, what is doubtful, what goes beyond the spec."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from workbench.errors import SpecError
from workbench.implementers import Target
from workbench.implementers._fit import Fit
from workbench.records import Note
from workbench.spec import Expression, Spec

# Designs that work and still deserve a second look: when, what, why.
_DOUBTS = (
    (
        "embed_dim // num_heads < 16",
        "heads",
        "Each head is only {embed_dim} / {num_heads} wide.",
        "Scores of so few products tell little apart; fewer heads or a wider embedding is usual.",
    ),
    (
        "norm == 'post' and num_layers > 6",
        "norm",
        "Layer norm stands behind each of {num_layers} residual connections.",
        "Deep stacks of that kind need a warm-up (Xiong et al. 2020); pre-norm does not.",
    ),
    (
        "dropout >= 0.5",
        "dropout",
        "Dropout is {dropout}.",
        "With half of the activations gone, training is slow; 0.1 to 0.3 is usual.",
    ),
    (
        "hidden_dim < embed_dim",
        "hidden_dim",
        "The feed-forward layers are narrower ({hidden_dim}) than the embedding ({embed_dim}).",
        "They are meant to widen it; four times is usual.",
    ),
    (
        "num_classes < 2",
        "num_classes",
        "There is a single class.",
        "A softmax over one class is always 1, so cross entropy has nothing to learn.",
    ),
    (
        "zero_init_residual == 'yes'",
        "zero_init_residual",
        "Every block starts as its shortcut.",
        "In the first step the weights before the last norm of a block get no gradient.",
    ),
)


def notes(spec: Spec, found: Fit | None, target: Target) -> tuple[Note, ...]:
    """Collect the notes of a draft.

    Args:
        spec: What was asked for, with the assumptions that it already lists.
        found: The blueprint and how it fits; None for tests of code that is there.
        target: Where the draft goes.

    Returns:
        Assumptions, then concerns, then improvements.
    """
    said = [*spec.assumptions]
    listed = {assumption.about for assumption in said}
    if found is not None:
        said += [entry for entry in found.assumptions if entry.about not in listed]
    assumptions = [
        Note(
            kind="assumption",
            text=entry.text,
            about=entry.about,
            alternative=entry.alternative,
            reason="confirmed" if entry.confirmed else "the spec leaves it open",
        )
        for entry in said
    ]
    if found is None:
        return tuple(assumptions)
    concerns = [*_concerns(found)]
    if "causal" in {entry.about for entry in said} and found.choices.get("causal") == "no":
        concerns += _neighbours(target)
    return (*assumptions, *concerns, *_improvements(found))


def _concerns(found: Fit) -> Iterator[Note]:
    values: dict[str, Any] = {**found.options, **found.choices}
    for when, about, text, reason in _DOUBTS:
        try:
            doubtful = bool(Expression(when).value(values))
        except SpecError:
            continue  # it speaks of options that this architecture does not have
        if doubtful:
            filled = text.format(**values)
            yield Note(kind="concern", text=filled, reason=reason, about=about)


def _neighbours(target: Target) -> Iterator[Note]:
    """Look beside attention that sees ahead for attention that does not."""
    folder = target.placement.path.rpartition("/")[0] + "/"
    for path in target.files():
        if path.startswith(folder) and path.endswith(".py"):
            causal = re.search(r"^class (\w*Causal\w*)", target.read(path), re.MULTILINE)
            if causal:
                yield Note(
                    kind="concern",
                    text=f"Every position sees the later ones, but {causal[1]} in {path} does not.",
                    reason="In a model that predicts the next token it would see the answer; then "
                    "the spec needs 'causal == yes'.",
                    about="causal",
                )


def _improvements(found: Fit) -> Iterator[Note]:
    if found.demands:
        yield Note(
            kind="improvement",
            text="The constructor refuses impossible options with a ValueError that says why.",
            reason="A wrong option is found where it is given, not as a wrong shape far away.",
            about="options",
        )
    for name in found.interface.left_out:
        yield Note(
            kind="improvement",
            text=f"A call also takes {name}, which may be left out.",
            reason="Without it batches of different lengths cannot be told from their padding.",
            about=name,
        )
