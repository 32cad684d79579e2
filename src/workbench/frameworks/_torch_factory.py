"""Builds the module with its own ``device`` and ``dtype`` arguments, as torch's are built."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_configured import construct
from workbench.frameworks._torch_unfilled import Unfilled


def factory(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Build the module on meta, told by its own arguments or by torch's defaults.

    Args:
        arguments: ``of``; ``given``: for each argument of the constructor its name and the word
            for its value, ``meta`` or the name of a type; ``texts``: the arguments that are
            written as text; ``default_dtype`` and ``default_device``: what a constructor that is
            told nothing would take.

    Returns:
        ``tensors``: for each parameter and buffer its ``name``, ``learns`` (whether it is a
        parameter), ``device``, ``dtype`` and whether it is ``floating``.
    """
    of, texts = arguments["of"], arguments["texts"]
    given = {
        name: word if name in texts else _value(word) for name, word in arguments["given"].items()
    }
    modules.seed(of["seed"])
    where = torch.device(arguments["default_device"])
    with _default_type(modules.DTYPES[arguments["default_dtype"]]), where, Unfilled():
        module = construct(modules.find(of), {**of["options"], **given})
    tensors = [(True, *pair) for pair in module.named_parameters()]
    tensors += [(False, *pair) for pair in module.named_buffers()]
    return {
        "tensors": [
            {
                "name": name,
                "learns": learns,
                "device": tensor.device.type,
                "dtype": str(tensor.dtype).removeprefix("torch."),
                "floating": tensor.is_floating_point(),
            }
            for learns, name, tensor in tensors
        ]
    }


def _value(word: str) -> torch.device | torch.dtype:
    return modules.DTYPES[word] if word in modules.DTYPES else torch.device(word)


@contextlib.contextmanager
def _default_type(dtype: torch.dtype) -> Iterator[None]:
    former = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(former)
