"""A component obeys the law of what the spec calls it.

Why: Wrong formulas have the right shapes: another epsilon, base or sign, a lost renormalisation,
the cell state for the hidden state. They train, and are found when weights are loaded or lengths
grow.
Fix: Compare with the equation in the file of the law's name in the room `laws`; the verdict says
which of its claims does not hold, and by how much.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench import registry
from workbench.checks import _implied, _parts
from workbench.checks._compare import apart
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Arrays, Case
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised
from workbench.laws import Answered, Claim, Part, Unsuited
from workbench.spec import Spec

TIER = "live"
KINDS = ()
EXAMPLE = "is <component> | contains <component>"
_NAMES = {name.replace("_", " "): name for name in registry.members("laws")}
DECIDES = {f"{verb} {name}": (LAW,) for verb in ("is", "contains") for name in _NAMES}
COST = 40

_ROUNDING = {"float64": 1e-7, "float32": 1e-3}
_BATCH = 11
_LONG, _LENGTH = frozenset({"time", "length", "tokens", "positions"}), 19  # a window is shorter


@dataclass(frozen=True)
class Tried:
    """How far a part follows a law: which claims held, and the one that did not."""

    part: str
    kind: str
    where: str
    held: tuple[str, ...]
    broken: Claim | None = None
    distance: float = 0.0


def implied(spec: Spec) -> list[str]:
    """Read pairs of options that only one component has."""
    if spec.kind != "layer":
        return []
    pairs = {
        "mixture of experts": (_implied.EXPERTS, _implied.CHOSEN),
        "low rank adapter": (_implied.RANK, _implied.ALPHA),
    }
    found = {n: [_implied.option(spec, p, int, float) for p in pair] for n, pair in pairs.items()}
    return [f"is {name}" for name, options in found.items() if all(options)]


def check(subject: Subject) -> Decision:
    """Try the law on the module itself, or on each module inside it."""
    verb, _, name = subject.phrase.phrase.partition(" ")
    case = roomy(subject)
    if verb == "is":
        tried = [tried_on(subject, case, name, path="", found={"inputs": subject.inputs(case)})]
    else:
        tried = list(_inside(subject, case, name))
    conditions = subject.conditions(case, weights="spread", law=name)
    return _decided(name, tried, conditions)


def roomy(subject: Subject) -> Case:
    """Describe a run with enough examples to tell a formula from a fit."""
    low, high, step = (
        subject.spec.sizes["batch"].bounds(subject.options)
        if "batch" in subject.spec.sizes
        else (0, 0, 1)
    )
    sizes = {"batch": _BATCH} if low <= _BATCH <= high and step == 1 else {}
    for name in _LONG.intersection(subject.spec.sizes):
        low, high, step = subject.spec.sizes[name].bounds(subject.options)
        sizes |= {name: _LENGTH} if low <= _LENGTH <= high and step == 1 else {}
    return subject.bare(sizes)


def _inside(subject: Subject, case: Case, name: str) -> Iterator[Tried]:
    for found in first_and_last(_parts.called(subject, case)):
        # What does not fit the law, or takes no other inputs, is another component.
        with contextlib.suppress(CannotLook, CandidateRaised):
            yield tried_on(subject, case, name, path=found["path"], found=found)


def first_and_last(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of modules of one class that are built and called alike, two stand for all."""
    alike: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        shapes = [(key, values.shape) for key, values in part["inputs"].items()]
        alike.setdefault(repr((part["type"], part["built"], shapes)), []).append(part)
    return [part for group in alike.values() for part in group[:: max(len(group) - 1, 1)]]


def tried_on(
    subject: Subject,
    case: Case,
    name: str,
    *,
    path: str,
    found: Mapping[str, Any],
    rounding: Mapping[str, float] = _ROUNDING,
    least: float = 0.0,
) -> Tried:
    """Try a law on the module itself, or on one inside it.

    Args:
        subject: What is looked at.
        case: The circumstances.
        name: The law, as a requirement calls it.
        path: The dotted name of the module inside; empty for the module itself.
        found: Its ``inputs`` and, for one inside, ``type``, ``where`` and ``plain`` arguments.
        rounding: How far claims may be off, by floating point type.
        least: How far those may be off at least that hold by and large.

    Raises:
        CannotLook: The law cannot be tried on it.
    """
    part = _part(subject, case, path, found)
    held: list[str] = []
    where, kind = found.get("where", ""), found.get("type", subject.spec.name)
    within = rounding.get(case.dtype, 1e-3)
    try:
        with np.errstate(all="ignore"):
            for claim in registry.load("laws", _NAMES[name]).law(part):
                distance = min(apart(np.asarray(claim.seen), w) for w in claim.alternatives)
                if not distance <= (within if claim.within is None else max(claim.within, least)):
                    return Tried(path, kind, where, tuple(held), claim, distance)
                held.append(claim.says)
    except Unsuited as error:
        raise CannotLook(f"the law of {name} cannot be tried: {error}") from error
    return Tried(path, kind, where, tuple(held))


def _decided(name: str, tried: list[Tried], conditions: Mapping[str, Any]) -> Decision:
    good = [each for each in tried if each.broken is None]
    # A layer of the same class that breaks the law is not excused by another one that keeps it.
    bad = [each for each in tried if each.broken is not None]
    kinds = {each.kind for each in good}
    blamed = [each for each in bad if each.kind in kinds] if good else bad
    if good and not blamed:
        where = f" in {good[0].part}" if good[0].part else ""
        return passed(f"{name}{where}: {'; '.join(good[0].held)}", **dict(conditions))
    if not blamed:
        raise CannotLook(f"no module inside can be tried as {name}; is it written inline?")
    nearest = max(blamed, key=lambda each: (len(each.held), -each.distance))
    broken = nearest.broken
    said = broken.says if broken else ""
    far = "has another shape" if np.isinf(nearest.distance) else f"is off by {nearest.distance:.3g}"
    seen = f"{nearest.part or nearest.kind} {far}"
    if nearest.part and not nearest.held:
        seen = f"no module inside obeys it; the nearest, {seen}"
    seen += f" (that held: {'; '.join(nearest.held)})" if nearest.held else ""
    return failed(seen, f"{name}: {said}", conditions, where=nearest.where)


def _part(subject: Subject, case: Case, path: str, found: Mapping[str, Any]) -> Part:
    prefix = f"{path}." if path else ""
    spread, built = subject.weights("spread", case.dtype), subject.build(case.dtype)
    own = {key.removeprefix(prefix): v for key, v in spread.items() if key.startswith(prefix)}
    born = {key: built["state"][prefix + key] for key in own}
    learned = [n.removeprefix(prefix) for n in subject.learned(case.dtype) if n.startswith(prefix)]
    inputs: Arrays = dict(found["inputs"])
    plain = {"plain": dict(found.get("plain", {})), "order": list(inputs)} if path else {}

    def put(given: Arrays, **settings: Any) -> Answered:
        changed = {prefix + key: value for key, value in settings.pop("weights", {}).items()}
        base = built["state"] if settings.pop("born", False) else spread
        named = "born" if base is not spread else "spread"
        weights = {**base, **changed} if changed else named
        answer = subject.part(case, given, weights, {"path": path, **plain, **settings})
        return Answered(
            outputs=dict(answer["outputs"]),
            gradients=dict(answer["gradients"]),
            state=dict(answer.get("state", {})),
        )

    return Part(
        inputs=inputs,
        options=subject.options,
        built=dict(found.get("built", {})),
        state=own,
        born=born,
        learned=tuple(learned),
        put=put,
        time=_time(subject, inputs) if not path else -2,
        inside=bool(path),
        rng=subject.rng(77),
    )


def _time(subject: Subject, inputs: Arrays) -> int:
    """At which place, from the end, the first floating input has the axis that the law names."""
    for name, values in inputs.items():
        if values.dtype.kind == "f" and name in subject.spec.inputs:
            axes = [axis.text for axis in subject.spec.inputs[name].axes]
            wanted = (
                [subject.phrase.over] if subject.phrase.over else ["time", "length", "position"]
            )
            for word in wanted:
                if word in axes:
                    return axes.index(word) - values.ndim
    return -2
