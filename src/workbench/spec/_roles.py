"""What the code calls the parts that checks of a kind speak of.

    kind: training
    roles: {model: net, data: train_loader, optimizer: optimizer, epochs: num_epochs}

The left side is a role, the right side the name in the code: of an argument, a method, an option.
A role that is not written has no part in the code, except where a default is told below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.errors import SpecError, nearest

ROLES: dict[str, dict[str, str]] = {
    "model": {},
    "layer": {},
    "loss": {
        "prediction": "the input that is judged; the first that is not the target, if not written",
        "target": "the input that it is judged by; the one of integers, or that is called so",
        "weight": "the input or list option with one weight for each class",
    },
    "metric": {
        "prediction": "the input that is judged; the first that is not the target, if not written",
        "target": "the input that it is judged by; the one of integers, or that is called so",
        "update": "the method that takes a batch; update, if not written",
        "compute": "the method that gives the value; compute, if not written",
        "reset": "the method that starts anew; reset, if not written",
        "merge": "the method that takes other metrics in, one or a list",
    },
    "dataset": {
        "ragged": "the size that differs from item to item",
        "collate": "the method or function that makes a batch from a list of items",
        "loader": "the function or class that gives batches of a data set",
        "batch_size": "the argument of the loader for the number of items in a batch",
        "shuffle": "the argument of the loader that mixes the order",
        "drop_last": "the argument of the loader that drops an incomplete batch",
        "seed": "the argument of the loader for the order's seed",
        "workers": "the argument of the loader for the number of worker processes",
        "mask": "the part of a batch that is True at real content",
        "lengths": "the part of a batch that holds the items' lengths",
        "split": "the option that chooses training, validation or test",
    },
    "training": {
        "model": "the argument that is trained",
        "data": "the argument with the batches to train on",
        "validation": "the argument with the batches to evaluate on",
        "optimizer": "the argument with the optimizer",
        "loss": "the argument with the loss function",
        "target": "the input that the loss compares with; the last, if not written",
        "schedule": "the argument with the learning-rate scheduler",
        "scaler": "the argument with the gradient scaler",
        "average": "the argument with a copy of the model that is to hold averaged weights",
        "epochs": "the option for the number of passes over the data, those before a stop included",
        "device": "the argument for the device",
        "run": "the method that trains, where the name is a class",
        "save": "the method that gives or writes the state",
        "load": "the method that takes or reads the state",
        "checkpoint": "the argument with the path of the checkpoint",
    },
}
"""For each kind its roles, each with what it means."""


def read_roles(value: object) -> dict[str, str]:
    """Read the field ``roles``; whether its kind has them is decided by `legal_roles`."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        example = "{prediction: logits, target: target}"
        raise SpecError(f"{value!r} is no mapping; write for example {example}", field="roles")
    for role, name in value.items():
        if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
            problem = f"{name!r} is no name in the code; write the name of an argument or a method"
            raise SpecError(problem, field=f"roles.{role}")
    return {str(role): name for role, name in value.items()}


def legal_roles(kind: str, given: Mapping[str, str], fields: Mapping[str, Any]) -> None:
    """Refuse a role that the kind does not have, or that names nothing.

    Args:
        kind: The spec's kind.
        given: The roles with the names that the code gives them.
        fields: The declared names: inputs, options and sizes.

    Raises:
        SpecError: The role is unknown, or its name is not declared.
    """
    for role, name in given.items():
        if role not in ROLES[kind]:
            known = nearest(role, ROLES[kind])
            raise SpecError(f"a {kind} has no role {role!r}: {known}", field=f"roles.{role}")
        declared = _DECLARED.get((kind, role))
        if declared is None:
            continue
        legal = [entry for field in declared for entry in fields[field]]
        if name not in legal:
            listed = nearest(name, legal)
            problem = f"{name!r} is not among the {' and '.join(declared)}: {listed}"
            raise SpecError(problem, field=f"roles.{role}")


def usual_target(inputs: Mapping[str, Any]) -> str:
    """Tell which input is the target, where no role says so: by its name, else by its type."""
    named = [name for name in inputs if re.match(r"(targets?|labels?|y|y_true)$", name)]
    whole = [name for name, tensor in inputs.items() if tensor.dtype.startswith("int")]
    return next((names[0] for names in (named, whole) if len(names) == 1), "")


_DECLARED: dict[tuple[str, str], tuple[str, ...]] = {
    ("loss", "prediction"): ("inputs",),
    ("loss", "target"): ("inputs",),
    ("loss", "weight"): ("inputs", "options"),
    ("metric", "prediction"): ("inputs",),
    ("metric", "target"): ("inputs",),
    ("dataset", "ragged"): ("sizes",),
    ("dataset", "split"): ("options",),
    ("training", "target"): ("inputs",),
}
