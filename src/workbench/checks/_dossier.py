"""The numerics dossier: what becomes of extreme inputs in every floating point type."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.checks import _inputs, _sizes
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject

TYPES = ("float32", "bfloat16", "float16", "autocast")
# Root mean square error over root mean square value, against float64 on the same weights. A module
# that decides (the best two of eight experts) may turn a rounding into another decision, so low
# precision is only called wrong where its errors are about as large as the values themselves.
TOLERANCE = {"float32": 1e-3, "bfloat16": 1.0, "float16": 0.3, "autocast": 1.0}
_LARGEST = {"float32": 1e37, "bfloat16": 1e37, "float16": 3e4, "autocast": 1e37}
_FLOOR = 0.1
_MANY = 100_000  # elements of the longest input that is tried


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One input in one type.

    Args:
        row: The input: ordinary, zeros, constant, large, larger, tiny, long or masked.
        type: A floating point type, or ``autocast``.
        error: Root mean square error against float64, relative; None where there is none.
        broken: How many numbers of the outputs are not finite that are finite in float64.
        gradients: Parameters and inputs whose gradient is not finite.
        both: Whether the reference is not finite either.
        raised: What was raised instead.
        where: The line in the draft.
        dtypes: Of the outputs.
    """

    row: str
    type: str
    error: float | None = None
    broken: int = 0
    gradients: tuple[str, ...] = ()
    both: bool = False
    raised: str = ""
    where: str = ""
    dtypes: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> dict[str, Any]:
        """What the report keeps of it."""
        kept = {"error": self.error, "broken": self.broken, "gradients": self.gradients}
        return {"input": self.row, "type": self.type, "raised": self.raised, **kept}


def dossier(subject: Subject) -> list[Entry]:
    """Run all rows in all types, once for all checks that read them."""
    return subject.line.remember("numerics dossier", lambda: list(_entries(subject)))


def _entries(subject: Subject) -> Iterator[Entry]:
    exact = subject.exact
    rows = dict(_rows(subject))
    cotangent = {row: _cotangent(subject, row) for row in rows}
    answer = subject.line.ask(
        "precisions",
        {
            "of": subject.of(subject.options, exact),
            "weights": subject.weights("spread", exact),
            "rows": rows,
            "cotangent": cotangent,
            "fixed": subject.fixed,
            "types": ["reference", "float64", *TYPES],
            **subject.names(),
        },
    )
    for kind in ("float64", *TYPES):
        for row in rows:
            yield _entry(row, kind, answer[kind][row], answer["reference"][row])


def _entry(row: str, kind: str, found: dict[str, Any], reference: dict[str, Any]) -> Entry:
    if "raised" in found:
        return Entry(row=row, type=kind, raised=found["raised"], where=found["where"])
    both = "raised" in reference
    broken, square, size = 0, 0.0, 0.0
    for name, values in found["outputs"].items():
        if both or values.dtype.kind != "f":
            continue
        exact = reference["outputs"].get(name)
        if exact is None or exact.shape != values.shape:
            continue
        both = both or not bool(np.all(np.isfinite(exact)))
        fits = np.isfinite(exact) & (np.abs(exact) < _LARGEST.get(kind, np.inf))
        broken += int(np.sum(fits & ~np.isfinite(values)))
        kept = fits & np.isfinite(values)
        # A huge number has no square in a double, so roots are taken before they are summed.
        difference = values[kept].astype(np.float64) - exact[kept].astype(np.float64)
        square = math.hypot(square, *difference.ravel())
        # What is nearly zero is compared as if it were of this size: it came out of cancellation.
        size = math.hypot(size, *np.maximum(np.abs(exact[kept].astype(np.float64)), _FLOOR).ravel())
    return Entry(
        row=row,
        type=kind,
        error=square / size if size > 0 else None,
        broken=broken,
        gradients=tuple(found["broken"]),
        both=both,
        dtypes=tuple(found["dtypes"].items()),
    )


def _cotangent(subject: Subject, row: str) -> Arrays:
    if row == "long":
        return {}
    run = subject.run(_case(subject))
    (drawn,) = subject.cotangents(run, 1)
    return drawn


def _case(subject: Subject) -> Case:
    return subject.case()


def _rows(subject: Subject) -> Iterator[tuple[str, Arrays]]:
    case = _case(subject)
    plain = subject.inputs(case)
    yield "ordinary", plain
    free = [name for name, values in plain.items() if _free(subject, name, values)]
    if free:
        for row, change in _CHANGES.items():
            yield row, {n: change(v) if n in free else v for n, v in plain.items()}
    masks = _inputs.padding_masks(subject.spec) & plain.keys()
    booleans = {name for name in masks if plain[name].dtype == bool}
    if booleans:
        yield "masked", {n: np.zeros_like(v) if n in booleans else v for n, v in plain.items()}
    longest = _sizes.largest(subject.spec, subject.options)
    long = subject.case({**longest, **{n: min(1, s) for n, s in longest.items() if n == "batch"}})
    names = {**subject.options, **long.sizes}
    sizes = [np.prod(tensor.shape(names)) for tensor in subject.spec.inputs.values()]
    if long.sizes != case.sizes and max(sizes, default=0) <= _MANY:
        yield "long", subject.inputs(long)


def _free(subject: Subject, name: str, values: Array) -> bool:
    tensor = subject.spec.inputs[name]
    return values.dtype.kind == "f" and tensor.low is None and tensor.high is None


_CHANGES: dict[str, Callable[[Array], Array]] = {
    "zeros": lambda values: np.zeros_like(values),
    "constant": lambda values: np.ones_like(values),
    "large": lambda values: values * 100,
    "larger": lambda values: values * 1000,
    "tiny": lambda values: values * 1e-39,  # below the smallest normal float32
}
