"""A loss or a metric that is called after a known formula computes it.

Why: ``MacroF1`` that is weighted by class, ``HuberLoss`` without its half, an accuracy of the
smallest logit: the name is believed, the number plausible, and models are chosen by it.
Fix: Compare with the formula that the verdict shows, or name the class after what it computes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.checks import _implied, _loss, _metric
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._equation import solve
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject
from workbench.spec import Equation

TIER = "live"
KINDS = ("loss", "metric")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 5

_FAR = {"loss": 1e-6, "metric": 1e-5}
_DRAWS = 3
_BOTH = "sum((h := one_hot(argmax(p), n)) * (w := one_hot(t, n)), axis=0)"
_WHEN = "where((k := t != ignored), t, 0)"


@dataclass(frozen=True)
class _Formula:
    """A formula of prediction ``p`` and target ``t``, ``n`` classes.

    Args:
        name: A regular expression for the name, in small letters without ``loss`` and the like.
        text: The equation; of a loss that of each element.
        classes: Whether the target is a class.
        options: Which options it may have, by the letters that stand for them.
    """

    name: str
    text: str
    classes: bool
    options: tuple[str, ...] = ()


_OPTIONS = {
    "g": r"gamma",
    "d": r"delta|beta",
    "s": _implied.SMOOTHING,
    "ignored": _implied.IGNORED,
    "n": r"(num_|n_)?class(es)?",
    "reduction": r"reduction",
}
_FORMULAS = {
    "loss": (
        _Formula(r"mse|meansquarederror|l2", "(p - t) ** 2", False),
        _Formula(r"mae|meanabsoluteerror|l1", "abs(p - t)", False),
        _Formula(
            r"huber",
            "where((a := abs(p - t)) <= d, 0.5 * a ** 2, d * (a - 0.5 * d))",
            False,
            ("d",),
        ),
        _Formula(
            r"smoothl1",
            "where((a := abs(p - t)) < d, 0.5 * a ** 2 / d, a - 0.5 * d)",
            False,
            ("d",),
        ),
        _Formula(r"logcosh", "abs(p - t) + log1p(exp(-2 * abs(p - t))) - log(2)", False),
        _Formula(
            r"(bce|binarycrossentropy)withlogits",
            "maximum(p, 0) - p * t + log1p(exp(-abs(p)))",
            False,
        ),
        _Formula(
            r"(smoothed|labelsmoothing|labelsmoothed|masked|token|sequence)?crossentropy",
            f"-(1 - s) * gather((l := log_softmax(p)), {_WHEN}) - s * mean(l, axis=-1)",
            True,
            ("s", "ignored", "n"),
        ),
        _Formula(
            r"focal",
            f"-(1 - exp((l := gather(log_softmax(p), {_WHEN})))) ** g * l",
            True,
            ("g", "ignored", "n"),
        ),
    ),
    "metric": (
        _Formula(r"(top1|categorical|multiclass)?accuracy", "mean(argmax(p) == t)", True, ("n",)),
        _Formula(r"errorrate", "mean(argmax(p) != t)", True, ("n",)),
        _Formula(r"macrof1|f1macro", f"mean(2 * {_BOTH} / sum(h + w, axis=0))", True, ("n",)),
        _Formula(r"macroprecision", f"mean({_BOTH} / sum(h, axis=0))", True, ("n",)),
        _Formula(r"macrorecall|balancedaccuracy", f"mean({_BOTH} / sum(w, axis=0))", True, ("n",)),
        _Formula(
            r"(mean|macro)(iou|jaccard|intersectionoverunion)",
            f"mean({_BOTH} / (sum(h + w, axis=0) - sum(h * w, axis=0)))",
            True,
            ("n",),
        ),
        _Formula(r"perplexity", "exp(mean(-gather(log_softmax(p), t)))", True, ("n",)),
        _Formula(r"mse|meansquarederror", "mean((p - t) ** 2)", False),
        _Formula(r"rmse|rootmeansquarederror", "sqrt(mean((p - t) ** 2))", False),
        _Formula(r"mae|meanabsoluteerror", "mean(abs(p - t))", False),
        _Formula(
            r"r2|rsquared|coefficientofdetermination",
            "1 - sum((p - t) ** 2) / sum((t - mean(t)) ** 2)",
            False,
        ),
    ),
}


def check(subject: Subject) -> Decision:
    """Compare with the formula of the name, where inputs and options are those of the formula."""
    formula = _formula(subject)
    if formula is None:
        subject.describe()  # there has to be something that is called so
        return passed("its name stands for no one formula of these inputs and options")
    for case, inputs in _situations(subject, formula):
        wanted = _wanted(subject, formula, inputs)
        seen = _seen(subject, case, inputs)
        distances = [apart(each, seen) for each in wanted if np.all(np.isfinite(each))]
        if distances and min(distances) > _FAR[subject.spec.kind]:
            expected = (
                f"{np.ravel(wanted[0])[:4]}, as {subject.spec.name} is called: {formula.text}"
            )
            return failed(f"{np.ravel(seen)[:4]}", expected, subject.conditions(case))
    return passed(f"what its name says: {formula.text}")


def _formula(subject: Subject) -> _Formula | None:
    spec = subject.spec
    name = re.sub(r"(loss|metric|score)$", "", spec.name.lower().replace("_", ""))
    prediction, target = spec.role("prediction"), spec.role("target")
    if len(spec.inputs) != 2 or not {prediction, target} <= spec.inputs.keys():
        return None
    whole = spec.inputs[target].dtype.startswith("int")
    axes = [len(spec.inputs[part].axes) for part in (prediction, target)]
    for formula in _FORMULAS[spec.kind]:
        known = "|".join(f"({_OPTIONS[part]})" for part in (*formula.options, "reduction"))
        suits = formula.classes == whole and axes[0] == axes[1] + whole
        named = re.fullmatch(formula.name, name) is not None
        if named and suits and all(re.fullmatch(known, option) for option in spec.options):
            scores = spec.inputs[prediction].low is None and axes[0] <= 2
            return formula if scores or not whole else None
    return None


def _situations(subject: Subject, formula: _Formula) -> Iterator[tuple[Case, Arrays]]:
    """Yield inputs in which every class occurs and is predicted, where there are classes."""
    kind, spec = subject.spec.kind, subject.spec
    for draw in range(_DRAWS):
        case = _metric.batch(subject) if kind == "metric" else subject.case()
        case = replace(case, seed=case.seed + draw)
        inputs = subject.inputs(case)
        prediction, target = inputs[spec.role("prediction")], spec.role("target")
        if formula.classes and kind == "metric":
            count = prediction.shape[-1]
            if len(prediction) < 2 * count:
                raise CannotLook(f"a batch of {len(prediction)} cannot hold {count} classes twice")
            rng = subject.rng(draw)
            inputs[target][:count] = rng.permutation(count)
            for row in range(count):
                prediction[count + row, row] = prediction[count + row].max() + 1
        yield case, inputs


def _wanted(subject: Subject, formula: _Formula, inputs: Arrays) -> list[Array]:
    """Compute the formula; without an option for it, any usual reduction is right."""
    spec = subject.spec
    p, t = inputs[spec.role("prediction")], inputs[spec.role("target")]
    letters: dict[str, Any] = {"s": 0.0, "ignored": -100, "g": 2.0, "d": 1.0}
    for letter in formula.options:
        name = _implied.option(spec, _OPTIONS[letter], int, float)
        letters |= {letter: spec.options[name]} if name else {}
    letters |= {"n": p.shape[-1]} if formula.classes else {}
    value = solve(Equation(formula.text), {**letters, "p": p, "t": t})
    if spec.kind == "metric":
        return [value]
    kept = (t != letters["ignored"]) if formula.classes else np.ones(value.shape, bool)
    value = np.where(kept, value, 0.0)
    ways = {"none": value, "sum": value.sum(), "mean": value.sum() / max(kept.sum(), 1)}
    said = spec.options.get("reduction")
    return [np.asarray(ways[said])] if said in ways else [np.asarray(w) for w in ways.values()]


def _seen(subject: Subject, case: Case, inputs: Arrays) -> Array:
    if subject.spec.kind == "metric":
        return _metric.once(subject, inputs)
    return _loss.value(subject, case, inputs)
