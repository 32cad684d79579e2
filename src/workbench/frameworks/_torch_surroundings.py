"""Tells what building and calling the module changes outside of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_configured import construct
from workbench.frameworks._torch_run import call, named, prepared, tensors

_DTYPE, _GRADIENTS = "the default dtype", "whether gradients are recorded"
_pristine: dict[str, Any] = {}


def surroundings(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Build and call the module, and look at the process before and after.

    Args:
        arguments: As for a run.

    Returns:
        ``building`` and ``calling``: what changed, in words; ``off`` and ``on``: outputs without
        and with gradients recorded; ``watched``: outputs without them while modes look on.
    """
    of = arguments["of"]
    with modules.precision(modules.DTYPES[of["dtype"]]), torch.device(of["device"]):
        building = list(_changes(lambda: construct(modules.find(of), of["options"])))
    with prepared(arguments) as built:
        inputs = tensors(arguments["inputs"], built)

        def run() -> dict[str, modules.Array]:
            modules.seed(int(arguments.get("seed", 0)))
            returned = call(built.module, inputs, arguments["order"])
            found, _ = named(returned, arguments["returns"])
            return {name: modules.array(value) for name, value in found.items()}

        calling = list(_changes(lambda: call(built.module, inputs, arguments["order"])))
        with torch.no_grad():
            off = run()
        with torch.enable_grad():
            on = run()
        with torch.no_grad(), _Functions(), _Operators():
            watched = run()
    return {"building": building, "calling": calling, "off": off, "on": on, "watched": watched}


class _Functions(TorchFunctionMode):
    """Looks on and does nothing, as a profiler does."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the function."""
        return func(*args, **(kwargs or {}))


class _Operators(TorchDispatchMode):
    """The same below, at the operators."""

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the operator."""
        return func(*args, **(kwargs or {}))


def remember() -> None:
    """Keep the settings of a process that no draft has touched yet."""
    _pristine.update(_settings())


def _changes(act: Callable[[], object]) -> Iterator[str]:
    # The draft was built before, so what it changed then must not count as how things were.
    now = _settings()
    before = {**now, **_pristine, _DTYPE: now[_DTYPE], _GRADIENTS: now[_GRADIENTS]}
    draws = []
    for seed in (11, 12):
        modules.seed(seed)
        act()
        draws.append((float(torch.rand(())), float(np.random.rand()), random.random()))
    after = _settings()
    for name, value in before.items():
        if after[name] != value:
            yield f"{name} from {value} to {after[name]}"
    _restore(before)
    for name, one, two in zip(("torch", "numpy", "Python"), *draws, strict=True):
        if one == two:
            yield f"the random numbers of {name}: they are the same after every seed"


def _settings() -> dict[str, Any]:
    return {
        _DTYPE: str(torch.get_default_dtype()),
        _GRADIENTS: torch.is_grad_enabled(),
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
        "anomaly detection": torch.is_anomaly_enabled(),
        "the number of threads": torch.get_num_threads(),
        "the precision of products": torch.get_float32_matmul_precision(),
    }


def _restore(before: Mapping[str, Any]) -> None:
    torch.set_default_dtype(getattr(torch, before[_DTYPE].removeprefix("torch.")))
    torch.set_grad_enabled(before[_GRADIENTS])
    torch.use_deterministic_algorithms(before["deterministic algorithms"])
    torch.autograd.set_detect_anomaly(before["anomaly detection"])
    if torch.get_num_threads() != before["the number of threads"]:
        torch.set_num_threads(before["the number of threads"])
    torch.set_float32_matmul_precision(before["the precision of products"])
