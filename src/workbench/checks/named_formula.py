"""A loss or a metric that is called after a known formula computes it.

Why: ``MacroF1`` that is weighted by class, ``HuberLoss`` without its half, an accuracy of the
smallest logit: the name is believed, the number plausible, and models are chosen by it.
Fix: Compare with the formula that the verdict shows, or name the class after what it computes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.checks import _implied, _loss, _metric
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._equation import solve
from workbench.checks._formulas import LETTERS, LOSSES, METRICS, Formula, Way, told
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject
from workbench.spec import Equation

TIER = "live"
KINDS = ("loss", "metric")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 5

_FAR = {"loss": 1e-6, "metric": 1e-5}
_DRAWS = 3
_NAMES = {
    "triples": (r"a(nchors?)?", r"p(os(itives?)?)?", r"n(eg(atives?)?)?"),
    "gaussian": (r"mu|means?", r"log_?var(iances?)?"),
}


def check(subject: Subject) -> Decision:
    """Compare with the ways to write the formula, where inputs and options are those of it."""
    formula = _formula(subject)
    if formula is None:
        subject.describe()  # there has to be something that is called so
        return passed("its name stands for no one formula of these inputs and options")
    ways = told(formula.ways, subject.words)
    for case, inputs in _situations(subject, formula):
        seen = _seen(subject, case, inputs)
        nearest: tuple[float, Way, Array] | None = None
        fitting = []
        for way in ways:
            wanted = _wanted(subject, formula, way, case, inputs)
            finite = [each for each in wanted if np.all(np.isfinite(each))]
            distances = [apart(each, seen) for each in finite]
            if not distances or min(distances) <= _FAR[subject.spec.kind]:
                fitting.append(way)
            elif nearest is None or min(distances) < nearest[0]:
                nearest = min(distances), way, wanted[0]
        if not fitting and nearest is not None:
            _, way, value = nearest
            expected = f"{np.ravel(value)[:4]}, as {subject.spec.name} is called: {way.text}"
            return failed(f"{np.ravel(seen)[:4]}", expected, subject.conditions(case))
        ways = fitting
    return passed(f"what its name says: {ways[0].text}")


def _formula(subject: Subject) -> Formula | None:
    """Find the formula of the name that takes such inputs and options."""
    spec = subject.spec
    name = re.sub(r"(loss|metric|score|criterion)$", "", spec.name.lower().replace("_", ""))
    for formula in LOSSES if spec.kind == "loss" else METRICS:
        if not re.fullmatch(formula.name, name) or not _takes(subject, formula):
            continue
        known = "|".join(f"({LETTERS[part][0]})" for part in formula.options)
        known = f"{known}|reduction" if known else "reduction"
        if all(re.fullmatch(known, option.lower()) for option in spec.options):
            letters = {part: _option(subject, part) for part in formula.needs}
            return formula if all(letters.values()) else None
    return None


def _option(subject: Subject, letter: str) -> str:
    return _implied.option(subject.spec, LETTERS[letter][0], int, float)


def _takes(subject: Subject, formula: Formula) -> bool:
    """Whether the inputs are those that a formula speaks of."""
    spec = subject.spec
    tensors = list(spec.inputs.values())
    axes = [[axis.text for axis in tensor.axes] for tensor in tensors]
    floats = all(tensor.dtype.startswith("float") for tensor in tensors)
    if formula.takes in ("triples", "gaussian"):
        forms = _NAMES[formula.takes]
        named = len(forms) == len(tensors) and all(map(re.fullmatch, forms, spec.inputs))
        return bool(named and floats and len({*map(tuple, axes)}) == 1 and len(axes[0]) == 2)
    if formula.takes == "pairs":
        return floats and len(tensors) == 2 and axes[0] == axes[1] and len(axes[0]) == 2
    prediction, target = spec.role("prediction"), spec.role("target")
    more = spec.inputs.keys() - {prediction, target}
    if not {prediction, target} <= spec.inputs.keys() or len(tensors) - len(more) != 2:
        return False
    if formula.takes == "alike":
        return floats and not more and axes[0] == axes[1]
    weighed = more <= {spec.role("weight")} if "w" in formula.options else not more
    whole = spec.inputs[target].dtype.startswith("int")
    try:
        _loss.class_axis(subject)
    except CannotLook:
        return False
    scores = spec.inputs[prediction].low is None
    return bool(weighed and whole and scores and len(tensors[0].axes) >= 2)


def _situations(subject: Subject, formula: Formula) -> Iterator[tuple[Case, Arrays]]:
    """Yield inputs; every class occurs and is predicted in a metric, some labels are ignored."""
    kind, spec = subject.spec.kind, subject.spec
    ignored = _option(subject, "ignored") if "ignored" in formula.options else ""
    for draw in range(_DRAWS):
        case = _metric.batch(subject) if kind == "metric" else subject.case()
        without = tuple(subject.optional) if not draw else ()
        case = replace(case, seed=case.seed + draw, without=without)
        inputs = subject.inputs(case)
        if formula.takes == "classes":
            scores, labels = _flat(subject, inputs)
            count = scores.shape[-1]
            if kind == "metric":
                if len(scores) < 2 * count:
                    raise CannotLook(f"{len(scores)} labels cannot hold {count} classes twice")
                labels[:count] = subject.rng(draw).permutation(count)
                rows = np.arange(count)
                scores[count + rows, rows] = scores[count : 2 * count].max(-1) + 1
            if ignored and draw:
                labels[2 * count + 1 :: 3] = spec.options[ignored]
            inputs |= _put_back(subject, inputs, scores, labels)
        yield case, inputs


def _flat(subject: Subject, inputs: Arrays) -> tuple[Array, Array]:
    """Lay out scores as (labels, classes) and labels in one row, as copies."""
    scores = np.moveaxis(inputs[subject.spec.role("prediction")], _loss.class_axis(subject), -1)
    labels = inputs[subject.spec.role("target")]
    return scores.reshape(-1, scores.shape[-1]).copy(), labels.reshape(-1).copy()


def _put_back(subject: Subject, inputs: Arrays, scores: Array, labels: Array) -> Arrays:
    name, target = subject.spec.role("prediction"), subject.spec.role("target")
    axis = _loss.class_axis(subject)
    shape = np.moveaxis(inputs[name], axis, -1).shape
    whole = np.ascontiguousarray(np.moveaxis(scores.reshape(shape), -1, axis))
    return {name: whole, target: labels.reshape(inputs[target].shape)}


def _wanted(
    subject: Subject, formula: Formula, way: Way, case: Case, inputs: Arrays
) -> list[Array]:
    """Compute the formula; without an option for it, any usual reduction is right."""
    spec = subject.spec
    letters: dict[str, Any] = {part: LETTERS[part][1] for part in ("s", "ignored", "g", "d")}
    letters["g"] = letters["g"] if "g" in formula.options else 1.0
    for letter in formula.options:
        name = _option(subject, letter)
        letters |= {letter: spec.options[name]} if name else {}
    if formula.takes == "classes":
        letters |= _classes(subject, inputs, letters["ignored"])
    elif formula.takes == "alike":
        letters |= {n: inputs[spec.role(r)] for n, r in (("p", "prediction"), ("t", "target"))}
    else:
        letters |= dict(zip("ptq", inputs.values(), strict=False))
    value = np.asarray(solve(Equation(way.text), letters))
    if spec.kind == "metric":
        return [value]
    return _reduced(subject, case, value, letters)


def _classes(subject: Subject, inputs: Arrays, ignored: float) -> dict[str, Any]:
    scores, labels = _flat(subject, inputs)
    kept = labels != ignored
    if subject.spec.kind == "metric":
        return {"p": scores[kept], "t": labels[kept], "n": scores.shape[-1]}
    batch = len(inputs[subject.spec.role("target")])
    spec, role = subject.spec, subject.spec.role("weight")
    each = np.asarray(inputs.get(role, spec.options.get(role, np.ones(scores.shape[-1]))))
    return {
        "p": scores.reshape(batch, -1, scores.shape[-1]),
        "t": np.where(kept, labels, 0).reshape(batch, -1),
        "k": kept.reshape(batch, -1),
        "w": each[np.where(kept, labels, 0)].reshape(batch, -1),
        "n": scores.shape[-1],
    }


def _reduced(subject: Subject, case: Case, value: Array, letters: dict[str, Any]) -> list[Array]:
    """Reduce in the declared way; what a mean divides by may be labels or their weights."""
    kept, weights = letters.get("k"), letters.get("w")
    divisors = [float(max(value.size, 1))]
    if kept is not None and weights is not None and value.shape == kept.shape:
        value = np.where(kept, value, 0.0)
        divisors = [float(max(kept.sum(), 1)), float(np.where(kept, weights, 0.0).sum())]
    ways = {"none": [value], "sum": [value.sum()]}
    ways["mean"] = [value.sum() / divisor for divisor in divisors if divisor]
    said = subject.spec.options.get("reduction")
    every = [each for many in ways.values() for each in many]
    chosen = [np.asarray(each) for each in ways.get(str(said), every)]
    tensor = next(iter(subject.spec.outputs.values()))
    shape = tensor.shape({**subject.options, **case.sizes})
    return [each.reshape(shape) if each.size == np.prod(shape) else each for each in chosen]


def _seen(subject: Subject, case: Case, inputs: Arrays) -> Array:
    if subject.spec.kind == "metric":
        return _metric.once(subject, inputs)
    return _loss.value(subject, case, inputs)
