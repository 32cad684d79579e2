"""A run that is resumed has its weights back, but not its optimizer, schedule or scaler.

Why: it goes on and the loss is fine; only moments, step counts and learning rate start anew.
Kill: stop and resume a run, and assert the same weights as of a run that never stopped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from workbench.mutants._code import Code, Mutation
from workbench.mutants._read import words

RANK = 0
_STATES = {"optimizer", "optimiser", "optim", "opt", "scheduler", "schedule", "scaler"}


def mutate(code: Code) -> Iterator[Mutation]:
    """Leave out what loads the state of anything but the model."""
    for statement in code.nodes(ast.Expr):
        match statement.value:
            case ast.Call(func=ast.Attribute(attr="load_state_dict", value=owner)):
                if words(owner) & _STATES:
                    yield code.swap(statement, "pass")
