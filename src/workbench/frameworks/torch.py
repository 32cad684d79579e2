"""PyTorch, which only candidates and blueprints import, never the host.

Covered: modules that take and return tensors, on CPU and CUDA, in float16 to float64, on meta.
Not covered: modules that need a process group, and drafts that change torch itself; what such a
draft says is data for the host and can be wrong.
"""

from __future__ import annotations

import platform
import sys
import types
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from workbench.errors import UsageError, nearest
from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_alias import alias
from workbench.frameworks._torch_attributes import attributes
from workbench.frameworks._torch_calls import calls
from workbench.frameworks._torch_compiled import compiled
from workbench.frameworks._torch_copies import copies
from workbench.frameworks._torch_dataset import dataset
from workbench.frameworks._torch_derivatives import derivatives
from workbench.frameworks._torch_elsewhere import elsewhere
from workbench.frameworks._torch_factory import factory
from workbench.frameworks._torch_fit import fit
from workbench.frameworks._torch_memory import memory
from workbench.frameworks._torch_metric import metric
from workbench.frameworks._torch_outline import outline
from workbench.frameworks._torch_part import part, parts
from workbench.frameworks._torch_precisions import precisions
from workbench.frameworks._torch_run import reload, run
from workbench.frameworks._torch_sample import sample
from workbench.frameworks._torch_steps import steps
from workbench.frameworks._torch_strided import strided
from workbench.frameworks._torch_surroundings import remember, surroundings
from workbench.frameworks._torch_symbolic import symbolic
from workbench.frameworks._torch_trace import trace
from workbench.frameworks._torch_training import training
from workbench.frameworks._torch_watch import watch
from workbench.frameworks._torch_workers import workers

# What answers depend on, and what torch itself replaces when its compiler is loaded.
MEANS = (
    *("torch", "torch._C", "torch._C._nn", "torch._ops", "torch._tensor", "torch.functional"),
    *("torch.autograd.*", "torch.linalg", "torch.nn.*", "torch.overrides", "torch.random"),
    *("torch.serialization", "torch.utils._python_dispatch", "torch.utils._pytree"),
)
FREE = ("torch.manual_seed",)

_KERNELS = frozenset(torch.library._impls)  # those that torch registers itself

seed = modules.seed
forget = modules.forget


def warm() -> None:
    """Import and run once what candidates will need, so that none of them pays for it again."""
    torch.set_num_threads(1)
    rehearse(whole=True)
    remember()


def rehearse(*, whole: bool = False) -> None:
    """Answer questions about a module of one's own, and leave nothing of it behind.

    A process that has just been forked copies each piece of memory when it first writes there,
    which Python does by reading; one that waits for its draft has that behind it.

    Args:
        whole: Also ask what is seldom asked and takes long.
    """
    name = "workbench_warm_up"
    module = types.ModuleType(name)
    module.Warm = _Warm  # type: ignore[attr-defined]
    sys.modules[name] = module
    of = {"module": name, "name": "Warm", "options": {}, "seed": 0, "device": "cpu"}
    ask = {"inputs": {"x": np.zeros((2, 3, 8))}, "order": ["x"], "returns": ["y"]}
    precise = {**ask, "of": {**of, "dtype": "float64"}}
    answer("describe", {"of": precise["of"]})
    answer("build", {"of": precise["of"]})
    answer("run", {**precise, "cotangents": [{"y": np.ones((2, 3, 8))}], "train": True})
    answer("trace", precise)
    single = {**ask, "of": {**of, "dtype": "float32"}, "inputs": {"x": np.zeros((2, 3, 8), "f4")}}
    answer("watch", single)
    meta = {**of, "dtype": "float32", "device": "meta"}
    answer("outline", {**ask, "of": meta, "shapes": {"x": [[2, 3, 8], "float32"]}})
    if whole:
        answer("reload", {**precise, "other": 1})
        answer("symbolic", {**precise, "axes": {"x": ["batch", "", ""]}})
    modules.forget()
    del sys.modules[name]


def answer(question: str, arguments: dict[str, Any]) -> Mapping[str, Any]:
    """Answer one question about the module under check.

    Args:
        question: One of the questions that the room's docstring lists.
        arguments: What it is about.

    Returns:
        Plain values and numpy arrays.

    Raises:
        UsageError: There is no such question.
    """
    questions = {
        "environment": _environment,
        "describe": lambda given: modules.describe(given["of"]),
        "build": _build,
        "run": run,
        "reload": reload,
        "outline": outline,
        "trace": trace,
        "watch": watch,
        "metric": metric,
        "dataset": dataset,
        "workers": workers,
        "training": training,
        "elsewhere": elsewhere,
        "factory": factory,
        "symbolic": symbolic,
        "attributes": attributes,
        "calls": calls,
        "copies": copies,
        "alias": alias,
        "steps": steps,
        "strided": strided,
        "precisions": precisions,
        "derivatives": derivatives,
        "surroundings": surroundings,
        "part": part,
        "parts": parts,
        "compiled": compiled,
        "fit": fit,
        "memory": memory,
        "sample": sample,
    }
    if question not in questions:
        raise UsageError(f"there is no question {question!r}: {nearest(question, questions)}")
    return questions[question](arguments)


def disturbed() -> list[str]:
    """Tell what of torch's own state would let something else answer in a module's place."""
    found = []
    if torch._C._len_torch_function_stack() or torch._C._len_torch_dispatch_stack():
        found.append("a function mode of torch was left in place")
    hooks = nn.modules.module.__dict__
    found += [
        f"torch.nn.modules.module.{name} holds a hook of the draft"
        for name in sorted(hooks)
        if name.startswith("_global_") and isinstance(hooks[name], dict) and hooks[name]
    ]
    kernels = {name for name in torch.library._impls - _KERNELS if str(name).startswith("aten/")}
    found += [
        f"torch's operator {name} was given another kernel"
        for name in sorted(kernels)
        if name.rpartition("/")[2].removeprefix("Autograd") in ("CPU", "CUDA", "")
    ]
    return found


def _environment(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "machine": platform.machine(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "cuda": str(torch.version.cuda or "none"),
    }


def _build(given: Mapping[str, Any]) -> dict[str, Any]:
    built = modules.instance(given["of"])
    parameters, buffers = list(built.module.named_parameters()), dict(built.module.named_buffers())
    saved = built.module.state_dict()
    return {
        "parameters": [
            {"name": name, "shape": list(value.shape), "learned": value.requires_grad}
            for name, value in parameters
        ],
        "buffers": [
            {"name": name, "shape": list(value.shape), "saved": name in saved}
            for name, value in buffers.items()
        ],
        "state": {name: modules.array(value) for name, value in built.born.items()},
    }


class _Warm(nn.Module):
    """A module with the operators that lazy imports hide behind."""

    table: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.BatchNorm1d(3)
        self.convolution = nn.Conv2d(1, 1, 3, padding=1)
        self.register_buffer("table", torch.arange(8.0).sin())
        self.rows = nn.Embedding(4, 8)
        self.centred, self.scaled = nn.LayerNorm(8), nn.RMSNorm(8)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """Do a little of everything."""
        x = self.norm(x + self.table) + self.rows(torch.arange(3, device=x.device))
        x = nn.functional.gelu(self.attention(x, x, x)[0])
        x = self.dropout(self.centred(x)) + nn.functional.silu(self.scaled(x))
        heads = x.unflatten(-1, (2, 4)).transpose(1, 2)  # (batch, heads, time, size)
        turned = torch.cat([heads[..., 2:], -heads[..., :2]], -1)
        for mask in (None, torch.ones(3, 3, dtype=torch.bool, device=x.device).tril()):
            y = nn.functional.scaled_dot_product_attention(
                heads, turned, heads, mask, is_causal=mask is None
            )
            x = x + y.transpose(1, 2).flatten(2)  # (batch, time, width)
        return self.convolution(x[:, None])[:, 0] + torch.einsum("btd,bsd,bse->bte", x, x, x)
