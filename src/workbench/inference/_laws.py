"""Which requirements may hold for code of a kind; a run decides which of them do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from workbench.spec import Spec


def laws(spec: Spec) -> list[str]:
    """List requirements that are worth trying.

    Args:
        spec: A contract without requirements.

    Returns:
        Lines; some exclude each other, and none is known to hold.
    """
    found = {
        "loss": _of_losses,
        "metric": _of_metrics,
        "dataset": _of_data_sets,
        "training": _of_loops,
    }.get(spec.kind)
    if found is not None:
        return list(found(spec))
    return ["batch independent"] if "batch" in spec.sizes else []


def _of_losses(spec: Spec) -> Iterator[str]:
    yield from ("non-negative", "symmetric", "minimised at target", "order independent")
    if "ignore_index" in spec.options:
        yield "ignored targets == ignore_index"
    if "label_smoothing" in spec.options:
        yield "label smoothing == label_smoothing"
    if "reduction" in spec.options:
        yield from (f"mean over == {word}" for word in ("elements", "examples", "kept"))


def _of_metrics(spec: Spec) -> Iterator[str]:
    yield from (f"perfect value == {value}" for value in (1, 0))
    yield from (f"empty value == {value}" for value in ("0", "nan", "raises"))
    if "merge" in spec.roles:
        yield "merges"


def _of_data_sets(spec: Spec) -> Iterator[str]:
    ragged = spec.roles.get("ragged", "")
    cuts = [f"[:{option}]" for option in _numbers(spec)] if ragged else []
    for part, name in product(spec.outputs, spec.inputs):
        yield from (f"{part} equals {name}[item]{cut}" for cut in ["", *cuts])
    if "collate" in spec.roles and ragged:
        yield from (f"padding side == {side}" for side in ("right", "left"))
        yield from (f"padding value == {value}" for value in (*_numbers(spec), "0"))
    if "loader" in spec.roles and ragged:
        yield "bucketed by length"


def _numbers(spec: Spec) -> list[str]:
    return [
        name
        for name, value in spec.options.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]


def _of_loops(spec: Spec) -> Iterator[str]:
    for name in _numbers(spec):
        value = spec.options[name]
        if isinstance(value, int) and value > 1:
            yield f"accumulation == {name}"
        if isinstance(value, float):
            yield f"gradient norm <= {name}"
    if "schedule" in spec.roles:
        yield from (f"schedule per == {unit}" for unit in ("step", "epoch"))
    if "checkpoint" in spec.roles or {"save", "load"} <= spec.roles.keys():
        yield "exact resume"
