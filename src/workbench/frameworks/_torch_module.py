"""Finds, describes and builds the module under check, and puts weights into it."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from workbench.errors import nearest
from workbench.frameworks._torch_configured import configured, construct
from workbench.frameworks._torch_listed import require_all_listed
from workbench.frameworks._torch_plain import plain
from workbench.frameworks._torch_precise import Precise
from workbench.frameworks._torch_unfilled import Tables, Unfilled

Array = NDArray[Any]

DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64)
}


@dataclass
class Instance:
    """A built module and the state that it was born with.

    Args:
        module: The module.
        dtype: The floating point type that it works in.
        device: Where it lives.
        born: Its parameters and buffers as they were built.
        held: Weights that the host sent, by the name that it gave them.
        worn: The name of the weights that it has now, and how often its tensors were written.
    """

    module: nn.Module
    dtype: torch.dtype
    device: str
    born: dict[str, Tensor]
    held: dict[str, Mapping[str, Array]] = field(default_factory=dict)
    worn: tuple[str, int] = ("", -1)


_instances: dict[str, Instance] = {}
_devices: set[str] = set()  # besides the processor, where something was built
_seed_processor = torch.default_generator.manual_seed


def seed(number: int) -> None:
    """Seed torch's, numpy's and Python's random numbers."""
    if _devices:
        torch.random.manual_seed(number)  # torch replaces its own name for it
    else:  # for each device that is not in use torch would note where it was called from
        _seed_processor(number)
    np.random.seed(number % 2**32)
    random.seed(number)


@contextlib.contextmanager
def precision(dtype: torch.dtype) -> Iterator[None]:
    """Make new tensors in one floating point type; with float64, float32 is not used at all."""
    former = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with Precise() if dtype == torch.float64 else contextlib.nullcontext():
            yield
    finally:
        torch.set_default_dtype(former)


def find(of: Mapping[str, Any]) -> Any:
    """Import the draft's module and return what it defines under the spec's name.

    Args:
        of: Names the ``module`` and, in it, the ``name``.

    Returns:
        A class, as a rule.

    Raises:
        AttributeError: The module does not define the name.
    """
    module = importlib.import_module(of["module"])
    if not hasattr(module, of["name"]):
        classes = [name for name, value in vars(module).items() if inspect.isclass(value)]
        known = nearest(of["name"], classes)
        raise AttributeError(f"module {of['module']!r} does not define {of['name']!r}: {known}")
    return getattr(module, of["name"])


def instance(of: Mapping[str, Any], *, fresh: bool = False) -> Instance:
    """Build the module under check, or return the one that was built before.

    Args:
        of: What to build; the same description names the same instance.
        fresh: Build another one, which is not kept.

    Returns:
        The instance.
    """
    key = json.dumps(of, sort_keys=True)
    if fresh or key not in _instances:
        built = _build(of)
        if fresh:
            return built
        _instances[key] = built
    return _instances[key]


def forget() -> None:
    """Drop all instances."""
    _instances.clear()


def _build(of: Mapping[str, Any]) -> Instance:
    dtype, device = DTYPES[of["dtype"]], of["device"]
    _devices.update({device} - {"cpu", "meta"})
    filled = Unfilled() if device == "meta" else contextlib.nullcontext()
    with precision(dtype), torch.device(device), filled:
        try:
            module = _constructed(of)
        except (NotImplementedError, RuntimeError):
            if device != "meta":
                raise
            # It reads numbers back that it made, ``torch.linspace(0, 0.2, depth).tolist()`` say.
            with Tables():
                module = _constructed(of)
    if not isinstance(module, nn.Module):
        raise TypeError(f"{of['name']} built a {type(module).__name__}, which is no nn.Module")
    require_all_listed(module)
    module = module.to(device=device, dtype=dtype)
    return Instance(module, dtype, device, {} if device == "meta" else state(module))


def _constructed(of: Mapping[str, Any]) -> Any:
    seed(of["seed"])
    return plain(find(of), of["options"]) if of.get("plain") else construct(find(of), of["options"])


def state(module: nn.Module) -> dict[str, Tensor]:
    """Copy all parameters and buffers, each once."""
    tensors = [*module.named_parameters(), *module.named_buffers()]
    return {name: tensor.detach().clone() for name, tensor in tensors}


def put(built: Instance, name: str, weights: Mapping[str, Array] | None) -> None:
    """Give a module weights.

    Args:
        built: The instance.
        name: What the host calls these weights: ``born``, a name under which they are held from
            now on, or ``""`` for weights that are used once.
        weights: Values by tensor; what is not among them is as it was born. None for weights that
            are held already.

    Raises:
        KeyError: No weights of that name are held.
    """
    tensors = dict([*built.module.named_parameters(), *built.module.named_buffers()])
    if name and built.worn == (name, _written(tensors)):
        return
    if weights is None and name != "born":
        weights = built.held[name]
    elif weights is not None and name:
        built.held[name] = weights
    with torch.no_grad():
        for key, tensor in tensors.items():
            if weights is not None and key in weights:
                tensor.copy_(torch.from_numpy(np.array(weights[key])))
            elif key in built.born:
                tensor.copy_(built.born[key])
    built.worn = (name, _written(tensors))


def _written(tensors: Mapping[str, Tensor]) -> int:
    return sum(tensor._version for tensor in tensors.values())


def array(tensor: Tensor) -> Array:
    """Copy a tensor into numpy; types that numpy lacks become float32."""
    with torch._C.DisableTorchFunctionSubclass():  # a subclass may say what it likes
        tensor = tensor.as_subclass(Tensor)
    tensor = tensor.detach().resolve_conj().resolve_neg().cpu()
    if tensor.dtype in (torch.bfloat16,):
        tensor = tensor.float()
    return np.array(tensor.numpy())


def describe(of: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the class: what it is, where it stands, and both signatures."""
    found = find(of)
    is_module = inspect.isclass(found) and issubclass(found, nn.Module)
    return {
        "class": type(found).__name__ if not inspect.isclass(found) else "class",
        "module": is_module,
        "where": _where(found),
        "constructor": _constructor(found) if is_module else _signature(found, bound=False),
        "call": _signature(found.forward, bound=True) if is_module else _plain_call(found),
    }


def _constructor(found: Any) -> list[dict[str, Any]]:
    """Describe a constructor; a configuration is told field by field."""
    parameters = _signature(found.__init__, bound=True)
    configuration = configured(found)
    if configuration is None:
        return parameters
    name, kind = configuration
    fields = _signature(kind, bound=False)
    return [entry for entry in parameters if entry["name"] != name] + fields


def _plain_call(found: Any) -> list[dict[str, Any]]:
    """Describe the call of an object that is no module; a function has one signature for both."""
    own = inspect.isclass(found) and inspect.isfunction(vars(found).get("__call__"))
    return _signature(vars(found)["__call__"], bound=True) if own else []


def _where(found: Any) -> str:
    code = getattr(getattr(found, "__init__", found), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else ""


def _signature(function: Any, *, bound: bool) -> list[dict[str, Any]]:
    parameters = list(inspect.signature(function).parameters.values())[int(bound) :]
    return [_parameter(parameter) for parameter in parameters]


def _parameter(parameter: inspect.Parameter) -> dict[str, Any]:
    given = parameter.default is not inspect.Parameter.empty
    default = _plain(parameter.default) if given else None
    return {
        "name": parameter.name,
        "kind": parameter.kind.name.lower(),  # positional_only, keyword_only, var_keyword ...
        "required": not given and not parameter.kind.name.startswith("VAR"),
        "default": default,
        "shown": repr(parameter.default)[:200] if given else "",
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else repr(value)
