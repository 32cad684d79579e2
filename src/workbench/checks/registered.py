"""Every parameter, layer and table of the module is registered with it.

Why: A layer in a plain list, or a tensor in a plain attribute, is seen by no optimiser, moves to
no device, follows no change of type and stands in no checkpoint. Nothing fails; it is just not
there.
Fix: Put layers into ``nn.ModuleList`` or ``nn.ModuleDict``, parameters into ``nn.Parameter`` or
``nn.ParameterList``, tables into ``register_buffer`` (``persistent=False`` where they can be
computed).
"""

from __future__ import annotations

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 8


def check(subject: Subject) -> Decision:
    """Look into the plain attributes, lists and mappings of a fresh instance."""
    case = subject.case(dtype="float32")
    answer = subject.look("attributes", case, weights="born", calls=4)
    # A number in a tensor moves by itself, torch takes it anywhere; an empty one holds nothing.
    loose = [
        entry
        for entry in answer["loose"]
        if entry["kind"] != "tensor" or (entry["shape"] and 0 not in entry["shape"])
    ]
    conditions = subject.conditions(case, weights="born")
    if loose:
        shown = ", ".join(f"{entry['name']} ({entry['kind']})" for entry in loose[:5])
        return failed(f"not registered: {shown}", "all of them registered", conditions)
    return passed("no tensor or layer stands outside the registered ones", **conditions)
