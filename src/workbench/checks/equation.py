"""The output equals the reference equation of the contract, number for number.

Why: A wrong sign, a forgotten factor, a mean over the wrong axis or a base of the wrong logarithm
gives a number of the right shape, and training on it goes on.
Fix: Compare term by term with the equation: signs, axes, what a mean divides by, which elements are
left out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.checks import _detached, _equation_of_items, _loss, _metric, _parts, _rates
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._equation import Beside, NotDrawn
from workbench.checks._inputs import Array, Arrays, Case, padding_masks
from workbench.checks._requirement import EQUATION
from workbench.checks._subject import Subject
from workbench.checks._unnamed import Fitted
from workbench.spec import Equation

TIER = "live"
KINDS = ()
FITS = ("model", "layer", "loss", "metric")
DECIDES = {"equals": (EQUATION,)}
COST = 6

_FAR = 1e-6  # two ways to compute the same in double precision, with room for an epsilon
_DRAWS = 3
_SETS = 6


def check(subject: Subject) -> Decision:
    """Compute the equation with numpy for several inputs, and compare."""
    equation = subject.phrase.equation
    if equation is None:
        raise CannotLook("the requirement holds no equation")
    if subject.spec.kind == "training":
        return _rates.decide(subject, equation)
    if subject.spec.kind == "dataset":
        return _equation_of_items.decide(subject, equation)
    exact = subject.exact if subject.spec.kind != "metric" else "float64"
    fitted = Fitted(equation, _FAR if exact == "float64" else 1e-4)
    situations = _of_parts if subject.phrase.of_part else _of_whole
    tried, unsolved = 0, None
    for seen, names, beside, conditions in situations(subject, equation, exact):
        try:
            expected = fitted.nearest(names, beside, seen)
        except NotDrawn as error:
            return failed(str(error), f"noise as {equation.text} draws it", conditions)
        except CannotLook as error:
            unsolved = error  # an empty input, or one that is too large, may have no value
            continue
        if not np.all(np.isfinite(expected)):
            continue  # `finite` and the laws decide what happens there
        tried += 1
        distance = apart(expected, seen.reshape(expected.shape) if seen.size == 1 else seen)
        if distance > fitted.far:
            start = _start(seen, expected)
            wanted = f"{_shown(expected, start)}, as {equation.text} gives{fitted.words}"
            where = str(conditions.pop("where", ""))
            told = {**conditions, "distance": distance}
            return failed(_words(seen, expected, start), wanted, told, where=where)
    if not tried:
        raise unsolved or CannotLook("the equation is finite at no input that was tried")
    if "detach" in equation.functions:
        return _detached.decide(subject, equation)
    return passed(f"as the equation gives, for {tried} inputs")


Situation = tuple[Array, dict[str, Any], Beside, dict[str, Any]]


def _of_whole(subject: Subject, equation: Equation, exact: str) -> Iterator[Situation]:
    """Yield what came out in each situation, and what the equation can speak of there."""
    noisy = bool(equation.functions & {"normal", "uniform"})
    for case, inputs in _situations(subject, exact):
        if equation.names & set(subject.optional) - inputs.keys():
            continue  # an optional input is absent that the equation speaks of
        names: dict[str, Any] = {**subject.options, **case.sizes}
        beside = Beside()
        if subject.spec.kind in ("model", "layer"):
            outputs, draws = _outputs(subject, case, inputs, noisy=noisy)
            weights = subject.weights("spread", case.dtype)
            names |= {"weights": weights, **outputs}
            beside = Beside(_parts.caller(subject, case, ""), draws)
            of = subject.phrase.of or next(iter(subject.spec.outputs))
            if of not in outputs:
                raise CannotLook(f"the run returned no {of!r}; see `output_shape`")
            seen = outputs[of].astype(np.float64)
        else:
            seen = _seen(subject, case, inputs)
        mode = "train" if noisy else "eval"
        yield seen, {**names, **inputs}, beside, subject.conditions(case, mode=mode)


def _of_parts(subject: Subject, equation: Equation, exact: str) -> Iterator[Situation]:
    """Yield the same for each module inside that is meant, as it is called in a run."""
    del exact
    noisy = bool(equation.functions & {"normal", "uniform"})
    case = subject.bare()
    for found in _parts.chosen(subject, case, subject.phrase.of):
        for inputs in _parts.inputs(subject, found, _DRAWS):
            answer = _parts.call(subject, case, found, inputs, noisy=noisy)
            outputs = list(answer["outputs"].values())
            if not outputs:
                raise CannotLook(f"{found['path']} returns no tensor")
            weights = _parts.weights(subject, case, found["path"])
            names = {**subject.options, **case.sizes, **found["plain"], "weights": weights}
            beside = Beside(_parts.caller(subject, case, found["path"]), answer.get("draws", ()))
            told = subject.conditions(case, mode="train" if noisy else "eval", part=found["path"])
            seen = outputs[0].astype(np.float64)
            yield seen, {**names, **inputs}, beside, {**told, "where": found["where"]}


def _outputs(
    subject: Subject, case: Case, inputs: Arrays, *, noisy: bool
) -> tuple[Arrays, list[tuple[str, Array]]]:
    """Return all outputs; of a run in training also the random numbers that it drew."""
    if not noisy:
        return subject.run(case, inputs=inputs).outputs, []
    answer = subject.part(case, inputs, "spread", {"path": "", "train": True, "draws": True})
    return dict(answer["outputs"]), list(answer["draws"])


def _seen(subject: Subject, case: Case, inputs: Arrays) -> Array:
    if subject.spec.kind == "metric":
        return _metric.once(subject, inputs)
    if subject.phrase.of:
        outputs = subject.run(case, inputs=inputs).outputs
        return np.asarray(outputs[subject.phrase.of]).astype(np.float64)
    return _loss.value(subject, case, inputs)


def _situations(subject: Subject, exact: str) -> list[tuple[Case, Arrays]]:
    if subject.spec.kind == "metric":
        usual = subject.case(dtype="float32")
        cases = [replace(usual, dtype=exact, seed=usual.seed + draw) for draw in range(_DRAWS)]
        full = [case for case in subject.tried() if all(case.sizes.values())]  # see `empty_value`
        cases += [replace(case, dtype=exact) for case in full[:_SETS]]
        with contextlib.suppress(CannotLook):  # few examples may all fall into the same bins
            many = _metric.batch(subject)
            cases += [replace(many, dtype=exact, seed=many.seed + at) for at in range(_DRAWS)]
    else:
        cases = [subject.case(seed=draw) for draw in range(_DRAWS)]
        cases += [replace(case, dtype=exact) for case in subject.tried()[:_SETS]]
    found = [(case, subject.inputs(case)) for case in cases]
    if subject.spec.kind in ("metric", "loss"):
        least = min(found, key=lambda one: sum(one[0].sizes.values()))
        found += [
            (case, each)
            for case, inputs in (found[0], least)
            for each in _low(subject, case, inputs)
        ]
    for name in sorted(padding_masks(subject.spec)):
        case, inputs = found[0]
        if name in inputs and inputs[name].dtype == bool and len(inputs[name]):
            nothing = inputs[name].copy()
            nothing[-1] = False
            found.append((case, {**inputs, name: nothing}))
    for line in subject.spec.requires.values():
        if line.phrase == "ignored targets":
            number = int(line.expression.value(subject.options))
            case, inputs = found[0]
            name = _loss.part(subject, "target")
            flat = inputs[name].copy()
            flat.reshape(-1)[::3] = number
            found.append((case, {**inputs, name: flat}))
    return found


def _low(subject: Subject, case: Case, inputs: Arrays) -> Iterator[Arrays]:
    """Take only the lower part of every range, so that some classes do not occur at all."""
    near = dict(inputs)
    for name, tensor in subject.spec.inputs.items():
        if tensor.low is not None and name in inputs:
            low, values = tensor.low.value({**subject.options, **case.sizes}), inputs[name]
            by = 2 if values.dtype.kind == "i" else 16
            near[name] = (low + (values - low) / by).astype(values.dtype)
    yield near
    if subject.spec.kind == "metric":
        with contextlib.suppress(CannotLook):  # where there is no right prediction to make
            name = _loss.part(subject, "prediction")
            yield {**near, name: _metric.perfect(subject, case, near)}


def _words(seen: Array, expected: Array, start: int = 0) -> str:
    if seen.size > 1 and seen.shape != expected.shape:
        return f"an output of shape {seen.shape}"
    return _shown(seen, start)


def _start(seen: Array, expected: Array) -> int:
    """Return the first place at which two arrays of one shape differ by half of what they can."""
    if seen.shape != expected.shape or not seen.size:
        return 0
    off = np.abs(seen.reshape(-1).astype(np.float64) - expected.reshape(-1))
    return int(np.argmax(off >= np.nanmax(off) / 2))


def _shown(values: Array, start: int = 0) -> str:
    flat = [f"{number:.7g}" for number in values.reshape(-1)[start : start + 4].astype(np.float64)]
    shape = f" of shape {values.shape}" if values.ndim else ""
    place = f" at {start}" if start else ""
    return ", ".join(flat) + (" ..." if values.size > start + 4 else "") + shape + place
