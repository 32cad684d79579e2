"""Trains the module on one batch, towards outputs that it can give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from workbench.frameworks._torch_run import call, named, prepared, tensors


def fit(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take steps of Adam from the module as it was born.

    Args:
        arguments: As for `run`, ``wanted`` (arrays by output), ``steps``, ``rate`` and
            ``until``: the share of the first loss at which it may stop.

    Returns:
        ``losses``: before each step the squared distance to the wanted outputs, relative to how far
        these spread, as a mean over the outputs.
    """
    with prepared({**arguments, "fresh": True}) as built, torch.enable_grad():
        learned = [value for value in built.module.parameters() if value.requires_grad]
        optimizer = torch.optim.Adam(learned, lr=float(arguments["rate"]))
        wanted = {
            name: torch.from_numpy(np.array(values)).to(built.device)
            for name, values in arguments["wanted"].items()
        }
        losses = []
        for _ in range(int(arguments["steps"])):
            inputs = tensors(arguments["inputs"], built)
            outputs, _ = named(call(built.module, inputs, arguments["order"]), arguments["returns"])
            loss = _distance(outputs, wanted)
            losses.append(float(loss.detach()))
            if losses[-1] <= float(arguments["until"]) * losses[0]:
                break
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return {"losses": losses}


def _distance(outputs: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> Tensor:
    parts = [
        (outputs[name] - values).square().mean() / values.var(correction=0).clamp_min(1e-12)
        for name, values in wanted.items()
    ]
    return torch.stack(parts).mean()
