"""Runs the module on a device that is not the CPU, on a machine that has only a CPU.

The device exists in name alone: its tensors have shapes and types but no data, and torch's own
rules say which tensors may meet. What the module makes on the CPU collides with what lives there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_map_only
from torch.utils.backend_registration import (
    _DummyBackendModule,
    _setup_privateuseone_for_python_backend,
)

from workbench.frameworks._torch_run import call, named, prepared, tensors

_NAME = "elsewhere"
_AUTOCAST = torch.library.Library("_", "IMPL")  # lives as long as what it registers
_aten = torch.ops.aten
# What these return depends on values, which a tensor without data does not have.
_DEPENDS_ON_DATA = {
    _aten._local_scalar_dense.default,
    _aten.is_nonzero.default,
    _aten.equal.default,
    _aten.nonzero.default,
    _aten.masked_select.default,
    _aten.unique_consecutive.default,
    _aten._unique2.default,
    _aten.unique_dim.default,
    _aten.bincount.default,
    _aten._nested_tensor_from_mask_left_aligned.default,
    _aten.repeat_interleave.Tensor,
    _aten._pack_padded_sequence.default,
}
# Torch has no shapes for the cells that recurrent layers use on every device but the CPU.
_CELLS: dict[Any, Callable[..., tuple[Tensor, ...]]] = {
    _aten._thnn_fused_gru_cell.default: lambda one, two, hidden, *rest: (
        torch.empty_like(hidden),
        hidden.new_empty(hidden.shape[0], 5 * hidden.shape[1]),
    ),
    _aten._thnn_fused_lstm_cell.default: lambda one, two, cell, *rest: (
        torch.empty_like(cell),
        torch.empty_like(cell),
        torch.empty_like(one),
    ),
}


def elsewhere(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run a module once on the CPU, for what depends on data, and another one elsewhere.

    Args:
        arguments: As for `run`, without weights.

    Returns:
        ``devices``: where each output is, ``elsewhere`` or another device's name.
    """
    _register()
    # What a call leaves in the module would collide elsewhere, or stay there without data.
    arguments = {**arguments, "fresh": True}
    with (
        prepared(arguments) as built,
        torch.enable_grad(),
        _Recorded() as recorded,
        _Listed(recorded),
    ):
        call(built.module, tensors(arguments["inputs"], built), arguments["order"])
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    with prepared(arguments) as built, torch.enable_grad():  # the fused layers exist on few devices
        inputs = tensors(arguments["inputs"], built)
        with mode, _moved(built.module):
            away = {name: _away(tensor) for name, tensor in inputs.items()}
            with _Replayed(mode, recorded.values), _Detours():
                returned = call(built.module, away, arguments["order"])
            outputs, _ = named(returned, arguments["returns"])
    return {"devices": {name: tensor.device.type for name, tensor in outputs.items()}}


def _register() -> None:
    if torch._C._get_privateuse1_backend_name() != _NAME:
        # Only candidates do; it cannot be undone.
        _setup_privateuseone_for_python_backend(_NAME, backend_module=_Backend())
        # Types do not change under autocast there: devices are what is looked at.
        _AUTOCAST.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")


class _Backend(_DummyBackendModule):
    """What torch asks a device about itself; autocast is there, as on every accelerator."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        """Return the types that autocast may use."""
        return [torch.bfloat16, torch.float16]


def _away(tensor: Tensor) -> Tensor:
    return torch.empty_strided(
        tensor.shape, tensor.stride(), dtype=tensor.dtype, device=torch.device(_NAME, 0)
    )


@contextlib.contextmanager
def _moved(module: nn.Module) -> Iterator[None]:
    """Have every parameter and buffer elsewhere, and put them back."""
    held = [part._parameters for part in module.modules()]
    held += [part._buffers for part in module.modules()]  # type: ignore[misc]
    former = [dict(tensors) for tensors in held]
    made: dict[int, Tensor] = {}
    for tensors_of_one in held:
        for name, tensor in tensors_of_one.items():
            if tensor is not None:
                made.setdefault(id(tensor), _like(tensor))
                tensors_of_one[name] = made[id(tensor)]  # type: ignore[assignment]
    try:
        yield
    finally:
        for tensors_of_one, before in zip(held, former, strict=True):
            tensors_of_one.clear()
            tensors_of_one.update(before)


def _like(tensor: Tensor) -> Tensor:
    away = _away(tensor)
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(away, requires_grad=tensor.requires_grad)
    return away


def _depends_on_data(func: Any, args: Sequence[Any]) -> bool:
    if func is _aten.index.Tensor:  # by a mask it picks as many as the mask is true
        return any(each is not None and each.dtype in (torch.bool, torch.uint8) for each in args[1])
    return func in _DEPENDS_ON_DATA


def _key(func: Any, args: Sequence[Any]) -> Any:
    """Tell calls apart: the CPU makes some more, to look at values that it is given."""
    return func, args[0].shape, args[0].dtype


def _with_lists(index: Any, move: Callable[[list[Any]], Tensor]) -> Any:
    """Replace the lists in an index."""
    if isinstance(index, tuple):
        return tuple(_with_lists(part, move) for part in index)
    return move(index) if isinstance(index, list) and index else index


def _padded(
    data: Tensor, batch_sizes: Tensor, batch_first: bool, value: float, total_length: int
) -> tuple[Tensor, Tensor]:
    """Unpack sequences without their values; torch fills in the lengths on the CPU."""
    with _disable_current_modes():
        times, batch = len(batch_sizes), int(batch_sizes[0])
        lengths = (batch_sizes[None] > torch.arange(batch)[:, None]).sum(1)
    axes = (batch, max(times, total_length)) if batch_first else (max(times, total_length), batch)
    return data.new_empty(*axes, *data.shape[1:]), lengths


class _Recorded(TorchDispatchMode):
    """Notes what operations returned whose result depends on data."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[Any, list[Any]] = {}

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the operator, and note its result where that depends on data."""
        result = func(*args, **(kwargs or {}))
        if _depends_on_data(func, args):
            self.values.setdefault(_key(func, args), []).append(result)
        return result


class _Listed(TorchFunctionMode):
    """Notes the numbers of a list, which without data are asked for one by one."""

    def __init__(self, recorded: _Recorded) -> None:
        super().__init__()
        self._values = recorded.values

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the function, and note what became a list."""
        result = func(*args, **(kwargs or {}))
        if func is Tensor.tolist and args[0].dim():
            key = (_aten._local_scalar_dense.default, torch.Size([]), args[0].dtype)
            self._values.setdefault(key, []).extend(args[0].flatten().tolist())
        return result


class _Replayed(TorchDispatchMode):
    """Answers in the place of operations whose result depends on data."""

    def __init__(self, mode: FakeTensorMode, values: Mapping[Any, Sequence[Any]]) -> None:
        super().__init__()
        self._mode = mode
        self._values = {func: iter(results) for func, results in values.items()}

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the operator, or return what it returned with data, on the device of its input."""
        args, kwargs = tree_map_only(Tensor, self._without_data, (args, kwargs or {}))
        if func in _CELLS:
            return _CELLS[func](*args)
        if not _depends_on_data(func, args):
            return func(*args, **kwargs)
        value = next(self._values.get(_key(func, args), iter(())), None)
        if value is None:
            raise NotImplementedError(f"{func} was not called with data on the CPU")
        device = args[0].device
        if func is _aten._pack_padded_sequence.default:
            # How many sequences go on is read on the host, whichever device they are on.
            if args[1].device.type != "cpu":
                raise TypeError(f"lengths should be a CPU int64 tensor, not on {args[1].device}")
            return torch.empty_like(value[0], device=device), value[1]
        if isinstance(value, Tensor):
            return torch.empty_like(value, device=device)
        if isinstance(value, tuple):
            return tuple(torch.empty_like(part, device=device) for part in value)
        return value

    def _without_data(self, tensor: Tensor) -> Tensor:
        """Turn what the module made before the call, on the CPU, into one of the same kind."""
        return tensor if isinstance(tensor, FakeTensor) else self._mode.from_tensor(tensor)


class _Detours(TorchFunctionMode):
    """Answers where values of Python or numpy are turned into tensors, and the other way."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call the function; numpy is for tensors on the CPU alone."""
        if func in (Tensor.numpy, Tensor.__array__, Tensor.tolist) and args:
            tensor = args[0]
            if func is not Tensor.tolist and tensor.device.type != "cpu":
                raise TypeError(
                    f"can't convert {tensor.device} device type tensor to numpy. "
                    "Use Tensor.cpu() to copy the tensor to host memory first."
                )
            with _disable_current_modes():
                zeros = torch.zeros(tensor.shape, dtype=tensor.dtype)
                return zeros.tolist() if func is Tensor.tolist else zeros.numpy()
        if func is Tensor.new_tensor:
            like, *values = args
            settings = {"dtype": like.dtype, "device": like.device, **(kwargs or {})}
            return self.__torch_function__(torch.tensor, types, values, settings)
        if func in (Tensor.__getitem__, Tensor.__setitem__):  # torch moves a list of places along
            device = args[0].device
            index = _with_lists(args[1], lambda places: torch.tensor(places).to(device))
            args = (args[0], index, *args[2:])
        if getattr(func, "__name__", "") == "_pad_packed_sequence":
            return _padded(*args)
        if func in (torch.tensor, torch.as_tensor, torch.asarray) and (kwargs or {}).get("device"):
            # Torch makes it on the CPU and copies; the copy is what can be followed.
            rest = {name: value for name, value in (kwargs or {}).items() if name != "device"}
            return func(*args, **rest).to((kwargs or {})["device"])
        return func(*args, **(kwargs or {}))
