"""Finds what a draft defines though the target has it: the same outputs on the same inputs.

Both definitions run in a candidate, confined; the target's modules are imported there and nowhere
else. The host chooses the inputs and compares the answers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import CandidateError
from workbench.records import Draft, Suspect
from workbench.sandbox._alike import alike
from workbench.sandbox._bench import Bench
from workbench.sandbox._drafts import sources
from workbench.sandbox._worker import Worker

_PATIENCE = 10.0  # seconds for one definition, the import of its module included
_LEAST = 3  # telling answers that agree

_OPTIONS = {"eps": 1e-6, "drop": 0.0, "bias": True, "kernel": 3, "padding": 1, "head": 2}
_MASKED = ((2, 3, 8), (4, 8), (5,))

Trial = dict[str, Any]
Answers = list[dict[str, Any]]


def twins(
    suspects: Sequence[Suspect],
    draft: Draft,
    worker: Worker,
    *,
    root: str | Path,
    import_root: str = ".",
    seconds: float = 30.0,
) -> tuple[Suspect, ...]:
    """Run pairs of definitions side by side.

    Args:
        suspects: The pairs.
        draft: The draft.
        worker: The warm worker that forks candidates.
        root: The target repository.
        import_root: The folder that stands on ``sys.path`` when the target runs, relative.
        seconds: After these no further pair is tried.

    Returns:
        For each of the draft's definitions the first of the target's that is the same.
    """
    served = sources(draft, root, import_root)
    module = {path: name for name, path in served.paths.items()}
    end = time.monotonic() + seconds
    found: dict[tuple[str, str], Suspect] = {}
    own: dict[tuple[str, str], Answers] = {}
    with Bench(worker, served, 0, _PATIENCE) as bench:
        for one in suspects:
            key = (one.path, one.name)
            if key in found or time.monotonic() > end:
                continue
            trials = list(_trials(one, one.options))
            if key not in own:
                own[key] = _answers(bench, module[one.path], one.name, trials)
            if not _could_be(own[key], trials):
                continue
            asked = list(_trials(one, one.their_options))
            theirs = _answers(bench, one.module, one.their_name, asked)
            if _same(own[key], theirs, trials):
                found[key] = one
    return tuple(found.values())


def _answers(bench: Bench, module: str, name: str, trials: Sequence[Trial]) -> Answers:
    asked = {"module": module, "name": name, "trials": list(trials)}
    try:
        return list(bench.ask("sample", asked)["answers"])
    except (CandidateError, KeyError, TypeError):  # not importable here, or too slow
        return []


def _trials(one: Suspect, options: Sequence[str]) -> Iterator[Trial]:
    """Yield inputs of several kinds; most definitions take one or two of them."""
    drawn = np.random.default_rng(0)

    def real(*shape: int) -> np.ndarray[Any, Any]:
        return drawn.standard_normal(shape).astype(np.float32)

    def rest(value: Any) -> list[Any]:
        return [value] * (one.inputs - 1)

    count = range(one.inputs)
    inputs = [
        [real(2, 3, 8) for _ in count],
        [real(4, 8) for _ in count],
        [real(2, 8, 6, 6) for _ in count],
        [np.abs(real(5)) + 0.1 for _ in count],
        [drawn.integers(0, 5, (2, 6)) for _ in count],
        *([real(*shape), *rest(drawn.random(shape) > 0.5)] for shape in _MASKED),
        [real(2, 3, 8), *rest(2)],
        [real(4, 8), *rest(0.25)],
        [7 + number for number in count],
        [0.75 + number for number in count],
    ]
    for given in inputs:
        if one.kind == "function":
            yield {"inputs": given}
        else:
            yield {"inputs": given, "options": [_option(name) for name in options]}


def _option(name: str) -> Any:
    """Choose a value for an argument of a constructor by its name; most are sizes."""
    return next((value for word, value in _OPTIONS.items() if word in name.lower()), 8)


def _telling(answer: Mapping[str, Any], trial: Trial) -> bool:
    """Tell whether an answer is one, and more than an input handed back."""
    if "value" not in answer or answer["value"] is None:
        return False
    return not any(alike(answer["value"], given) for given in trial["inputs"])


def _could_be(own: Answers, trials: Sequence[Trial]) -> bool:
    told = [
        answer["value"]
        for answer, trial in zip(own, trials, strict=False)
        if _telling(answer, trial)
    ]
    return len(told) >= _LEAST and not all(alike(told[0], other) for other in told[1:])


def _same(own: Answers, theirs: Answers, trials: Sequence[Trial]) -> bool:
    """Compare where both answered; one may refuse what the other takes."""
    agreed = []
    for mine, other, trial in zip(own, theirs, trials, strict=False):
        if "value" not in mine or "value" not in other:
            continue
        if not alike(mine["value"], other["value"]):
            return False
        agreed += [mine["value"]] if _telling(mine, trial) else []
    return len(agreed) >= _LEAST and not all(alike(agreed[0], one) for one in agreed[1:])
