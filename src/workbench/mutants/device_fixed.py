"""The device is written down: the module runs on the processor only.

Why: without an accelerator nothing fails.
Kill: run on the ``meta`` device, which every machine has, and on an accelerator where there is one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import last_name

RANK = 1


def mutate(code: Code) -> Iterator[Mutation]:
    """Replace devices that are read from a tensor by the processor."""
    for keyword in code.nodes(ast.keyword):
        if keyword.arg == "device" and not isinstance(keyword.value, ast.Constant):
            yield code.swap(keyword.value, '"cpu"')
    for call in code.calls("to"):
        for value in call.args:
            if last_name(value) == "device":
                yield code.swap(value, '"cpu"')
