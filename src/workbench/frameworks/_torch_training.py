"""Runs a training loop on a small model, and records what its optimizer is given."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import inspect
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from workbench.frameworks import _torch_module as modules
from workbench.frameworks._torch_averaged import averaged
from workbench.frameworks._torch_memory import living
from workbench.frameworks._torch_probe import Batch, Loader, Probe, Record, keys, told_loss


def training(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run a loop once or several times, each time with new objects.

    Args:
        arguments: ``of``; ``roles``: what the code calls the parts; ``target``: the input that the
            loss compares with; ``shape``: of the output without the batch axis; ``runs``: settings
            with ``data`` and ``validation`` (batches of arrays), ``options``, ``epochs``, ``seed``,
            ``weights`` (flat, or None), ``dropout``, ``shuffle``, ``rate``, ``decay``,
            ``momentum``, ``measured`` (count at each step what is alive), ``script`` (said losses
            on the validation data), ``without`` (roles that are left out), and perhaps ``path``,
            ``save`` and ``load``: names of checkpoints.

    Returns:
        ``runs``: for each its ``steps``, ``events``, ``parameters``, ``losses`` and ``groups``;
        ``returned``: the numbers in what the loop gave back, in their order; and what `averaged`
        tells of an average of the weights.
    """
    with tempfile.TemporaryDirectory() as folder:
        return {"runs": [_run(run, arguments, folder) for run in arguments["runs"]]}


def _run(run: Mapping[str, Any], arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    parts = _Parts(run, arguments, folder)
    before = flat(parts.model)
    losses = [parts.loss_now()]
    steps: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    with _watched(parts, steps, groups, run["measured"]):
        modules.seed(run["seed"])
        returned, made = _call(run, arguments, parts, folder)
    losses.append(parts.loss_now())
    return {
        "returned": _numbers(returned),
        **averaged((returned, made, parts.average), parts.model),
        "steps": steps,
        "events": parts.record.events,
        "before": before,
        "after": flat(parts.model),
        "parameters": [
            {
                "name": name,
                "size": value.numel(),
                "axes": value.ndim,
                "learned": learned,
                "learns": value.requires_grad,
            }
            for (name, value), learned in zip(
                parts.model.named_parameters(), parts.learned, strict=True
            )
        ],
        "losses": losses,
        "groups": groups,
    }


class _Parts:
    """What a loop is given, by role."""

    def __init__(self, run: Mapping[str, Any], given: Mapping[str, Any], folder: str) -> None:
        sources = {"training": run["data"], "validation": run["validation"]}
        target = given["target"]
        first = next(name for name in run["data"][0] if name != target)
        self.record = Record(_known_rows(sources, first), run["script"])
        modules.seed(run["seed"] + 7)
        example = run["data"][0]
        self.model = Probe(example, target, given["shape"], run["dropout"], self.record)
        if run["weights"] is not None:
            _fill(self.model, run["weights"])
        self.average = copy.deepcopy(self.model) if "average" in given["roles"] else None
        self.learned = [value.requires_grad for value in self.model.parameters()]
        self.batches = {
            source: [_batch(arrays) for arrays in batches] for source, batches in sources.items()
        }
        self.target = target
        self.loss = told_loss(self.batches["training"][0][target], self.record)
        learned = [value for value in self.model.parameters() if value.requires_grad]
        more = {"momentum": run["momentum"], "weight_decay": run["decay"]}
        self.optimizer = torch.optim.SGD(learned, lr=run["rate"], **more)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, _fading)
        self.scaler = torch.amp.GradScaler("cpu", init_scale=64.0)
        self._run, self._folder = run, folder

    def role(self, role: str) -> Any:
        """Return what plays a role."""
        if role in ("data", "validation"):
            source = "training" if role == "data" else role
            shuffle = self._run["shuffle"] and role == "data"
            return Loader(self.batches[source], source, shuffle, self.record)
        if role == "checkpoint":
            name = self._run.get("path")
            return os.path.join(self._folder, name) if name else None
        return {"device": "cpu", "epochs": self._run["epochs"]}.get(role) or getattr(self, role)

    def _loss_of(self, batch: Batch) -> torch.Tensor:
        output = self.model(*[batch[name] for name in self.model.inputs])
        value: torch.Tensor = self.loss(output, batch[self.target])
        return value

    def loss_now(self) -> float:
        """Compute the loss over the training data, in evaluation, without leaving a trace."""
        kept, mode = list(self.record.events), self.model.training
        script, self.record.script = self.record.script, ()
        self.model.eval()
        state = torch.get_rng_state()
        with torch.no_grad():
            values = [
                self.loss(
                    self.model(*[batch[name] for name in self.model.inputs]), batch[self.target]
                )
                for batch in self.batches["training"]
            ]
        torch.set_rng_state(state)
        self.model.train(mode)
        self.record.events[:], self.record.script = kept, script
        return float(torch.stack(values).mean())


def _known_rows(
    sources: Mapping[str, Sequence[Mapping[str, modules.Array]]], first: str
) -> dict[bytes, tuple[str, int]]:
    """Number the rows of all data, and find them by their content."""
    known: dict[bytes, tuple[str, int]] = {}
    for source, batches in sources.items():
        found = [key for batch in batches for key in keys(torch.from_numpy(np.array(batch[first])))]
        known |= {key: (source, row) for row, key in enumerate(found)}
    return known


def _fading(count: int) -> float:
    return 1.0 / (1.0 + 0.5 * count)


def _batch(arrays: Mapping[str, Any]) -> Batch:
    return Batch.of({name: torch.from_numpy(np.array(value)) for name, value in arrays.items()})


def flat(model: nn.Module) -> modules.Array:
    """Join all parameters into one array."""
    return np.concatenate([modules.array(value).reshape(-1) for value in model.parameters()])


def _fill(model: nn.Module, weights: modules.Array) -> None:
    place = 0
    with torch.no_grad():
        for value in model.parameters():
            part = np.array(weights[place : place + value.numel()])
            value.copy_(torch.from_numpy(part).reshape(value.shape))
            place += value.numel()


@contextlib.contextmanager
def _watched(
    parts: _Parts, steps: list[dict[str, Any]], groups: list[dict[str, Any]], measured: bool
) -> Iterator[None]:
    """Take note of every step of every optimizer, just before it is taken."""
    names = {value: name for name, value in parts.model.named_parameters()}

    def note(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        held = {value for group in optimizer.param_groups for value in group["params"]}
        gradients = [
            np.zeros(value.numel())
            if value.grad is None or value not in held
            else modules.array(value.grad).reshape(-1)
            for value in parts.model.parameters()
        ]
        parts.record.add("step")
        steps.append(
            {
                "gradient": np.concatenate(gradients).astype(np.float64),
                "before": flat(parts.model),
                "rates": [float(group["lr"]) for group in optimizer.param_groups],
                **({"alive": living()} if measured else {}),
            }
        )
        groups[:] = [
            {
                "decay": float(group.get("weight_decay", 0.0)),
                "names": [names[value] for value in group["params"] if value in names],
            }
            for group in optimizer.param_groups
        ]

    handle = register_optimizer_step_pre_hook(note)
    try:
        yield
    finally:
        handle.remove()


def _call(run: Mapping[str, Any], arguments: Mapping[str, Any], parts: _Parts, folder: str) -> Any:
    """Call the loop: a function, or the method of an object.

    Returns:
        What it returned each time, and the object, where there is one.
    """
    roles, found = arguments["roles"], modules.find(arguments["of"])
    methods = ("run", "save", "load", "target", *run["without"])
    given = {name: parts.role(role) for role, name in roles.items() if role not in methods}
    given = {**arguments["of"]["options"], **run["options"], **given}
    times = 1 if "epochs" in roles else run["epochs"]
    if not inspect.isclass(found):
        return [found(**given) for _ in range(times)], None
    made = found(**_taken(found, given))
    rest = {name: value for name, value in given.items() if name not in _taken(found, given)}
    if run.get("load"):
        _load(getattr(made, roles["load"]), os.path.join(folder, run["load"]))
    returned = [getattr(made, roles.get("run") or "run")(**rest) for _ in range(times)]
    if run.get("save"):
        _save(getattr(made, roles["save"]), os.path.join(folder, run["save"]))
    return returned, made


def _numbers(value: Any) -> list[float]:
    """List the numbers in nested lists, mappings and records."""
    if isinstance(value, Mapping):
        return [number for part in value.values() for number in _numbers(part)]
    if isinstance(value, list | tuple):
        return [number for part in value for number in _numbers(part)]
    if isinstance(value, torch.Tensor):
        return [float(number) for number in value.detach().flatten().tolist()]
    if isinstance(value, int | float | np.number):
        return [float(value)]
    return _numbers(vars(value)) if dataclasses.is_dataclass(value) else []


def _taken(function: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the arguments that a constructor has."""
    parameters = inspect.signature(function).parameters
    return {name: value for name, value in given.items() if name in parameters}


def _positional(method: Any) -> Sequence[str]:
    parameters = inspect.signature(method).parameters.values()
    return [p.name for p in parameters if p.kind.name.startswith("POSITIONAL")]


def _save(method: Any, path: str) -> None:
    """Save to a path, or save the state that the method gives."""
    if _positional(method):
        method(path)
    else:
        torch.save(method(), path)


def _load(method: Any, path: str) -> None:
    """Load from a path, or the state that was saved there."""
    if any("state" in name for name in _positional(method)):
        method(torch.load(path, weights_only=False))
    else:
        method(path)
