"""The outputs have the declared shapes at every legal size, also where the code takes another way.

Why: Code that asks for a size ("if time > 128", "if batch % 2") behaves differently where nobody
looked, and a handful of tried sizes never goes there. With symbols in the place of sizes the code
tells what it asks; what holds under no condition holds for all sizes.
Fix: Look at the line that asks: compute with sizes instead of branching on them, and pad or mask
the rest of a division instead of cutting it off.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Case
from workbench.checks._sizes import Sizes
from workbench.checks._subject import Subject
from workbench.checks.output_shape import tried_at
from workbench.errors import CandidateRaised, SpecError
from workbench.spec import Expression

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 25

_POINTS = 3000  # combinations of sizes at which one condition is evaluated
_RUNS = 6  # real runs where the code goes another way
_ELEMENTS = 200_000  # product of all sizes of one such run


def check(subject: Subject) -> Decision:
    """Read the conditions that the code asks, and run where they do not hold."""
    case = subject.case(dtype="float32")
    axes = _axes(subject, case)
    names = sorted({name for each in axes.values() for name in each if name})
    subject.run(case, weights="born", partly=True)
    try:
        answer = subject.look("symbolic", case, weights="born", axes=axes)
    except (CandidateRaised, CannotLook) as error:
        return _sampled(subject, case, f"its shapes cannot be followed as symbols: {error}")
    open_ends: list[str] = []
    elsewhere: list[tuple[Sizes, Mapping[str, str]]] = []
    for guard in _once(answer["guards"]):
        points = list(_violations(subject, case, guard["condition"]))
        elsewhere += [(point, guard) for point in points[:2]]
        if points or not _decided(subject, guard["condition"], names):
            open_ends.append(f"{guard['condition']} at {_short(guard['where'])}")
    for sizes, guard in elsewhere[:_RUNS]:
        problem = tried_at(subject, subject.case(sizes, dtype="float32"))
        if problem is not None:
            seen = f"{problem.seen}, where not {guard['condition']}"
            where = problem.where or guard["where"]
            return failed(seen, problem.expected, problem.conditions, where=where)
    wrong = _differs(subject, case, answer["outputs"])
    conditions = {"symbols": names, "options": dict(subject.options)}
    if open_ends or wrong or not names:
        reason = wrong or "; ".join(open_ends[:3]) or "no size is free"
        tried = (
            f"as declared at {len(elsewhere[:_RUNS])} sets of sizes where the code goes another way"
        )
        return passed(f"{tried}; not proved: {reason}", **conditions)
    seen = f"for all legal {', '.join(names)} from 2 on; 0 and 1 are tried by `output_shape`"
    return Decision(outcome="proved", seen=seen, conditions=conditions)


def _axes(subject: Subject, case: Case) -> dict[str, list[str]]:
    """Name the sizes that may become symbols: free ones, from 2 on, that equal no other."""
    free: dict[str, int] = {}
    for name, size in subject.spec.sizes.items():
        low, high, _ = size.bounds(subject.options)
        if low < high and case.sizes[name] >= 2 and case.sizes[name] not in free.values():
            free[name] = case.sizes[name]
    return {
        name: [axis.text if axis.text in free else "" for axis in tensor.axes]
        for name, tensor in subject.spec.inputs.items()
        if name not in case.without
    }


def _once(guards: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    return list({guard["condition"]: guard for guard in guards}.values())[:50]


def _understood(condition: str, names: Sequence[str]) -> bool:
    try:
        return Expression(condition).names <= set(names)
    except SpecError:
        return False


def _decided(subject: Subject, condition: str, names: Sequence[str]) -> bool:
    """Whether a condition was evaluated at every legal size that it depends on."""
    return _understood(condition, names) and _complete(subject, Expression(condition).names)


def _complete(subject: Subject, names: Iterable[str]) -> bool:
    ranges = [subject.spec.sizes[name].bounds(subject.options) for name in names]
    share = _share(len(ranges))
    return all((high - low) // step < share for low, high, step in ranges)


def _share(axes: int) -> int:
    return max(2, int(_POINTS ** (1 / max(1, axes))))


def _violations(subject: Subject, case: Case, condition: str) -> Iterator[Sizes]:
    """Yield legal sizes from 2 on at which a condition does not hold, the smallest first."""
    try:
        expression = Expression(condition)
    except SpecError:
        return
    if not expression.names <= set(case.sizes):
        return
    for point in _points(subject, case, sorted(expression.names)):
        try:
            holds = bool(expression.value(point))
        except SpecError:
            return
        if not holds and math.prod(point.values()) <= _ELEMENTS:
            yield point


def _points(subject: Subject, case: Case, names: Sequence[str]) -> Iterator[Sizes]:
    share = _share(len(names))
    ranges = []
    for name in names:
        low, high, step = subject.spec.sizes[name].bounds(subject.options)
        legal = [size for size in range(low, high + 1, step) if size >= 2]
        ranges.append(legal[: share - 1] + legal[share - 1 :][-1:])
    for values in itertools.product(*ranges):
        yield {**case.sizes, **dict(zip(names, values, strict=True))}


def _differs(subject: Subject, case: Case, outputs: Mapping[str, Sequence[str]]) -> str:
    """Compare extents as expressions with the declared ones at many sizes."""
    free = list(subject.spec.sizes)
    for point in itertools.islice(_points(subject, case, free), 200):
        for name, tensor in subject.spec.outputs.items():
            extents: list[Any] = []
            for written in outputs.get(name, ()):
                if not _understood(written, free):
                    return f"an extent of {name} is {written}"
                if written not in free and not _complete(subject, Expression(written).names):
                    return f"an extent of {name} is {written}, which has too many values"
                extents.append(Expression(written).value(point))
            if tuple(extents) != tensor.shape({**subject.options, **point}):
                return f"the extents of {name} come out as ({', '.join(outputs.get(name, ()))})"
    return ""


def _sampled(subject: Subject, case: Case, reason: str) -> Decision:
    """Try sizes between the extreme ones."""
    rng = subject.rng(71)
    tried = []
    for _ in range(3):
        sizes = dict(case.sizes)
        for name, size in subject.spec.sizes.items():
            low, high, step = size.bounds(subject.options)
            sizes[name] = low + step * int(rng.integers(0, min((high - low) // step, 40) + 1))
        problem = tried_at(subject, subject.case(sizes, dtype="float32"))
        if problem is not None:
            return problem
        tried.append(sizes)
    return passed(f"as declared at {len(tried)} more sets of sizes; {reason[:300]}", sizes=tried)


def _short(where: str) -> str:
    return where.rpartition("/")[2].removeprefix("<cell ").replace(">", "")
