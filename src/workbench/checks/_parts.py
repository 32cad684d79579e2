"""Modules inside the module under check: which are called, with what, and calling them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._line import Answer
from workbench.checks._subject import Subject

_MOST = 16  # modules of one class that are looked at


def called(subject: Subject, case: Case) -> list[dict[str, Any]]:
    """List the modules inside that a run calls, with their arguments.

    Args:
        subject: What is looked at.
        case: The circumstances.

    Returns:
        For each its ``path``, ``type``, ``where``, ``inputs`` and ``plain`` arguments.
    """
    answer = subject.line.remember(("parts", case.key), lambda: subject.parts(case))
    return list(answer["parts"])


def chosen(subject: Subject, case: Case, of: str) -> list[dict[str, Any]]:
    """List the called modules of a class, or the one at a path.

    Raises:
        CannotLook: None is called.
    """
    every = called(subject, case)
    found = [part for part in every if of in (part["path"], part["type"])]
    if not found:
        kinds = ", ".join(sorted({part["type"] for part in every})) or "none"
        raise CannotLook(f"no module inside is a {of!r}; classes that are called: {kinds}")
    return found[:_MOST]


def inputs(subject: Subject, part: Mapping[str, Any], draws: int) -> Iterator[Arrays]:
    """Yield the inputs with which a module was called, then others of the same shapes."""
    rng = subject.rng(78)
    yield dict(part["inputs"])
    for _ in range(draws - 1):
        yield {
            name: rng.standard_normal(values.shape).astype(values.dtype)
            if values.dtype.kind == "f"
            else values
            for name, values in part["inputs"].items()
        }


def call(
    subject: Subject, case: Case, part: Mapping[str, Any], given: Arrays, *, noisy: bool = False
) -> Answer:
    """Call a module inside, in training with its random numbers where that is asked for."""
    more = {"path": part["path"], "plain": dict(part["plain"]), "order": list(part["inputs"])}
    if noisy:
        more |= {"train": True, "draws": True}
    return subject.part(case, given, "spread", more)


def weights(subject: Subject, case: Case, path: str) -> Arrays:
    """Return parameters and buffers of a module inside, by their names within it."""
    prefix = f"{path}." if path else ""
    spread = subject.weights("spread", case.dtype)
    return {k.removeprefix(prefix): v for k, v in spread.items() if k.startswith(prefix)}


def caller(subject: Subject, case: Case, path: str) -> Callable[[str, list[Array]], Array]:
    """Return what calls modules inside of a module by paths, ``blocks.*`` one after the other."""

    def put(wanted: str, given: list[Array]) -> Array:
        full = f"{path}.{wanted}" if path else wanted
        for each in _matching(subject, case, full):
            named = {str(at): np.asarray(values) for at, values in enumerate(given)}
            real = {k: v.astype(case.dtype) if v.dtype.kind == "f" else v for k, v in named.items()}
            more = {"path": each, "order": list(real)}
            outputs = subject.part(case, real, "spread", more)["outputs"]
            if not outputs:
                raise CannotLook(f"{each} returns no tensor")
            given = [next(iter(outputs.values())).astype(np.float64), *given[1:]]
        return given[0]

    return put


def _matching(subject: Subject, case: Case, path: str) -> list[str]:
    if "*" not in path:
        return [path]
    form = re.compile(re.escape(path).replace(r"\*", r"(\d+)"))
    found = [(form.fullmatch(part["path"]), part["path"]) for part in called(subject, case)]
    ordered = sorted(([int(n) for n in m.groups()], each) for m, each in found if m)
    if not ordered:
        raise CannotLook(f"no module inside is called at {path!r}")
    return [each for _, each in ordered]
