"""Watches one call of the module and tells it as a graph of operations.

The watch sits below Python's names, where every tensor operation has to pass, so a fused layer, a
hand-written one and one that hides behind a function look alike: as what they compute.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_kinds import kind, settings
from workbench.frameworks._torch_run import call, named, prepared, tensors

SAMPLES = 64
_TEXTS = ("kind", "op", "name", "dtype", "line", "scope")
_OWN = __name__.rpartition(".")[0]

Key = tuple[int, int, tuple[int, ...], tuple[int, ...]]


class Recorder(TorchDispatchMode):
    """Records every operation as a node.

    Args:
        package: The top-level package of the draft; its lines are reported.
        keep: Nodes whose whole values are wanted.
    """

    def __init__(self, package: str, keep: Iterable[int]) -> None:
        super().__init__()
        self.nodes: list[dict[str, Any]] = []
        self.samples: list[Tensor | None] = []
        self.kept: dict[str, modules.Array] = {}
        self._package, self._keep = package, frozenset(keep)
        self._at: dict[Key, int] = {}
        self._written: dict[int, int] = {}
        # A storage that were freed could come back under the same address for another tensor.
        self._alive: list[Tensor] = []
        self.scope: list[str] = []

    def leaf(self, tensor: Tensor, kind_of_leaf: str, name: str) -> int:
        """Add a node for a tensor that the call did not compute."""
        node = {"kind": kind_of_leaf, "op": "", "name": name, "in": [], "line": "", "scope": ""}
        return self._add(tensor, node)

    def of(self, tensor: Tensor) -> int:
        """Return the node that a tensor is the value of."""
        found = self._at.get(_key(tensor))
        return self.leaf(tensor, "constant", "") if found is None else found

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run one operation and record it."""
        read = list(_tensors((args, kwargs)))
        sources = [node for tensor in read for node in self._sources(tensor)]
        result = func(*args, **(kwargs or {}))
        made = list(_tensors(result))
        if func._schema.is_mutable and not made:
            made = read[:1]
        for tensor in made:
            node = {
                "kind": kind(func, bool(read)),
                "op": func.overloadpacket.__name__,
                "name": "",
                "in": sources,
                "line": self._line(),
                "scope": self.scope[-1] if self.scope else "",
                **settings(func, args, kwargs or {}),
            }
            number = self._add(tensor, node)
            if func._schema.is_mutable:
                self._written[tensor.untyped_storage()._cdata] = number
        return result

    def _sources(self, tensor: Tensor) -> Iterator[int]:
        node = self.of(tensor)
        yield node
        written = self._written.get(tensor.untyped_storage()._cdata, -1)
        if written > node:
            yield written

    def _add(self, tensor: Tensor, node: dict[str, Any]) -> int:
        number = len(self.nodes)
        dtype = str(tensor.dtype).removeprefix("torch.")
        self.nodes.append({**node, "shape": list(tensor.shape), "dtype": dtype})
        self.samples.append(_sample(tensor))
        if number in self._keep or node["kind"] == "softmax":
            self.kept[str(number)] = modules.array(tensor)
        self._at[_key(tensor)] = number
        self._alive.append(tensor)
        return number

    def _line(self) -> str:
        frame = sys._getframe(2)
        while frame is not None:
            name = frame.f_globals.get("__name__") or ""
            if name.partition(".")[0] == self._package and not name.startswith(_OWN):
                return f"{frame.f_code.co_filename}:{frame.f_lineno}"
            frame = frame.f_back  # type: ignore[assignment]
        return ""


def _key(tensor: Tensor) -> Key:
    storage: int = tensor.untyped_storage()._cdata
    return storage, int(tensor.storage_offset()), tuple(tensor.shape), tuple(tensor.stride())


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


def _sample(tensor: Tensor) -> Tensor | None:
    """Copy elements of a floating tensor at places that depend only on how many there are."""
    if not tensor.is_floating_point() or not tensor.numel():
        return None
    return torch.take(tensor.detach(), _places(tensor.numel(), str(tensor.device)))


@functools.lru_cache(maxsize=4096)
def _places(count: int, device: str) -> Tensor:
    places = torch.linspace(0, count - 1, min(count, SAMPLES), dtype=torch.float64)
    return places.round().long().to(device)


def _stacked(samples: Sequence[Tensor | None]) -> modules.Array:
    rows = np.full((len(samples), SAMPLES), np.nan)
    for row, sample in zip(rows, samples, strict=True):
        if sample is not None:
            row[: len(sample)] = sample.double().cpu().numpy()
    return rows


def trace(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run the module once and tell its operations.

    Args:
        arguments: As for a run, and ``keep``: the nodes whose whole values are wanted.

    Returns:
        ``columns``: the nodes, see `_columns`; ``samples`` (nodes, 64): some elements of each
        floating one; ``kept``: whole values by node, of every softmax and of those that were
        wanted; ``outputs``: the node of each output; ``types``: the class of each submodule.
    """
    package = arguments["of"]["module"].partition(".")[0]
    recorder = Recorder(package, arguments.get("whole") or ())
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with prepared(arguments) as built, torch.no_grad(), sdpa_kernel(SDPBackend.MATH):
            inputs = tensors(arguments["inputs"], built)
            hooks = _follow(built.module, recorder)
            _leaves(built.module, inputs, recorder)
            try:
                with recorder:
                    returned = call(built.module, inputs, arguments["order"])
            finally:
                for hook in hooks:
                    hook.remove()
            types = {name: type(part).__name__ for name, part in built.module.named_modules()}
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    outputs, _ = named(returned, arguments["returns"])
    ends = {name: recorder.of(tensor) for name, tensor in outputs.items()}
    samples = _stacked(recorder.samples)
    told = {"columns": _columns(recorder.nodes), "samples": samples, "types": types}
    return {**told, "kept": recorder.kept, "outputs": ends}


def _columns(nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Lay nodes out in columns, which are cheaper to send than a dictionary for each.

    Args:
        nodes: The nodes.

    Returns:
        ``words``: all texts; for each text field an array of places in it; ``in`` and ``shape``
        with the numbers of all nodes in one row, ``in_ends`` and ``shape_ends`` with the place
        where each node's end; ``settings``: what some nodes have besides, by node.
    """
    words: dict[str, int] = {}
    columns: dict[str, Any] = {
        field: np.array([words.setdefault(node[field], len(words)) for node in nodes], np.int64)
        for field in _TEXTS
    }
    for field in ("in", "shape"):
        columns[field] = np.array([n for node in nodes for n in node[field]], np.int64)
        columns[f"{field}_ends"] = np.cumsum([len(node[field]) for node in nodes])
    known = {*_TEXTS, "in", "shape"}
    besides = {
        str(number): {key: value for key, value in node.items() if key not in known}
        for number, node in enumerate(nodes)
        if len(node) > len(known)
    }
    return {**columns, "words": list(words), "settings": besides}


def _leaves(module: nn.Module, inputs: Mapping[str, Tensor], recorder: Recorder) -> None:
    for name, tensor in inputs.items():
        recorder.leaf(tensor, "input", name)
    for name, tensor in module.named_parameters():
        recorder.leaf(tensor, "parameter", name)
    for name, tensor in module.named_buffers():
        recorder.leaf(tensor, "buffer", name)


def _follow(module: nn.Module, recorder: Recorder) -> list[Any]:
    hooks = []
    for name, part in module.named_modules():

        def enter(_: nn.Module, __: object, name: str = name) -> None:
            recorder.scope.append(name)

        def leave(_: nn.Module, __: object, ___: object) -> None:
            recorder.scope.pop()

        hooks.append(part.register_forward_pre_hook(enter))
        hooks.append(part.register_forward_hook(leave, always_call=True))
    return hooks
