"""What checks of losses share: the parts by their roles, variants, and inputs made to a purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.checks._decision import CannotLook
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._subject import Subject
from workbench.spec import Tensor


def part(subject: Subject, role: str) -> str:
    """Name the input that plays a role.

    Raises:
        CannotLook: No input does.
    """
    name = subject.spec.role(role)
    if name not in subject.spec.inputs:
        raise CannotLook(f"no input is the {role}; write 'roles: {{{role}: name}}'")
    return name


def variant(subject: Subject, **options: Any) -> Subject:
    """Return the same subject with some options changed."""
    changed = {**subject.spec.options, **options}
    spec = subject.spec.model_copy(update={"options": changed})

    def make() -> Subject:
        ask, device, seed = subject.line.ask, subject.device, subject.seed
        return Subject(spec, subject.module, ask, device=device, seed=seed)

    return subject.line.remember(("variant", repr(changed)), make)


def summed(subject: Subject) -> Subject:
    """Return the loss that adds up over its elements, where it can be had.

    Raises:
        CannotLook: There is no option ``reduction``.
    """
    if "reduction" not in subject.spec.options:
        raise CannotLook("there is no option 'reduction', so a sum over elements cannot be had")
    return variant(subject, reduction="sum")


def value(subject: Subject, case: Case, inputs: Arrays | None = None) -> Array:
    """Return the first output."""
    name = next(iter(subject.spec.outputs))
    return subject.run(case, inputs=inputs).outputs[name].astype(np.float64)


def gradient(subject: Subject, case: Case, inputs: Arrays, name: str) -> Array:
    """Return the gradient of the summed first output with respect to an input."""
    output = next(iter(subject.spec.outputs))
    shape = subject.run(case, inputs=inputs).outputs[output]
    run = subject.run(case, inputs=inputs, cotangents=[{output: np.ones_like(shape)}])
    found = run.gradients[0]["inputs"].get(name)
    return np.zeros_like(inputs[name]) if found is None else found


def labels(subject: Subject, case: Case) -> tuple[int, int]:
    """Return the smallest and the largest label that the target may hold."""
    name = part(subject, "target")
    tensor = subject.spec.inputs[name]
    if not tensor.dtype.startswith("int") or tensor.high is None or tensor.low is None:
        raise CannotLook(f"{name} is not declared as whole numbers in a range")
    names = {**subject.options, **case.sizes}
    return int(tensor.low.value(names)), int(tensor.high.value(names))


def class_axis(subject: Subject) -> int:
    """Find the axis of the prediction that the target does not have."""
    prediction = subject.spec.inputs[part(subject, "prediction")]
    target = subject.spec.inputs[part(subject, "target")]
    rest = [at for at, axis in enumerate(_texts(prediction)) if axis not in _texts(target)]
    if len(rest) != 1:
        raise CannotLook("the prediction has not exactly one axis more than the target")
    return rest[0]


def _texts(tensor: Tensor) -> list[str]:
    return [axis.text for axis in tensor.axes]


def batched(subject: Subject, name: str) -> int | None:
    """Return the batch axis of an input, or None."""
    texts = _texts(subject.spec.inputs[name])
    return texts.index("batch") if "batch" in texts else None


def rows(subject: Subject, inputs: Mapping[str, Array], which: Any) -> Arrays:
    """Take some examples of every input that has a batch axis."""
    return {
        name: values
        if (axis := batched(subject, name)) is None
        else np.take(values, np.asarray(which, np.int64), axis)
        for name, values in inputs.items()
    }


def batch(subject: Subject, *, bare: bool = False) -> Case:
    """Describe a batch of several examples, where wanted without any optional input.

    Raises:
        CannotLook: The contract has no batch axis, or none of more than one example.
    """
    if "batch" not in subject.spec.sizes:
        raise CannotLook("no size is called 'batch'")
    low, high, step = subject.spec.sizes["batch"].bounds(subject.options)
    legal = [size for size in range(low, min(high, 64) + 1, step) if size >= 2]
    if not legal:
        raise CannotLook("a batch never has two examples")
    sizes = {"batch": next((size for size in legal if size >= 7), legal[-1])}
    return subject.bare(sizes) if bare else subject.case(sizes)
