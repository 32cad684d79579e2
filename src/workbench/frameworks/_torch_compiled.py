"""Runs the module as torch's compiler and exporter see it, beside itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_blame import blame
from workbench.frameworks._torch_run import call, named, prepared, split, tensors


def compiled(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run the module three times: as it is, compiled, and exported.

    No code is generated: the compiler's front reads the module, and the graphs that it found are
    run as they are.

    Args:
        arguments: As for `run`.

    Returns:
        ``plain``: the outputs. ``compiled`` and ``exported``: each ``outputs`` and in how many
        ``graphs``, with ``breaks``, the reasons why it is more than one; or ``raised``, ``where``.
    """
    with prepared(arguments) as built, torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inputs = tensors(arguments["inputs"], built)

        def outputs(module: Callable[..., Any]) -> dict[str, modules.Array]:
            modules.seed(int(arguments.get("seed", 0)))
            returned = call(module, inputs, arguments["order"])
            found, _ = named(returned, arguments["returns"])
            return {name: modules.array(value) for name, value in found.items()}

        return {
            "plain": outputs(built.module),
            "compiled": _attempt(lambda: _compiled(built.module, outputs)),
            "exported": _attempt(
                lambda: _exported(built.module, inputs, arguments["order"], outputs)
            ),
        }


def _attempt(way: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return way()
    except Exception as error:
        said = f"{type(error).__name__}: {error}".strip()
        return {"raised": said.splitlines()[0][:500], "where": blame(error)}


def _compiled(module: nn.Module, outputs: Callable[..., Any]) -> dict[str, Any]:
    from torch import _dynamo  # slow to import, and only asked for here

    graphs = []

    def keep(graph: torch.fx.GraphModule, example: object) -> Callable[..., Any]:
        graphs.append(graph)
        return graph.forward

    _dynamo.reset()
    _dynamo.utils.counters.clear()
    try:
        found = outputs(torch.compile(module, backend=keep, dynamic=False))
        breaks = [str(reason) for reason in _dynamo.utils.counters["graph_break"]]
    finally:
        _dynamo.reset()
    return {"outputs": found, "graphs": len(graphs), "breaks": [text[:300] for text in breaks]}


def _exported(
    module: nn.Module, inputs: Mapping[str, Tensor], order: list[str], outputs: Callable[..., Any]
) -> dict[str, Any]:
    positional, by_name = split(inputs, order)
    program = torch.export.export(module, positional, by_name, strict=False)
    return {"outputs": outputs(program.module()), "graphs": 1, "breaks": []}
