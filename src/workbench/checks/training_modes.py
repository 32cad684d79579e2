"""Training runs in training mode, evaluation in evaluation mode, without gradients and without a
trace.

Why: An evaluation with dropout scores too low; one without a return to training mode switches
dropout off for the rest of the run; one with gradients doubles the memory.
Fix: ``model.train()`` at the start of each epoch, ``model.eval()`` and ``torch.no_grad()`` around
the evaluation.
"""

from __future__ import annotations

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("training",)
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 25

_EPOCHS = 2


def check(subject: Subject) -> Decision:
    """Look at mode and gradients in every call of the model."""
    data = _training.data(subject, _training.steps_of(subject, "accumulation"))
    (trace,) = _training.train(subject, _training.Setting(data=data, epochs=_EPOCHS))
    calls = [event for event in trace.events if event["what"] == "forward"]
    learned = [call for call in calls if call["source"] == "training" and call["gradient"]]
    judged = [call for call in calls if call["source"] == "validation"]
    conditions = {"epochs": _EPOCHS, "calls": len(calls)}
    if not learned:
        raise CannotLook("the model was never called with the training data and with gradients")
    wrong = [at for at, call in enumerate(learned) if not call["training"]]
    if wrong:
        seen = f"evaluation mode in {len(wrong)} of {len(learned)} training calls"
        return failed(seen, "training mode in all of them", conditions)
    if not judged and "validation" in subject.spec.roles:
        return failed("no call with the validation data", "an evaluation", conditions)
    noisy = [call for call in judged if call["training"]]
    if noisy:
        seen = f"training mode in {len(noisy)} of {len(judged)} evaluation calls"
        return failed(seen, "evaluation mode in all of them", conditions)
    costly = [call for call in judged if call["gradient"]]
    if costly:
        seen = f"gradients in {len(costly)} of {len(judged)} evaluation calls"
        return failed(seen, "no gradients", conditions)
    return passed(f"as it should be in {len(calls)} calls of the model", **conditions)
