"""Questions by which two metrics, data sets or training loops are told apart.

They judge nothing: what comes back is compared with what another one answered. A module and a loss
are asked by their runs; what has no forward pass is asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from workbench.checks import _dataset, _metric, _training
from workbench.checks._loss import part, variant
from workbench.checks._subject import Subject

Question = Callable[[Subject], object]

_COUNTS = (23, 1, 7)
_INDICES = (-1, 23, -24)
_SEEDS = (0, 1)


def behaviours(subject: Subject) -> Iterator[tuple[str, Question]]:
    """Yield questions, each with its words.

    Args:
        subject: A metric, a data set or a training loop.

    Yields:
        What is asked, and the function that asks it; a draft's errors are not caught.
    """
    yield "signatures", lambda s: {k: v for k, v in s.describe().items() if k != "where"}
    kinds = {"metric": _metrics, "dataset": _data_sets, "training": _loops}
    yield from kinds[subject.spec.kind](subject)


def parts_of_items(subject: Subject, count: int = 7) -> list[dict[str, Any]]:
    """Look at the first items of a data set, whatever they hold.

    Args:
        subject: The data set; its outputs need not be known.
        count: How many items at most.

    Returns:
        For each item the ``keys`` of its parts, the ``shapes`` and ``types`` of those that are
        declared, and the ``sizes`` that hold for it.
    """
    data = _dataset.given(subject)
    count = min(count, _dataset.length(subject, data))
    script = [_dataset.item(index) for index in range(count)]
    return [
        {
            "keys": list(played.keys),
            "shapes": {name: values.shape for name, values in played.values.items()},
            "types": dict(played.types),
            "sizes": _dataset.names(subject, data, index),
        }
        for index, played in enumerate(_dataset.play(subject, data, script))
    ]


def keys_of_batch(subject: Subject) -> list[str]:
    """Name the parts of a batch of a data set, as they come."""
    data = _dataset.given(subject)
    script = [{"do": "collate", "indices": [0, 1, 2]}]
    return list(_dataset.play(subject, data, script)[0].keys)


def others(value: object) -> tuple[object, ...]:
    """List other values of an option, some of them out of place."""
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (0, 1, 2, -1, value + 1)
    if isinstance(value, float):
        return (0.0, 1.0, -0.5, 1.5)
    return ("nonsense",) if isinstance(value, str) else ([],)


def _metrics(subject: Subject) -> Iterator[tuple[str, Question]]:
    for size in _COUNTS:
        for seed in _SEEDS:
            yield f"{size} examples, seed {seed}", _scored(size, seed)
    yield "right predictions", _perfect
    yield "updates in parts, computed in between, and a reset", _in_parts
    yield "predictions of a model", _scored(7, 0, grad=True)
    for kind in ("float16", "float64", "int32"):
        yield f"predictions of {kind}", _scored(7, 0, kind=kind)
    if "merge" in subject.spec.roles:
        yield "merged metrics", _merged
    for name in subject.spec.inputs:
        for axis in (0, -1):
            yield f"{name} longer along axis {axis}", _longer(name, axis)
    for option, value in subject.spec.options.items():
        for other in others(value):
            yield f"{option} = {other!r}", _metric_with(option, other)


def _played(subject: Subject, script: Sequence[Mapping[str, Any]]) -> object:
    return [vars(played) for played in _metric.play(subject, script)]


def _scored(size: int, seed: int, *, grad: bool = False, kind: str = "") -> Question:
    def question(subject: Subject) -> object:
        case = _metric.batch(subject, size) if size > 1 else subject.case({"batch": 1})
        inputs = subject.inputs(subject.case(case.sizes, dtype="float32", seed=seed))
        more: dict[str, Any] = {"grad": [part(subject, "prediction")]} if grad else {}
        if kind:
            more["types"] = {part(subject, "prediction"): kind}
        return _played(subject, [_metric.NEW, _metric.update(inputs, **more), _metric.COMPUTE])

    return question


def _perfect(subject: Subject) -> object:
    case = _metric.batch(subject)
    inputs = subject.inputs(case)
    inputs[part(subject, "prediction")] = _metric.perfect(subject, case, inputs)
    return _played(subject, [_metric.NEW, _metric.update(inputs), _metric.COMPUTE])


def _in_parts(subject: Subject) -> object:
    inputs = subject.inputs(_metric.batch(subject))
    script = [_metric.NEW, _metric.COMPUTE]
    for batch in _metric.parts(subject, inputs, [1, 12]):
        script += [_metric.update(batch), _metric.COMPUTE, _metric.COMPUTE]
    script += [_metric.RESET, _metric.COMPUTE, _metric.update(inputs), _metric.COMPUTE]
    return _played(subject, script)


def _merged(subject: Subject) -> object:
    batches = _metric.parts(subject, subject.inputs(_metric.batch(subject)), [9])
    script: list[Mapping[str, Any]] = []
    for slot, batch in enumerate(batches):
        script += [{**_metric.NEW, "slot": slot}, {**_metric.update(batch), "slot": slot}]
    script += [{"do": "merge", "slot": 0, "other": 1}, {**_metric.COMPUTE, "slot": 0}]
    return _played(subject, [*script, {**_metric.COMPUTE, "slot": 1}])


def _longer(name: str, axis: int) -> Question:
    def question(subject: Subject) -> object:
        inputs = subject.inputs(_metric.batch(subject))
        more = np.take(inputs[name], [0], axis)
        inputs[name] = np.concatenate([inputs[name], more], axis)
        return _played(subject, [_metric.NEW, _metric.update(inputs), _metric.COMPUTE])

    return question


def _metric_with(option: str, value: object) -> Question:
    return lambda s: _played(variant(s, **{option: value}), [_metric.NEW])


def _data_sets(subject: Subject) -> Iterator[tuple[str, Question]]:
    for count in (*_COUNTS, 0):
        yield f"{count} items", _all_items(count)
    for index in _INDICES:
        yield f"item {index}", _steps(_dataset.item(index))
    yield (
        "items in workers",
        _steps(
            *(
                _dataset.item(2, worker={"number": number, "count": 2, "seed": seed})
                for number, seed in ((0, 3), (1, 3), (1, 4))
            )
        ),
    )
    for indices in ([0, 1, 2, 3, 4], [5], [8, 2]):
        yield f"a batch of the items {indices}", _steps({"do": "collate", "indices": indices})
    for keywords in _EPOCHS:
        words = ", ".join(f"{name}={value}" for name, value in keywords.items())
        yield (
            f"two epochs with {words}",
            _steps(_dataset.epoch(**keywords), _dataset.epoch(**keywords)),
        )
    yield "an epoch with another seed", _steps(_dataset.epoch(shuffle=True, seed=5, fresh=True))
    for size in (0, -1):
        yield f"an epoch with batches of {size}", _steps(_dataset.epoch(size))
    for option, value in subject.spec.options.items():
        for other in others(value):
            yield f"{option} = {other!r}", _steps(_dataset.item(0), **{option: other})


_EPOCHS: tuple[dict[str, Any], ...] = (
    {"batch_size": 4},
    {"batch_size": 4, "shuffle": True},
    {"batch_size": 4, "shuffle": True, "drop_last": True},
    {"batch_size": 1},
    {"batch_size": 23},
    {"batch_size": 30},
    {"batch_size": 30, "drop_last": True},
)


def _steps(*script: Mapping[str, Any], **options: Any) -> Question:
    def question(subject: Subject) -> object:
        data = _dataset.given(subject)
        return [vars(played) for played in _dataset.play(subject, data, script, options=options)]

    return question


def _all_items(count: int) -> Question:
    def question(subject: Subject) -> object:
        data = _dataset.given(subject, count=count)
        length = _dataset.length(subject, data)
        return [length, *_dataset.items(subject, data, min(length, data.count or 1))]

    return question


def _loops(subject: Subject) -> Iterator[tuple[str, Question]]:
    noisy: dict[str, Any] = {"dropout": 0.3, "shuffle": True, "momentum": 0.9}
    yield "two epochs", _trained({"epochs": 2})
    yield "no epoch", _trained({"epochs": 0})
    yield "five batches", _trained({"epochs": 2, "momentum": 0.9}, batches=5)
    yield "one batch", _trained({"epochs": 1}, batches=1)
    yield "dropout, another order and weight decay", _trained({**noisy, "epochs": 2, "decay": 0.1})
    yield "another seed", _trained({**noisy, "seed": 3})
    yield "large steps", _trained({"rate": 5.0, "epochs": 2})
    yield (
        "a stop and a new start",
        _trained(
            {**noisy, "epochs": 2, "more": {"path": "stopped", "save": "stopped"}},
            {**noisy, "epochs": 4, "seed": 77, "more": {"path": "stopped", "load": "stopped"}},
        ),
    )
    for option, value in subject.spec.options.items():
        for other in others(value):
            yield f"{option} = {other!r}", _trained({"options": {option: other}}, batches=5)


def _trained(*settings: Mapping[str, Any], batches: int = 4) -> Question:
    def question(subject: Subject) -> object:
        data = _training.data(subject, batches)
        runs = [_training.Setting(data=data, **setting) for setting in settings]
        return [dict(vars(trace)) for trace in _training.train(subject, *runs)]

    return question
