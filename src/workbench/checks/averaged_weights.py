"""What is evaluated, and the buffers of an average of the weights, are those of the contract.

Why: An average that nobody evaluates looks as good as the raw weights; one whose statistics of
norms were never updated evaluates to noise.
Fix: Evaluate the copy that holds the average; after each step copy the model's buffers into it.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision
from workbench.checks._requirement import chosen
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
FITS = ("training",)
DECIDES = {
    "evaluated weights": ("average", "model"),
    "averaged buffers": ("copied", "averaged", "kept"),
}
COST = 27

_EPOCHS = 2
_SHOWN = {
    "average": "an average of the weights is evaluated",
    "model": "the weights of the last step are evaluated",
}


def check(subject: Subject) -> Decision:
    """Compare what was evaluated with the weights at that time, and the buffers at the end."""
    data = _training.data(subject, 2 * _training.steps_of(subject, "accumulation"))
    (trace,) = _training.train(subject, _training.Setting(data=data, epochs=_EPOCHS))
    conditions = {"epochs": _EPOCHS, "batches": len(data)}
    if subject.phrase.phrase == "evaluated weights":
        word = "model" if all(_raw(trace)) else "average"
        return chosen(subject, word, _SHOWN[word], conditions)
    if trace.average is None or trace.buffers[1] < 0:
        raise CannotLook("no average with buffers was found in what is returned or kept")
    own, other = trace.buffers
    word = "copied" if own == other else "averaged" if other else "kept"
    words = f"the average has a buffer of {other:g}, the model of {own:g}"
    return chosen(subject, word, words, conditions)


def _raw(trace: _training.Trace) -> list[bool]:
    """Tell for each evaluation behind a step whether the weights are those of the last step."""
    after = [*(step["before"] for step in trace.steps[1:]), trace.after]
    steps, found = 0, []
    for event in trace.events:
        steps += event["what"] == "step"
        if event["what"] == "forward" and event["source"] == "validation" and steps:
            now = trace.part(np.asarray(after[steps - 1]), "head.weight")
            found.append(bool(np.allclose(now, event["head"], rtol=1e-6, atol=1e-8)))
    if not found:
        raise CannotLook("nothing is evaluated on the validation data")
    return found
