"""Every registered layer is called, where the contract speaks of its kind or it keeps values.

Why: A layer that is created and not called is a line that was forgotten: the dropout that does
not drop, the norm that was replaced in one place only. It has no parameters to complain about.
Where the contract says nothing of its kind and it keeps nothing, it is a remark: without it, the
module computes, learns and saves the same.
Fix: Call it where the design says, or delete it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.checks._decision import Decision, failed, remarked
from workbench.checks._pointwise import FUNCTIONS
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 9

_SHOWN = 5
_ACTIVATIONS = frozenset(re.sub(r"[^a-z]", "", name.partition("(")[0]) for name in FUNCTIONS)


def check(subject: Subject) -> Decision:
    """Run in training, with and without the optional inputs, and count the calls."""
    called: dict[str, int] = {}
    told = {}
    cases = [subject.case(dtype="float32")]
    if subject.optional:
        cases.append(subject.case(dtype="float32", without=subject.optional))
    for case in cases:
        for entry in subject.look("calls", case, weights="born", train=True)["modules"]:
            used = entry["called"] + entry["read"]  # ``self.drop.p`` is a use as well
            called[entry["name"]] = called.get(entry["name"], 0) + used
            told[entry["name"]] = entry
    conditions = subject.conditions(cases[0], mode="train", weights="born")
    # A layer's own weight may be used without a call; `gradient_flow` looks after those.
    idle = {
        name: told[name]
        for name, count in called.items()
        if not count and not _excused(name, told) and not told[name]["parameters"]
    }
    asked = {n: one for n, one in idle.items() if one["kept"] or _spoken_of(subject.spec, one)}
    if asked:
        return failed(f"never called: {_few(asked)}", "every layer called", conditions)
    concern = f"registered and never called, which changes nothing: {_few(idle)}" if idle else ""
    seen = f"{len(called) - len(idle)} layers, each called or used"
    return remarked(seen, concern, **conditions)


def _few(layers: Mapping[str, Mapping[str, Any]]) -> str:
    shown = [f"{name} ({one['type']})" for name, one in layers.items()]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _spoken_of(spec: Spec, layer: Mapping[str, Any]) -> bool:
    """Whether an option, a requirement or the text names the kind of a layer."""
    whole = re.sub(r"[^A-Za-z]", "", layer["type"])
    # The last word is the kind; those before it may be the name of the model that it is made for.
    last = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", whole)[-1:]
    stems = {re.sub("^dropout$", "drop", part.lower()) for part in (whole, *last)}
    if stems & _ACTIVATIONS:
        stems |= {"activ", "nonlinear"}
    said = [spec.text, *spec.roles.values(), *(line.text for line in spec.requires.values())]
    said += [f"{name} {value}" for name, value in spec.options.items()]
    words = re.findall(r"[a-z]+", " ".join(said).lower().replace("_", " "))
    return any(word.startswith(stem) for word in words for stem in stems if len(stem) > 2)


def _excused(name: str, told: dict[str, dict[str, object]]) -> bool:
    """Containers are never called, and torch's own layers use their parts as they like.

    An identity stands where other settings put a layer.
    """
    if (
        told[name]["type"] == "Identity"
        or told[name]["container"]
        or any(told[other]["parameters"] for other in told if other.startswith(f"{name}."))
    ):
        return True
    parent = name
    while parent:
        parent = parent.rpartition(".")[0]
        if told[parent]["torch"] and not told[parent]["container"]:
            return True
    return False
