"""No more is kept after the hundredth step than after the first.

Why: A list of losses, a history of hidden states or a cache for every length keeps each call's
tensors, often with their graphs, alive; a loop that adds up ``loss`` instead of ``loss.item()``
keeps the graph of every batch. Memory grows with every step until the run ends in the night.
Fix: Return what the caller should have and keep nothing; if something must be kept, detach it and
replace the former.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from workbench.checks import _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer", "loss", "training")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 30

_CALLS, _STEPS = 4, 7
_FIRST = 2  # steps that may build something; what grows with each one after them never ends
_KEPT = {
    "nodes": "nodes of graphs",
    "tensors": "tensors",
    "bytes": "bytes of tensors",
}


def check(subject: Subject) -> Decision:
    """Call several times and look into attributes, then train and look at all that is alive."""
    if subject.spec.kind == "training":
        return _of_a_loop(subject)
    case = subject.case(dtype="float32")
    answer = subject.look("attributes", case, weights="born", calls=_CALLS, fresh=True)
    conditions = subject.conditions(case, weights="born", calls=_CALLS)
    for name, counts in answer["held"].items():
        if _grows(counts[1:]):
            seen = f"{name} holds {', '.join(map(str, counts))} items after each call"
            return failed(seen, "no more after each call", conditions)
    conditions = subject.conditions(case, weights="born", mode="train", steps=_STEPS)
    try:
        measured = subject.look("memory", case, weights="born", steps=_STEPS)
    except CandidateRaised as error:  # other checks speak of that
        raise CannotLook(f"a step of training stops: {error}") from error
    growth = _growth(measured["alive"])
    if growth:
        return failed(growth, "no more after each step", conditions)
    held = _bytes(measured["saved"])
    seen = f"nothing grows in {_STEPS} steps; each holds {held} for its backward pass"
    return passed(seen, **conditions)


def _of_a_loop(subject: Subject) -> Decision:
    """Let it train on many batches, and count at each step of the optimizer what is alive."""
    count = _STEPS * _training.steps_of(subject, "accumulation")
    batches = _training.data(subject, count)
    (trace,) = _training.train(subject, _training.Setting(data=batches, measured=True))
    conditions = {"batches": count, "epochs": 1}
    counts = [step["alive"] for step in trace.steps]
    if len(counts) < _FIRST + 3:
        raise CannotLook(f"the optimizer took {len(counts)} steps in an epoch of {count} batches")
    growth = _growth([{"nodes": each["nodes"]} for each in counts])  # numbers may be collected
    if growth:
        return failed(growth, "the graph of one batch at a time", conditions)
    return passed(f"no graph is kept over {len(counts)} steps", **conditions)


def _growth(alive: Sequence[Mapping[str, int]]) -> str:
    for name, words in _KEPT.items():
        counts = [each[name] for each in alive if name in each]
        if counts and _grows(counts[_FIRST:]):
            more = ", ".join(str(count - counts[0]) for count in counts[1:])
            return f"{more} {words} more are alive after the next steps than after the first"
    return ""


def _grows(counts: Sequence[int]) -> bool:
    return all(before < after for before, after in itertools.pairwise(counts))


def _bytes(size: int) -> str:
    return f"{size} B" if size < 10_000 else f"{size / 2**10:.0f} KiB"
