"""Step by step with a cache gives what the whole sequence gives at once.

Why: A position that starts at zero again, a cache that is joined at the wrong end or a mask of the
wrong offset shows in generation only, as text that slowly goes wrong.
Fix: Count positions on from the length of the cache; append keys and values along time; let a query
see the whole cache.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays
from workbench.checks._requirement import LAW, axis_of, place
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ()
DECIDES = {"incremental": (LAW,)}
COST = 12


def check(subject: Subject) -> Decision:
    """Run one position at a time, each with the cache that the one before returned."""
    axis, cache = axis_of(subject), subject.phrase.under
    if cache not in subject.optional:
        raise CannotLook("write 'incremental under cache', with an optional input")
    again = _comes_back(subject, cache)
    case = subject.bare()
    length = case.sizes[axis]
    inputs = subject.inputs(case)
    whole = subject.run(case).outputs
    for pieces in ([1] * length, [length // 2, length - length // 2]):
        steps = _stepped(subject, inputs, (again, cache), axis, pieces)
        for name, values in whole.items():
            at = place(subject, name, axis)
            if name == again or at is None:
                continue
            distance = apart(values, np.concatenate(steps[name], axis=at))
            if distance > 10 * tolerance(case.dtype):
                seen = f"{name} differs by {distance:.3g} in {len(pieces)} steps"
                words = "the same as without a cache"
                return failed(seen, words, subject.conditions(case, mode="eval", steps=pieces))
    return passed("the same one by one and in two halves", **subject.conditions(case, mode="eval"))


def _comes_back(subject: Subject, cache: str) -> str:
    """Name the output that is handed in as the cache of the next call."""
    wanted = subject.spec.inputs[cache]
    alike = [
        name
        for name, tensor in subject.spec.outputs.items()
        if tensor.dtype == wanted.dtype and len(tensor.axes) == len(wanted.axes)
    ]
    named = [name for name in alike if cache in name]
    found = [cache] if cache in subject.spec.outputs else named if len(named) == 1 else alike
    if len(found) != 1:
        raise CannotLook(f"no output, or more than one, is what the next call takes as {cache!r}")
    return found[0]


def _stepped(
    subject: Subject, inputs: Arrays, kinds: tuple[str, str], axis: str, pieces: list[int]
) -> dict[str, list[Array]]:
    again, cache = kinds
    found: dict[str, list[Array]] = {name: [] for name in subject.spec.outputs}
    kept: Array | None = None
    start = 0
    for piece in pieces:
        now = {}
        for name, values in inputs.items():
            at = place(subject, name, axis)
            now[name] = values if at is None else np.take(values, range(start, start + piece), at)
        given = now if kept is None else {**now, cache: kept}
        run = subject.run(subject.bare({axis: piece}), inputs=given)
        for name, values in run.outputs.items():
            found[name].append(values)
        kept = run.outputs[again]
        start += piece
    return found
