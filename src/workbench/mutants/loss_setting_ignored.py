"""A setting of the loss is ignored: class weights, label smoothing, the label that does not count.

Why: the loss falls as before.
Kill: compute the loss with and without the setting on the same data and assert the difference by
hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation

RANK = 0
_NOTHING = {
    "label_smoothing": "0.0",
    "weight": "None",
    "class_weights": "None",
    "pos_weight": "None",
    "ignore_index": "-100",
}
_LOSSES = (
    *("cross_entropy", "nll_loss", "binary_cross_entropy_with_logits", "CrossEntropyLoss"),
    *("NLLLoss", "BCEWithLogitsLoss", "binary_cross_entropy"),
)


def mutate(code: Code) -> Iterator[Mutation]:
    """Give losses the setting that means nothing."""
    for call in code.calls(*_LOSSES):
        for keyword in call.keywords:
            if keyword.arg in _NOTHING and code.text(keyword.value) != _NOTHING[keyword.arg]:
                yield code.swap(keyword.value, _NOTHING[keyword.arg])
