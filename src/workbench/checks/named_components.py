"""A component whose class is called after a known one obeys its law.

Why: Whoever reads ``RMSNorm`` or ``SwiGLU`` believes the name. A mean that is taken off, an epsilon
outside the root or a gate with another function trains, and trained weights do not fit.
Fix: Compare with the equation in the file of the law's name in the room `laws`, or give the class
the name of what it computes.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.checks import _parts
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Case
from workbench.checks._subject import Subject
from workbench.checks.law import Tried, first_and_last, roomy, tried_on
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 25

# Names that mean one formula to everybody; what has variants under one name is not here.
_NAMES = {
    "rms norm": r"\w*(RMS|RootMeanSquare)(Layer)?Norm",
    "swiglu": r"\w*SwiGLU\w*",
    "geglu": r"\w*GEGLU",
    "squeeze excite": r"\w*SqueezeExcit\w+|SE(Block|Layer|Module)",
    "highway": r"Highway\w*",
    "stochastic depth": r"DropPath|StochasticDepth",
    "low rank adapter": r"LoRA\w*",
    "film": r"FiLM\w*",
}
_ROUNDING = {"float64": 1e-5}  # a norm may well be computed in single precision
_LEAST = 0.05  # an epsilon may be large


def check(subject: Subject) -> Decision:
    """Try the law of each name on the modules that are called so."""
    case = roomy(subject)
    held = []
    for name, tried in _tried(subject, case):
        if tried.broken is not None:
            seen = f"{tried.part or tried.kind} is off by {tried.distance:.3g}"
            expected = f"{name}, as {tried.kind} is called: {tried.broken.says}"
            conditions = subject.conditions(case, weights="spread", law=name)
            return failed(seen, expected, conditions, where=tried.where)
        held.append(f"{tried.kind} is a {name}")
    return passed("; ".join(held) or "no class is called after a known component")


def _tried(subject: Subject, case: Case) -> Iterator[tuple[str, Tried]]:
    if subject.spec.kind == "layer":
        whole = {"inputs": subject.inputs(case)}
        yield from _named(subject, case, subject.spec.name, "", whole)
    for found in first_and_last(_parts.called(subject, case)):
        own = f"torch{os.sep}nn{os.sep}" not in found.get("where", "")  # torch keeps its own laws
        if own:
            called = found["type"].rpartition(".")[2]
            yield from _named(subject, case, called, found["path"], found)


def _named(
    subject: Subject, case: Case, called: str, path: str, found: Mapping[str, Any]
) -> Iterator[tuple[str, Tried]]:
    more: dict[str, Any] = {"rounding": _ROUNDING, "least": _LEAST}
    for name, pattern in _NAMES.items():
        if re.fullmatch(pattern, called):
            # What takes other inputs than its law, or gives several outputs, is not judged.
            with contextlib.suppress(CannotLook, CandidateRaised):
                yield name, tried_on(subject, case, name, path=path, found=found, **more)
