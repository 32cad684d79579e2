"""Targets that are marked as ignored contribute nothing, and a batch of them alone stays finite.

Why: Padding that is counted in the loss teaches the model to predict padding, and a mean over no
element is not a number: one empty batch ends the run.
Fix: Leave ignored elements out of the sum and of what the mean divides by, never look a class up at
an ignored target, and divide by at least one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.checks import _implied, _loss, _metric
from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import NUMBER
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
FITS = ("loss", "metric")
DECIDES = {"ignored targets": (NUMBER,)}
COST = 8


def implied(spec: Spec) -> list[str]:
    """Read an option for a target that is ignored."""
    return _implied.equal(spec, "ignored targets", _implied.IGNORED, int)


def check(subject: Subject) -> Decision:
    """Mark some targets: no gradient, no influence, and the same as without them."""
    ignored = int(subject.phrase.expression.value(subject.options))
    if subject.spec.kind == "metric":
        return _of_metric(subject, ignored)
    case = _loss.batch(subject, bare=True)
    prediction, target = _loss.part(subject, "prediction"), _loss.part(subject, "target")
    inputs = subject.inputs(case)
    conditions = subject.conditions(case, ignored=ignored)
    marked = {**inputs, target: inputs[target].copy()}
    marked[target].reshape(-1)[::2] = ignored
    gone = marked[target] == ignored
    after = subject.run(case, inputs=marked, echo=True).echo
    if not np.array_equal(after[target], marked[target]):
        seen = f"{target} is changed in place where it is ignored"
        return failed(seen, "the target as it was given", conditions)
    before = _loss.value(subject, case, marked)
    slope = _loss.gradient(subject, case, marked, prediction)
    leak = _at(subject, slope, gone)
    if leak != 0.0:
        seen = f"a gradient of {leak:.3g} at the prediction of an ignored target"
        return failed(seen, "no gradient there", conditions)
    moved = {**marked, prediction: _moved(subject, marked[prediction], gone)}
    distance = apart(before, _loss.value(subject, case, moved))
    if distance > tolerance(case.dtype):
        seen = f"the loss changes by {distance:.3g} with the prediction of an ignored target"
        return failed(seen, "the same loss", conditions)
    return (
        _without(subject, inputs, ignored)
        or (subject.phrase.id and _all(subject, inputs, ignored))  # torch gives no number there
        or passed("without influence, and finite where all are ignored", **conditions)
    )


def _of_metric(subject: Subject, ignored: int) -> Decision:
    """Mark some examples: other predictions change nothing, nor does it to leave them out."""
    case = _metric.batch(subject)
    prediction, target = _loss.part(subject, "prediction"), _loss.part(subject, "target")
    inputs = subject.inputs(case)
    at = _loss.batched(subject, target) or 0
    marked = {**inputs, target: inputs[target].copy()}
    np.moveaxis(marked[target], at, 0)[::3] = ignored
    conditions = subject.conditions(case, ignored=ignored)
    before = _metric.once(subject, marked)
    kept = [row for row in range(case.sizes["batch"]) if row % 3]
    turned = {**marked, prediction: marked[prediction].copy()}
    first = _loss.batched(subject, prediction) or 0
    rows = np.moveaxis(turned[prediction], first, 0)
    rows[::3] = np.roll(rows[::3], 1, axis=-1) if rows.ndim > 1 else rows[::-1][::3]
    others = {
        "with other predictions where the target is ignored": turned,
        "without the examples whose target is ignored": _loss.rows(subject, inputs, kept),
    }
    for words, changed in others.items():
        after = _metric.once(subject, changed)
        if apart(before, after) > tolerance("float32"):
            return failed(f"{after} {words}, {before} with them", "the same", conditions)
    return passed("without influence", **conditions)


def _at(subject: Subject, slope: Array, gone: Array) -> float:
    """Return the largest gradient at ignored targets."""
    axis = _loss.class_axis(subject)
    return float(np.max(np.abs(np.moveaxis(slope, axis, -1)[gone]), initial=0.0))


def _moved(subject: Subject, prediction: Array, gone: Array) -> Array:
    axis = _loss.class_axis(subject)
    changed = np.moveaxis(prediction.copy(), axis, -1)
    changed[gone] = changed[gone][..., ::-1] * 2 + 1
    return np.moveaxis(changed, -1, axis)


def _without(subject: Subject, inputs: Arrays, ignored: int) -> Decision | None:
    """Ignore whole examples, and compare with a batch that does not have them."""
    over = [line.right for line in subject.spec.requires.values() if line.phrase == "mean over"]
    mean = subject.spec.options.get("reduction", "mean") == "mean"
    if mean and over and over[0] not in ("kept", "weights"):
        return None  # ignored elements count in the divisor, as declared
    if subject.spec.options.get("reduction") == "none":
        return None
    case = _loss.batch(subject, bare=True)
    target = _loss.part(subject, "target")
    if not subject.phrase.id and inputs[target].ndim > 1 and _of_sets(subject, case, inputs):
        return None  # nothing says whether an example without a target counts
    count = case.sizes["batch"]
    kept = [row for row in range(count) if row % 3]
    marked = {**inputs, target: inputs[target].copy()}
    at = _loss.batched(subject, target) or 0
    np.moveaxis(marked[target], at, 0)[::3] = ignored
    whole = _loss.value(subject, case, marked)
    small = replace(case, sizes={**case.sizes, "batch": len(kept)})
    part = _loss.value(subject, small, _loss.rows(subject, inputs, kept))
    distance = apart(part, whole)
    if distance > tolerance(case.dtype):
        return failed(
            f"{whole} with ignored examples, {part} without them",
            "the same loss",
            subject.conditions(case, ignored=ignored),
        )
    return None


def _of_sets(subject: Subject, case: Case, inputs: Arrays) -> bool:
    """Whether two places of one example act on the loss together, as in an overlap of sets."""
    name, axis = _loss.part(subject, "prediction"), _loss.class_axis(subject)
    values = []
    for places in ((), (0,), (-1,), (0, -1)):
        changed = np.moveaxis(inputs[name].copy(), axis, -1)
        rows = changed[0].reshape(-1, changed.shape[-1])
        for place in places:
            rows[place] = rows[place][::-1] * 2 + 1
        changed[0] = rows.reshape(changed[0].shape)
        moved = {**inputs, name: np.ascontiguousarray(np.moveaxis(changed, -1, axis))}
        values.append(float(np.sum(_loss.value(subject, case, moved))))
    none, first, last, both = values
    return abs(both - first - last + none) > 1e-9 * max(1.0, abs(none))


def _all(subject: Subject, inputs: Arrays, ignored: int) -> Decision | None:
    case = _loss.batch(subject, bare=True)
    prediction, target = _loss.part(subject, "prediction"), _loss.part(subject, "target")
    marked = {**inputs, target: np.full_like(inputs[target], ignored)}
    found = _loss.value(subject, case, marked)
    slope = _loss.gradient(subject, case, marked, prediction)
    if np.all(np.isfinite(found)) and np.all(np.isfinite(slope)):
        return None
    what = f"a loss of {found}" if not np.all(np.isfinite(found)) else "a gradient that is not"
    seen = f"{what} where every target is ignored"
    return failed(seen, "a finite loss and gradient", subject.conditions(case, ignored=ignored))
