"""A part does what its name or its docstring says: a causal one looks back, a residual one adds.

Why: ``CausalConv1d`` with padding on both sides, or a block with "a residual connection" that lost
its addition, keeps all shapes; whoever reads the words looks for the bug elsewhere.
Fix: Do what the words say, or say what the code does.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from workbench.checks import _parts
from workbench.checks._blocks import residuals
from workbench.checks._claims import CAUSAL, RESIDUAL, Phrase
from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import graph
from workbench.checks._inputs import Array, Case
from workbench.checks._subject import Subject
from workbench.checks._words import Sentence
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 20

_CAUSAL = Phrase(CAUSAL, "", switch=r".*(causal|direction)\w*")
_RESIDUAL = Phrase(RESIDUAL, "")
_COUNTS = {"two": 2, "three": 3, "four": 4}


def check(subject: Subject) -> Decision:
    """Look at each part whose words claim it, as it is called in a run."""
    held: list[str] = []
    case = subject.bare()
    words = [s for s in subject.words.sentences if s.owner not in ("", subject.spec.name)]
    for sentence, found in _claiming(subject, case, words, _CAUSAL):
        seen = _ahead(subject, case, found)
        if seen:
            told = f"no look ahead, as {sentence.where} says: {sentence.text!r}"
            conditions = subject.conditions(case, mode="eval", weights="spread")
            return failed(f"{found['path']}: {seen}", told, conditions, where=found["where"])
        held.append(f"{found['type']} looks back alone")
    decision = _residual(subject, case)
    return decision or passed("; ".join(dict.fromkeys(held)) or "no part says such a thing")


def _claiming(
    subject: Subject, case: Case, words: list[Sentence], phrase: Phrase
) -> Iterator[tuple[Sentence, Mapping[str, Any]]]:
    """Yield the words of a class with each of its modules that a run calls, two for many."""
    if any(re.fullmatch(phrase.switch, name.lower()) for name in subject.words.parameters):
        return
    said = {each.owner: each for each in words if phrase.found(each) and not each.about}
    seen: dict[str, int] = {}
    for found in _parts.called(subject, case) if said else ():
        kind = found["type"].rpartition(".")[2]
        seen[kind] = seen.get(kind, 0) + 1
        if kind in said and seen[kind] <= 2:
            yield said[kind], found


def _ahead(subject: Subject, case: Case, found: Mapping[str, Any]) -> str:
    """Tell where a part looks ahead; nothing where there is an axis along which it looks back."""
    looks = []
    with contextlib.suppress(CannotLook, CandidateRaised, StopIteration):
        name, given = next((n, v) for n, v in found["inputs"].items() if v.dtype.kind == "f")
        before = _first(_parts.call(subject, case, found, dict(found["inputs"])))
        other = subject.rng(91).standard_normal(given.shape).astype(given.dtype)
        axes = range(1, given.ndim) if before.ndim == given.ndim else ()
        for axis in axes:
            half = given.shape[axis] // 2
            if before.shape[axis] != given.shape[axis] or half < 1:
                continue
            place = (slice(None),) * axis
            moved = []
            for part, rest in ((slice(half), slice(half, None)), (slice(half, None), slice(half))):
                values = given.copy()
                values[(*place, part)] = other[(*place, part)]
                inputs = {**found["inputs"], name: values}
                after = _first(_parts.call(subject, case, found, inputs))
                moved.append(apart(before[(*place, rest)], after[(*place, rest)]))
            if moved[0] > tolerance(case.dtype):  # it mixes along this axis
                if moved[1] <= tolerance(case.dtype):
                    return ""
                looks.append(f"earlier outputs change by {moved[1]:.3g} with later inputs")
    return looks[0] if looks else ""


def _first(answer: Mapping[str, Any]) -> Array:
    if not answer["outputs"]:
        raise CannotLook("the part returns no tensor")
    return np.asarray(next(iter(answer["outputs"].values())))


def _residual(subject: Subject, case: Case) -> Decision | None:
    """Count the residual connections of all parts that speak of some."""
    said: dict[str, tuple[Sentence, int]] = {}
    for each in subject.words.sentences:
        match = None if each.name or each.about or not each.owner else _RESIDUAL.found(each)
        if match:
            said.setdefault(each.owner, (each, _many(each.text)))
    counts: dict[str, int] = {}
    for found in _parts.called(subject, case) if said else ():
        kind = found["type"].rpartition(".")[2]
        counts[kind] = counts.get(kind, 0) + 1
    if subject.spec.name in said:
        counts.setdefault(subject.spec.name, 1)
    wanted = {owner: counts[owner] * many for owner, (_, many) in said.items() if owner in counts}
    if not wanted:
        return None
    owner, least = max(wanted.items(), key=lambda item: item[1])
    count = len(residuals(graph(subject, case)))
    if count >= least:
        return None
    sentence = said[owner][0]
    expected = f"at least {least} in {counts[owner]} {owner}, as {sentence.where} says: "
    conditions = subject.conditions(case, mode="eval", weights="spread")
    return failed(f"{count} residual connections", f"{expected}{sentence.text!r}", conditions)


def _many(text: str) -> int:
    """Read how many residual connections a sentence speaks of."""
    number = re.search(r"\b(two|three|four) residual connections", text, re.IGNORECASE)
    if number:
        return _COUNTS[number[1].lower()]
    pair = re.search(r"^[^.;]*? and [^.;]*?, (each|both)\b", text, re.IGNORECASE)
    return 2 if pair else 1
