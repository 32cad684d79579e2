"""Settings of convolutions and poolings: where they are written down, and other ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import argument, last_name, number

_LAYERS = ("Conv1d", "Conv2d", "Conv3d", "conv1d", "conv2d", "conv3d")


def changed(
    code: Code, name: str, place: int, others: Mapping[float, str], otherwise: str = ""
) -> Iterator[Mutation]:
    """Change a setting wherever it is given.

    Args:
        code: The file.
        name: The setting's name.
        place: Its place among the arguments of a convolution.
        others: Which value becomes which.
        otherwise: What every other value becomes; nothing else is changed if it is empty.

    Yields:
        One mutation for each place.
    """
    for call in code.nodes(ast.Call):
        setting = argument(call, place if last_name(call.func) in _LAYERS else -1, name)
        if setting is None:
            continue
        other = others.get(number(setting) or 0.0, otherwise)
        if number(setting) is None:
            other = otherwise
        if other:
            yield code.swap(setting, other)
