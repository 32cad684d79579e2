"""Runs the module under check: outputs for inputs, gradients for cotangents, a save and a load."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_lookup import Lookups

_REFERENCE = "reference.pt"


def tensors(inputs: Mapping[str, modules.Array], built: modules.Instance) -> dict[str, Tensor]:
    """Turn the host's arrays into tensors of their own on the module's device."""
    return {
        name: torch.from_numpy(np.array(values)).to(built.device) for name, values in inputs.items()
    }


def call(module: Callable[..., Any], inputs: Mapping[str, Tensor], order: Sequence[str]) -> Any:
    """Call the module: by position as long as no input is absent, by name after that.

    Args:
        module: The module.
        inputs: The inputs that are present.
        order: The names of all declared inputs, in the order of the call.

    Returns:
        Whatever the module returns.
    """
    by_position, by_name = split(inputs, order)
    return module(*by_position, **by_name)


def split(
    inputs: Mapping[str, Tensor], order: Sequence[str]
) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
    """Divide the inputs into those given by position and those given by name.

    Args:
        inputs: The inputs that are present.
        order: The names of all declared inputs, in the order of the call.

    Returns:
        The inputs before the first absent one, and the others by name.
    """
    absent = next((at for at, name in enumerate(order) if name not in inputs), len(order))
    rest = {name: inputs[name] for name in order[absent:] if name in inputs}
    return tuple(inputs[name] for name in order[:absent]), rest


def named(returned: Any, names: Sequence[str]) -> tuple[dict[str, Tensor], str]:
    """Give the returned tensors their declared names.

    Args:
        returned: What the module returned: a tensor, a sequence, a mapping or a record.
        names: The declared names, in order.

    Returns:
        Tensors by name, and what was returned in words, for example ``tuple of 2``.
    """
    if isinstance(returned, Tensor):
        return dict(zip(names[:1], [returned], strict=False)), "tensor"
    kind = type(returned).__name__
    if isinstance(returned, Mapping):
        found = {name: returned[name] for name in names if name in returned}
        words = f"{kind} of {', '.join(map(str, returned))}"
    elif isinstance(returned, tuple | list):
        found, words = dict(zip(names, returned, strict=False)), f"{kind} of {len(returned)}"
    else:
        found, words = {n: getattr(returned, n) for n in names if hasattr(returned, n)}, kind
    return {name: value for name, value in found.items() if isinstance(value, Tensor)}, words


@contextlib.contextmanager
def prepared(arguments: Mapping[str, Any]) -> Iterator[modules.Instance]:
    """Have the instance that a question is about, with its weights, mode and random numbers set.

    With ``fresh`` it is another one that nobody called before and nobody gets later.
    """
    fresh = bool(arguments.get("fresh"))
    built = modules.instance(arguments["of"], fresh=fresh)
    if not fresh and not arguments.get("keep"):
        modules.put(built, arguments.get("named", "born"), arguments.get("weights"))
    built.module.train(bool(arguments.get("train")))
    with modules.precision(built.dtype):
        modules.seed(int(arguments.get("seed", 0)))
        yield built


def run(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run the module once.

    Args:
        arguments: ``of``, ``inputs`` (arrays by name), ``order`` and ``returns`` (declared names),
            and where wanted ``named`` and ``weights`` (see `put`), ``train``, ``seed``, ``keep``
            (leave the state as the last run left it), ``echo`` (return the inputs as they are
            afterwards), ``cotangents`` (a list of arrays by output) and ``wrt`` (``parameters``,
            ``inputs`` or both), ``fixed`` (inputs that no gradient is wanted of) and ``brief``
            (give only the root mean square of each parameter's gradient).

    Returns:
        ``outputs``, ``dtypes`` and ``structure``; with cotangents ``gradients``, one per cotangent.
    """
    cotangents = arguments.get("cotangents") or []
    wrt = arguments.get("wrt") or ["parameters", "inputs"]
    with prepared(arguments) as built:
        inputs = tensors(arguments["inputs"], built)
        gradient = torch.enable_grad() if cotangents else torch.no_grad()
        with gradient, Lookups(inputs) if cotangents else contextlib.nullcontext() as lookups:
            if cotangents and "inputs" in wrt:
                fixed = arguments.get("fixed") or ()
                for name, tensor in inputs.items():
                    tensor.requires_grad_(tensor.is_floating_point() and name not in fixed)
            returned = call(built.module, inputs, arguments["order"])
            outputs, structure = named(returned, arguments["returns"])
            answer: dict[str, Any] = {
                "outputs": {name: modules.array(value) for name, value in outputs.items()},
                "dtypes": {name: _dtype(value) for name, value in outputs.items()},
                "structure": structure,
            }
            if lookups is not None:
                wanted = _wanted(built.module, inputs, wrt)
                answer["gradients"] = [
                    _gradients(outputs, cotangent, wanted, lookups, bool(arguments.get("brief")))
                    for cotangent in cotangents
                ]
        if arguments.get("echo"):
            answer["echo"] = {name: modules.array(value) for name, value in inputs.items()}
    return answer


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _wanted(
    module: nn.Module, inputs: Mapping[str, Tensor], wrt: Sequence[str]
) -> dict[tuple[str, str], Tensor]:
    groups: dict[str, Mapping[str, Tensor]] = {
        "parameters": dict(module.named_parameters()),
        "inputs": inputs,
    }
    return {
        (group, name): tensor
        for group in wrt
        for name, tensor in groups[group].items()
        if tensor.requires_grad
    }


def _gradients(
    outputs: Mapping[str, Tensor],
    cotangent: Mapping[str, modules.Array],
    wanted: Mapping[tuple[str, str], Tensor],
    lookups: Lookups,
    brief: bool,
) -> dict[str, Any]:
    """Pull one cotangent back; what it does not reach has None for a gradient."""
    ends = [name for name in cotangent if name in outputs and outputs[name].requires_grad]
    answer: dict[str, Any] = {"parameters": {}, "inputs": {}, "lookups": {}}
    for group, name in wanted:
        answer[group][name] = None
    looked_up = lookups.found
    starts = [*wanted.values(), *(tensor for _, tensor in looked_up)]
    if not ends or not starts:
        return answer
    values = torch.autograd.grad(
        [outputs[name] for name in ends],
        starts,
        [torch.from_numpy(np.array(cotangent[name])).to(outputs[name]) for name in ends],
        retain_graph=True,
        allow_unused=True,
    )
    for (group, name), value in zip(wanted, values[: len(wanted)], strict=True):
        if value is not None and brief and group == "parameters":
            value = value.to(torch.float64).square().mean().sqrt()
        answer[group][name] = None if value is None else modules.array(value)
    for (name, shape), value in zip(
        ((name, lookups.shapes[name]) for name, _ in looked_up), values[len(wanted) :], strict=True
    ):
        reach = np.zeros(shape) if value is None else modules.array(value)
        size = np.sqrt((reach.reshape(*shape, -1).astype(np.float64) ** 2).sum(-1))
        answer["lookups"][name] = answer["lookups"].get(name, 0.0) + size
    return answer


def reload(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Save an instance's state, load it into another instance, and run both.

    Args:
        arguments: As for `run`, and ``other``: the seed of the other instance.

    Returns:
        ``before`` and ``after``: outputs of the first and of the second instance; ``state``: what
        was saved; ``strict``: why a strict load was refused, or ``""``.
    """
    with prepared(arguments) as built:
        before = _outputs(built, arguments)
        stream = io.BytesIO()
        torch.save(built.module.state_dict(), stream)
        stream.seek(0)
        saved = torch.load(stream, map_location=built.device, weights_only=True)
    other = modules.instance({**arguments["of"], "seed": arguments["other"]}, fresh=True)
    refused = ""
    try:
        other.module.load_state_dict(saved, strict=True)
    except RuntimeError as error:
        refused = str(error)
        other.module.load_state_dict(saved, strict=False)
    other.module.train(bool(arguments.get("train")))
    with modules.precision(other.dtype):
        modules.seed(int(arguments.get("seed", 0)))
        after = _outputs(other, arguments)
    kept = {name: list(value.shape) for name, value in saved.items() if isinstance(value, Tensor)}
    return {"before": before, "after": after, "state": kept, "strict": refused}


def _outputs(built: modules.Instance, arguments: Mapping[str, Any]) -> dict[str, modules.Array]:
    with torch.no_grad():
        inputs = tensors(arguments["inputs"], built)
        returned = call(built.module, inputs, arguments["order"])
        outputs, _ = named(returned, arguments["returns"])
    return {name: modules.array(value) for name, value in outputs.items()}
