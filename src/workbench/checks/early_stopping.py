"""Training stops when the loss has not improved for as long as the contract says.

Why: A counter that is not set back after an improvement, compared one too early or moved by the
training loss ends a run at a chance; without the best weights the worse ones are kept.
Fix: Count evaluations in a row without a better validation loss, begin anew after each better one,
copy the weights at each better one, and load that copy at the end.
"""

from __future__ import annotations

import numpy as np

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW, NUMBER
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("training",)
DECIDES = {"patience": (NUMBER,), "best weights restored": (LAW,)}
COST = 27

_USUAL = 2


def fits(spec: Spec) -> bool:
    """Whether anything is evaluated."""
    return "validation" in spec.roles


def implied(spec: Spec) -> list[str]:
    """An option of this name is a promise."""
    named = "patience" in spec.options and "validation" in spec.roles
    return ["patience == patience"] if named else []


def check(subject: Subject) -> Decision:
    """Tell the loop that its validation loss improves late and once more, and never again."""
    patience = _patience(subject)
    script = [5.0, *[5.5] * (patience - 1), 4.0, *[4.5] * (3 * patience + 4)]
    data = _training.data(subject, 2 * _training.steps_of(subject, "accumulation"))
    until, best = 2 * patience + 1, patience  # where it must stop; the pass that is the best
    stops = subject.phrase.phrase == "patience"
    epochs = until + patience + 3 if stops else until
    (trace,) = _training.train(subject, _training.Setting(data=data, epochs=epochs, script=script))
    if not any(e["what"] == "loss" and e["source"] == "validation" for e in trace.events):
        raise CannotLook("no loss of the validation data was computed with what the loop was given")
    conditions = {"patience": patience, "validation": script[: until + 1]}
    if not stops:
        return _restored(trace, best, conditions)
    count = sum(e["what"] == "epoch" and e["source"] == "training" for e in trace.events)
    if count != until:
        seen = f"{count} epochs, of {epochs} that were asked for"
        return failed(seen, f"{until}: {patience} in a row after the best one", conditions)
    return passed(f"stops after {patience} evaluations without a better loss", **conditions)


def _patience(subject: Subject) -> int:
    for line in [subject.phrase, *subject.spec.requires.values()]:
        if line.phrase == "patience":
            return int(line.expression.value(subject.spec.options))
    value = subject.spec.options.get("patience", _USUAL)
    return value if isinstance(value, int) and value > 0 else _USUAL


def _restored(trace: _training.Trace, best: int, conditions: dict[str, object]) -> Decision:
    """Compare the weights at the end with those of the best pass."""
    passes = steps = 0
    for event in trace.events:
        steps += event["what"] == "step"
        if event["what"] == "epoch" and event["source"] == "validation":
            passes += 1
            if passes == best + 1:
                break
    if passes <= best or steps >= len(trace.steps):
        raise CannotLook(f"{passes} evaluations, and no step behind the best one")
    wanted = np.asarray(trace.steps[steps]["before"])
    off = float(np.abs(np.asarray(trace.after) - wanted).max())
    if off > 1e-6 * max(1.0, float(np.abs(wanted).max())):
        seen = f"weights at the end up to {off:.3g} from those of the best evaluation"
        return failed(seen, "the weights of the best evaluation", conditions)
    return passed("the weights of the best evaluation at the end", **conditions)
