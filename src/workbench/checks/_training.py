"""What checks of training loops share: data, settings, and runs that are watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from workbench.checks import _implied
from workbench.checks._decision import CannotLook
from workbench.checks._inputs import Array, Arrays
from workbench.checks._subject import Subject

ROWS = 6  # examples in a batch, where the contract allows it
_FREE = 1e6  # a norm that no gradient has


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How a loop is run.

    Args:
        data: The batches to train on.
        epochs: Passes over the data.
        options: Options that differ from the contract's.
        weights: Where the model starts, flat; None for a fresh one.
        seed: For everything random.
        dropout: The model's rate.
        shuffle: Whether the loader draws a new order in each epoch.
        rate: The learning rate.
        decay: The weight decay.
        momentum: The momentum.
        validation: The seed of the data to evaluate on.
        script: What each pass over the validation data is told that the loss is; empty for the
            true one.
        uneven: Whether the last batch of the validation data is smaller than the others.
        without: Roles that are left out of the call.
        measured: Whether what is alive is counted at each step.
        more: ``path``, ``save`` and ``load``: names of checkpoints.
    """

    data: Sequence[Arrays]
    epochs: int = 1
    options: Mapping[str, Any] | None = None
    weights: Array | None = None
    seed: int = 0
    dropout: float = 0.0
    shuffle: bool = False
    rate: float = 0.05
    decay: float = 0.0
    momentum: float = 0.0
    validation: int = 900
    script: Sequence[float] = ()
    uneven: bool = False
    without: Sequence[str] = ()
    measured: bool = False
    more: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Trace:
    """What a loop did.

    Args:
        steps: For each optimizer step its ``gradient``, parameters ``before`` it, and ``rates``.
        events: What happened, in order.
        before: All parameters at the start.
        after: All parameters at the end.
        parameters: Their names, sizes, numbers of axes, and whether they learn.
        losses: The loss over the training data at the start and at the end.
        groups: The optimizer's groups at its last step.
        returned: The numbers in what the loop gave back.
        average: The parameters of an average of the weights, or None.
        buffers: The model's buffer, and that of the average.
    """

    steps: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    before: Array
    after: Array
    parameters: Sequence[Mapping[str, Any]]
    losses: Sequence[float]
    groups: Sequence[Mapping[str, Any]]
    returned: Sequence[float] = ()
    average: Array | None = None
    buffers: Sequence[float] = ()

    def gradient(self, step: int) -> Array:
        """Return the gradient that an optimizer step was given.

        Raises:
            CannotLook: There was no such step.
        """
        if step >= len(self.steps):
            raise CannotLook(
                f"the optimizer took {len(self.steps)} steps, and {step + 1} are needed"
            )
        return np.asarray(self.steps[step]["gradient"], np.float64)

    @cached_property
    def batches_before_steps(self) -> list[int]:
        """How many batches were trained on before each step, since the step before."""
        counts, now = [], 0
        for event in self.events:
            now += event["what"] == "forward" and event["source"] == "training"
            if event["what"] == "step":
                counts.append(now)
                now = 0
        return counts

    @property
    def waiting(self) -> int:
        """How many batches were trained on after the last step."""
        trained = [e["what"] == "forward" and e["source"] == "training" for e in self.events]
        last = max((at for at, e in enumerate(self.events) if e["what"] == "step"), default=-1)
        return sum(trained[last + 1 :])

    def part(self, flat: Array, name: str) -> Array:
        """Cut one parameter out of a flat array."""
        place = 0
        for entry in self.parameters:
            if entry["name"] == name:
                return flat[place : place + entry["size"]]
            place += entry["size"]
        raise CannotLook(f"there is no parameter {name!r}")


def train(subject: Subject, *settings: Setting) -> list[Trace]:
    """Run the loop with each setting, one after another, in one candidate."""
    question = {
        "of": subject.of(subject.spec.options, "float32"),
        "roles": dict(subject.spec.roles),
        "target": target(subject),
        "shape": _shape(subject),
        "runs": [_run(subject, setting) for setting in settings],
    }
    return [Trace(**run) for run in subject.line.ask("training", question)["runs"]]


def target(subject: Subject) -> str:
    """Name the input that the loss compares with."""
    inputs = list(subject.spec.inputs)
    if not inputs:
        raise CannotLook("the contract names no inputs: write what one batch holds")
    return subject.spec.roles.get("target", inputs[-1])


def _run(subject: Subject, setting: Setting) -> dict[str, Any]:
    given = {
        name: value for name, value in vars(setting).items() if name not in ("more", "options")
    }
    has = "validation" in subject.spec.roles
    beside = data(subject, 2, seed=setting.validation) if has else []
    given["validation"] = uneven(beside) if given.pop("uneven") and has else beside
    given |= {"data": list(setting.data), "script": list(setting.script)}
    given["without"] = list(setting.without)
    return {**given, "options": dict(setting.options or {}), **(setting.more or {})}


def _shape(subject: Subject) -> list[int]:
    output = next(iter(subject.spec.outputs.values()), None)
    if output is None:
        raise CannotLook("the contract names no outputs: write what the model gives")
    names = {**subject.spec.options, **subject.case(dtype="float32").sizes}
    return list(output.shape(names)[1:])


def data(subject: Subject, count: int, *, rows: int = ROWS, seed: int = 0) -> list[Arrays]:
    """Draw batches whose target can be learned from the rest.

    Args:
        subject: The training loop.
        count: How many batches.
        rows: How many examples in each.
        seed: For the draw.

    Returns:
        Arrays by input, for each batch.
    """
    batches = []
    for number in range(count):
        case = subject.case({"batch": rows}, dtype="float32", seed=1000 * seed + number)
        arrays = subject.inputs(case)
        arrays[target(subject)] = _learnable(subject, arrays)
        batches.append(arrays)
    return batches


def uneven(batches: Sequence[Arrays]) -> list[Arrays]:
    """Leave most of the last batch out, so that examples and batches count differently."""
    last = {name: values[: max(1, len(values) // 3)] for name, values in batches[-1].items()}
    return [*batches[:-1], last]


def _learnable(subject: Subject, arrays: Arrays) -> Array:
    """Make the target a function of the first input."""
    name = target(subject)
    tensor, wanted = subject.spec.inputs[name], arrays[name]
    first = next(values for other, values in arrays.items() if other != name)
    flat = first.reshape(len(first), -1).astype(np.float64)
    rng = np.random.default_rng(subject.seed)
    size = int(np.prod(wanted.shape[1:])) or 1
    if wanted.dtype.kind == "f":
        mixed = flat @ rng.standard_normal((flat.shape[1], size)) / np.sqrt(flat.shape[1])
        return mixed.reshape(wanted.shape).astype(wanted.dtype)
    names = {**subject.spec.options, **subject.case(dtype="float32").sizes}
    low = int(tensor.low.value(names)) if tensor.low is not None else 0
    high = int(tensor.high.value(names)) if tensor.high is not None else low + 1
    scores = np.einsum(
        "bf,fsc->bsc", flat, rng.standard_normal((flat.shape[1], size, high - low + 1))
    )
    return (low + scores.argmax(-1)).reshape(wanted.shape).astype(wanted.dtype)


def join(batches: Sequence[Arrays]) -> Arrays:
    """Make one large batch of several."""
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def steps_of(subject: Subject, phrase: str) -> int:
    """Return the declared number of a requirement, that of an option, or 1."""
    for line in subject.spec.requires.values():
        if line.phrase == phrase:
            return int(line.expression.value(subject.spec.options))
    meant = _implied.option(subject.spec, _implied.ACCUMULATION, int)
    number = subject.spec.options.get(meant)
    return number if isinstance(number, int) and phrase == "accumulation" else 1


def options_of(subject: Subject, phrase: str) -> list[str]:
    """Name the options that a requirement, or an option of that meaning, speaks of."""
    for line in subject.spec.requires.values():
        if line.phrase == phrase:
            return sorted(line.expression.names & subject.spec.options.keys())
    patterns = {"accumulation": _implied.ACCUMULATION, "gradient norm": _implied.LIMIT}
    meant = _implied.option(subject.spec, patterns[phrase], int, float)
    return [meant] if meant else []


def unclipped(subject: Subject) -> dict[str, float]:
    """Set the largest norm of the gradients, where an option says it, so high that none is cut."""
    names = options_of(subject, "gradient norm")
    return {names[0]: _FREE} if len(names) == 1 else {}


def apart(one: Array, other: Array) -> float:
    """Measure how far two gradients differ, relative to their size."""
    size = max(float(np.linalg.norm(one)), float(np.linalg.norm(other)), 1e-12)
    return float(np.linalg.norm(one - other)) / size
