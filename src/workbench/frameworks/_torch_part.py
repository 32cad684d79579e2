"""Runs a module inside the one under check, with inputs, weights and noise of the host's choice."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_run import call, named, prepared, tensors

_PLAIN = (bool, int, float, str, type(None))
_MANY = 200_000  # elements of one argument; what is larger is no quick look


class Still(TorchDispatchMode):
    """Puts one number in the place of every random number that is drawn.

    Args:
        value: For normal numbers, before they are scaled and shifted, and for uniform ones.
    """

    def __init__(self, value: float) -> None:
        super().__init__()
        self._value = value

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run one operation; a drawn tensor is filled."""
        kwargs = dict(kwargs or {})
        result = func(*args, **kwargs)
        name = func.overloadpacket.__name__.rstrip("_")
        if name == "exponential":
            result.fill_(-np.log(self._value))
        elif _DRAWS.get(name) in ("normal", "uniform"):
            low, scale = _range(func, args, kwargs)
            still = torch.as_tensor(low + scale * self._value, dtype=torch.float64)
            result.copy_(still.expand_as(result))
        return result


class Drawn(TorchDispatchMode):
    """Notes every random number that is drawn, as it is before it is scaled and shifted."""

    def __init__(self) -> None:
        super().__init__()
        self.draws: list[tuple[str, modules.Array]] = []

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run one operation; what it drew is noted."""
        kwargs = dict(kwargs or {})
        result = func(*args, **kwargs)
        name = func.overloadpacket.__name__.rstrip("_")
        kind = _DRAWS.get(name)
        if kind is None or not isinstance(result, Tensor):
            return result
        low, scale = _range(func, args, kwargs)
        self.draws.append((kind, modules.array((result - low) / scale)))
        return result


_DRAWS = {
    **dict.fromkeys(("randn", "randn_like", "normal", "normal_functional"), "normal"),
    **dict.fromkeys(("rand", "rand_like", "uniform"), "uniform"),
    **dict.fromkeys(("exponential", "bernoulli", "native_dropout", "multinomial"), "other"),
}


def _range(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return what a draw was shifted and scaled by: mean and deviation, or the lower end."""
    named = dict(zip([a.name for a in func._schema.arguments], args, strict=False))
    named.update(kwargs)
    if "from" in named or "to" in named:
        low = named.get("from", 0.0)
        return low, named.get("to", 1.0) - low
    return named.get("mean", 0.0), named.get("std", 1.0)


def part(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Call the module or one inside it.

    Args:
        arguments: As for a run, and ``path`` (its dotted name, or ``""``), ``plain`` (arguments
            that are no tensors), ``times``, ``noise`` (a number or None), ``cotangent`` (for the
            first output, or None), ``state`` (whether parameters and buffers are returned),
            ``draws`` (whether random numbers are returned).

    Returns:
        ``outputs`` by name, ``gradients`` by input, ``state`` by name within the part, ``draws``
        in order: each kind, and values before they are scaled and shifted.
    """
    noise, pulled = arguments.get("noise"), arguments.get("cotangent")
    with prepared(arguments) as built:
        chosen = built.module.get_submodule(arguments["path"])
        inputs = tensors(arguments["inputs"], built)
        gradient = torch.no_grad() if pulled is None else torch.enable_grad()
        still = contextlib.nullcontext() if noise is None else Still(float(noise))
        drawn = Drawn() if arguments.get("draws") else contextlib.nullcontext()
        with gradient, still, drawn:
            if pulled is not None:
                for tensor in inputs.values():
                    tensor.requires_grad_(tensor.is_floating_point())
            for _ in range(int(arguments.get("times") or 1)):
                returned = _called(chosen, inputs, arguments)
            outputs = _outputs(returned, arguments["returns"] if not arguments["path"] else ())
            gradients = {} if pulled is None else _pulled(outputs, inputs, pulled)
        answer: dict[str, Any] = {
            "outputs": {name: modules.array(value) for name, value in outputs.items()},
            "gradients": gradients,
        }
        if arguments.get("state"):
            after = modules.state(chosen)
            answer["state"] = {name: modules.array(value) for name, value in after.items()}
        if isinstance(drawn, Drawn):
            answer["draws"] = [[kind, values] for kind, values in drawn.draws]
    return answer


def _called(chosen: nn.Module, inputs: Mapping[str, Tensor], arguments: Mapping[str, Any]) -> Any:
    plain = arguments.get("plain") or {}
    if not plain:
        return call(chosen, inputs, arguments["order"])
    every = {**inputs, **plain}
    first = []
    rest = dict(every)
    for name in arguments["order"]:
        if name not in every:
            break
        first.append(rest.pop(name))
    return chosen(*first, **rest)


def _outputs(returned: Any, names: Sequence[str]) -> dict[str, Tensor]:
    found, _ = named(returned, names)
    if found:
        return found
    items = returned if isinstance(returned, tuple | list) else [returned]
    if isinstance(returned, Mapping):
        return {str(key): v for key, v in returned.items() if isinstance(v, Tensor)}
    return {str(at): item for at, item in enumerate(items) if isinstance(item, Tensor)}


def _pulled(
    outputs: Mapping[str, Tensor], inputs: Mapping[str, Tensor], cotangent: modules.Array
) -> dict[str, modules.Array]:
    end = next(iter(outputs.values()))
    starts = {name: tensor for name, tensor in inputs.items() if tensor.requires_grad}
    if not end.requires_grad:
        return {name: np.zeros(tuple(tensor.shape)) for name, tensor in starts.items()}
    vector = torch.from_numpy(np.array(cotangent)).to(end)
    found = torch.autograd.grad(end, list(starts.values()), vector, allow_unused=True)
    return {
        name: np.zeros(tuple(starts[name].shape)) if value is None else modules.array(value)
        for name, value in zip(starts, found, strict=True)
    }


def parts(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run the module once and tell with what each module inside it was called.

    Args:
        arguments: As for a run.

    Returns:
        ``parts``: for each called module its ``path``, ``type``, ``built`` (its plain attributes),
        ``where``, ``inputs`` in order by name, and ``plain`` arguments. Those whose arguments are
        neither are left out.
    """
    seen: dict[str, dict[str, Any]] = {}
    with prepared(arguments) as built, torch.no_grad():
        inputs = tensors(arguments["inputs"], built)
        hooks = [
            child.register_forward_pre_hook(_noted(seen, name), with_kwargs=True)
            for name, child in built.module.named_modules()
            if name
        ]
        try:
            call(built.module, inputs, arguments["order"])
        finally:
            for hook in hooks:
                hook.remove()
    return {"parts": list(seen.values())}


def _is_plain(value: Any) -> bool:
    return isinstance(value, _PLAIN) or (isinstance(value, tuple) and all(map(_is_plain, value)))


def _noted(seen: dict[str, dict[str, Any]], name: str) -> Any:
    def note(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if name in seen:
            return
        try:
            given = dict(inspect.signature(module.forward).bind(*args, **kwargs).arguments)
        except (TypeError, ValueError):
            return
        tensor = {key: value for key, value in given.items() if isinstance(value, Tensor)}
        plain = {key: value for key, value in given.items() if key not in tensor}
        if not tensor or any(value.numel() > _MANY for value in tensor.values()):
            return
        if not all(isinstance(value, _PLAIN) for value in plain.values()):
            return
        code = getattr(type(module).forward, "__code__", None)
        seen[name] = {
            "path": name,
            "type": type(module).__name__,
            "built": {
                key: value
                for key, value in vars(module).items()
                if not key.startswith("_") and key != "training" and _is_plain(value)
            },
            "where": f"{code.co_filename}:{code.co_firstlineno}" if code else "",
            "inputs": {key: modules.array(value) for key, value in tensor.items()},
            "plain": plain,
        }

    return note
