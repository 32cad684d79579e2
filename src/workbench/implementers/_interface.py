"""Whether inputs, outputs and sizes of a spec are those of a contract, up to their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import SpecError
from workbench.spec import Axis, Spec, Tensor

_SAME_TYPES = {
    "float": {"float", "float16", "bfloat16", "float32", "float64"},
    "int64": {"int", "int32", "int64"},
    "int": {"int", "int8", "int16", "int32", "int64", "uint8"},
}


@dataclass
class Interface:
    """How a spec names what a contract has, and what does not agree.

    Args:
        inputs: The spec's name of each input of the contract.
        sizes: The spec's expression for each size of the contract.
        reasons: What does not agree, one sentence each.
        left_out: Optional inputs of the contract that the spec does not have.
    """

    inputs: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def compare(spec: Spec, contract: Spec) -> Interface:
    """Match a spec's interface with a contract's.

    Args:
        spec: What is asked for.
        contract: What can be built, with the options of the spec.

    Returns:
        The names, and what does not agree.
    """
    found = Interface()
    _inputs(spec, contract, found)
    _outputs(spec, contract, found)
    _names(spec, contract, found)
    if not found.reasons:
        _sizes(spec, contract, found)
    return found


def _inputs(spec: Spec, contract: Spec, found: Interface) -> None:
    ours, theirs = list(spec.inputs.values()), list(contract.inputs.values())
    required = [tensor for tensor in theirs if not tensor.optional]
    if len(ours) > len(theirs) or len(ours) < len(required):
        listed = ", ".join(f"{t.name}{'?' * t.optional}: {t}" for t in theirs)
        found.reasons.append(f"{len(ours)} inputs are declared, but it takes {listed}")
        return
    found.left_out = [tensor.name for tensor in theirs[len(ours) :]]
    for tensor, known in zip(ours, theirs, strict=False):
        found.inputs[known.name] = tensor.name
        if tensor.optional and not known.optional:
            found.reasons.append(f"the input {tensor.name} is optional, but it cannot do without")
        _tensor("input", tensor, known, spec, contract, found)


def _outputs(spec: Spec, contract: Spec, found: Interface) -> None:
    ours, theirs = list(spec.outputs.values()), list(contract.outputs.values())
    if len(ours) != len(theirs):
        found.reasons.append(f"{len(ours)} outputs are declared, but it gives {len(theirs)}")
        return
    for tensor, known in zip(ours, theirs, strict=True):
        _tensor("output", tensor, known, spec, contract, found)


def _names(spec: Spec, contract: Spec, found: Interface) -> None:
    """Compare the names that code without a forward pass gives to its parts."""
    if spec.kind == "dataset" and [*spec.outputs] != [*contract.outputs]:
        listed = ", ".join(contract.outputs)
        found.reasons.append(f"the parts of an item are {', '.join(spec.outputs)}, not {listed}")
    own = {*spec.inputs, *spec.sizes}
    for role, name in spec.roles.items():
        known = contract.roles.get(role, "nothing")
        if spec.kind in ("metric", "dataset", "training") and name not in own and name != known:
            found.reasons.append(f"the role {role} is {name}, but here it is {known}")


def _tensor(
    role: str, tensor: Tensor, known: Tensor, spec: Spec, contract: Spec, found: Interface
) -> None:
    there = f"the {role} {tensor.name} is {tensor}, but it has {known}"
    if tensor.dtype not in _SAME_TYPES.get(known.dtype, {known.dtype}):
        found.reasons.append(f"{there}: the types differ")
    if len(tensor.axes) != len(known.axes):
        found.reasons.append(f"{there}: the numbers of axes differ")
        return
    for axis, known_axis in zip(tensor.axes, known.axes, strict=True):
        if not _same_axis(axis, known_axis, spec, contract, found):
            found.reasons.append(f"{there}: the axes {axis.text} and {known_axis.text} differ")
    sizes = {name: size.bounds(contract.options)[1] for name, size in contract.sizes.items()}
    renamed = {found.sizes[name]: value for name, value in sizes.items() if name in found.sizes}
    # The range of a class number ends with a size; any value of it shows whether they agree.
    names = sizes | renamed | contract.options | spec.options
    if known.low is not None and not _within(tensor, known, names):
        found.reasons.append(f"{there}: the values must be in {known.low}..{known.high}")


def _same_axis(axis: Axis, known: Axis, spec: Spec, contract: Spec, found: Interface) -> bool:
    if axis.kind != "size" or known.kind != "size":
        return axis.kind == known.kind
    if known.text in contract.sizes:
        free = axis.text in spec.sizes
        taken = free and axis.text in found.sizes.values()
        if known.text not in found.sizes and taken:
            return False  # one size of the spec cannot be two of the contract
        return found.sizes.setdefault(known.text, axis.text) == axis.text
    options = {**contract.options, **spec.options}
    for number, (theirs, ours) in enumerate(found.sizes.items(), start=11):
        options |= {theirs: number, ours: number}  # an axis may follow from a size of the inputs
    return _value(axis, options) is not None and _value(axis, options) == _value(known, options)


def _value(axis: Axis, options: Mapping[str, Any]) -> Any:
    try:
        return axis.expression.value(options)
    except SpecError:
        return None


def _within(tensor: Tensor, known: Tensor, options: Mapping[str, Any]) -> bool:
    if tensor.low is None or tensor.high is None or known.low is None or known.high is None:
        return False
    try:
        low, high = tensor.low.value(options), tensor.high.value(options)
        return bool(known.low.value(options) <= low and high <= known.high.value(options))
    except SpecError:
        return False


def _sizes(spec: Spec, contract: Spec, found: Interface) -> None:
    """Compare what a contract limits: a size by an option, and sizes of zero."""
    for name, size in contract.sizes.items():
        ours = spec.sizes.get(found.sizes.get(name, ""))
        if ours is None:
            continue
        low, high, _ = ours.bounds(spec.options)
        least, most, _ = size.bounds(contract.options)
        if low == 0 < least:
            found.reasons.append(f"the size {ours.name} begins at 0, but it needs at least {least}")
        if size.high.names and high > most:
            found.reasons.append(
                f"the size {ours.name} goes up to {high}, but {size.high} is {most}; raise that "
                "option or lower the size"
            )
