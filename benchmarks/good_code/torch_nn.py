"""Wraps every entry of torch's own list of modules, with its kinds of arguments."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_map_only

SOURCE = """
import torch
from torch import nn
from torch.testing._internal.common_modules import module_db
from torch.utils._pytree import tree_flatten, tree_map_only


def own_type(tensor):
    return tensor.to(torch.get_default_dtype()) if tensor.is_floating_point() else tensor


class Wrapped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        where = {{"device": torch.empty(0).device, "dtype": torch.get_default_dtype()}}
        entry = module_db[{entry}]
        given = entry.module_inputs_func(entry, requires_grad=False, training=True, **where)
        made, example = given[{number}].constructor_input, given[{number}].forward_input
        args, kwargs = tree_map_only(torch.Tensor, own_type, (made.args, made.kwargs))
        self.part = entry.module_cls(*args, **kwargs)
        if isinstance(self.part, nn.modules.lazy.LazyModuleMixin):
            self.part(*example.args)  # it is what it is after the first call

    def forward(self{arguments}):
        returned = self.part({call})
        leaves = [leaf for leaf in tree_flatten(returned)[0] if isinstance(leaf, torch.Tensor)]
        return leaves[0] if len(leaves) == 1 else tuple(leaves)
"""


_CLASSIFYING = ("nn_CrossEntropyLoss", "nn_NLLLoss", "nn_NLLLoss2d")


def subjects(make: Callable[..., Any], wanted: Callable[[str], bool], kinds: int) -> Iterator[Any]:
    """Yield one subject per entry and kind of arguments.

    Args:
        make: Makes a subject of name, family, source and spec.
        wanted: Tells by its name whether an entry is looked at.
        kinds: How many kinds of arguments of each entry.
    """
    from torch.testing._internal.common_modules import module_db

    for at, entry in enumerate(module_db):
        name = entry.formatted_name
        if not wanted(name):
            continue
        for number, given in enumerate(_spread(_inputs(entry), kinds)):
            index, inputs = given
            try:
                found = _one(entry, at, index, inputs)
            except RuntimeError as error:
                print(f"{name} {number} does not run on these arguments in float32: {error}")
                continue
            if found is not None:
                source, spec = found
                yield make(f"{name} {number}", name, source, spec)


def _inputs(entry: Any) -> list[Any]:
    where = {"device": "cpu", "dtype": torch.float32}
    torch.manual_seed(0)
    return list(entry.module_inputs_func(entry, requires_grad=False, training=True, **where))


def _spread(given: list[Any], kinds: int) -> list[tuple[int, Any]]:
    """Choose kinds of arguments that differ in shapes or settings, evenly over all of them."""
    different: dict[str, tuple[int, Any]] = {}
    for index, inputs in enumerate(given):
        if inputs.forward_input is not None:
            key = repr([_told(inputs.constructor_input), _told(inputs.forward_input)])
            different.setdefault(key, (index, inputs))
    found = list(different.values())
    step = max(1, len(found) // kinds)
    return found[::step][:kinds]


def _told(given: Any) -> list[str]:
    leaves, _ = tree_flatten((given.args, given.kwargs))
    return [str(tuple(leaf.shape)) if isinstance(leaf, Tensor) else repr(leaf) for leaf in leaves]


def _one(entry: Any, at: int, index: int, inputs: Any) -> tuple[str, dict[str, Any]] | None:
    tensors: dict[str, Tensor] = {}

    def written(value: Any) -> str:
        if isinstance(value, Tensor):
            if entry.formatted_name == "nn_CTCLoss" and not value.is_floating_point():
                return f"torch.tensor({value.tolist()}, device=x0.device)"  # they must add up
            name = f"x{len(tensors)}"
            tensors[name] = value
            return name
        if isinstance(value, tuple | list):
            return f"({', '.join(map(written, value))},)"
        return repr(value)

    given = inputs.forward_input
    parts = [written(value) for value in given.args]
    parts += [f"{key}={written(value)}" for key, value in given.kwargs.items()]
    made = inputs.constructor_input
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        args, kwargs = tree_map_only(Tensor, _single, (made.args, made.kwargs))
        module = entry.module_cls(*args, **kwargs).eval()
        returned = module(*given.args, **given.kwargs)
    leaves = [leaf for leaf in tree_flatten(returned)[0] if isinstance(leaf, Tensor)]
    if not leaves or not tensors:
        return None
    first = next(iter(tensors.values()))
    classes = first.shape[1 if first.dim() > 1 else 0] if first.dim() else 1
    source = SOURCE.format(
        entry=at,
        number=index,
        arguments="".join(f", {name}" for name in tensors),
        call=", ".join(parts),
    )
    return source, {
        "name": "Wrapped",
        "kind": "layer",
        "text": f"{entry.formatted_name} as torch has it.",
        "inputs": {
            name: _input(entry, made, place, tensor, classes)
            for place, (name, tensor) in enumerate(tensors.items())
        },
        "outputs": {f"y{at}": _line(leaf, ranged=False) for at, leaf in enumerate(leaves)},
    }


def _single(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor


def _input(entry: Any, made: Any, at: int, tensor: Tensor, classes: int) -> str:
    """Write one input, in the range in which its values mean something.

    A power of a negative number is no number; a divergence takes logarithms of probabilities, and
    probabilities or their logarithms as targets.
    """
    if entry.formatted_name.startswith("nn_LPPool"):
        return f"{_line(tensor, ranged=False)} in 0.1..2"
    if entry.formatted_name == "nn_KLDivLoss":
        logarithms = at == 0 or made.kwargs.get("log_target", False)
        return f"{_line(tensor, ranged=False)} in {'-3..-0.1' if logarithms else '0.05..0.95'}"
    if entry.formatted_name in _CLASSIFYING and tensor.dtype == torch.int64:
        return f"{_line(tensor, ranged=False)} in 0..{classes - 1}"  # not only the ignored one
    return _line(tensor, ranged=True)


def _line(tensor: Tensor, *, ranged: bool) -> str:
    dtype = "float" if tensor.dtype == torch.float32 else str(tensor.dtype).removeprefix("torch.")
    line = f'{dtype} "{" ".join(map(str, tensor.shape))}"'
    if not ranged or tensor.dtype == torch.bool or not tensor.numel():
        return line
    low, high = tensor.min().item(), tensor.max().item()
    if tensor.is_floating_point():
        # Values that are never negative are probabilities, weights or the like.
        return f"{line} in {low:.6g}..{high:.6g}" if low >= 0 else line
    return line if tensor.is_complex() else f"{line} in {low}..{high}"
