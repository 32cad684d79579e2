"""A copy of the module, by ``copy.deepcopy`` or pickle, computes the same and is its own.

Why: Moving averages, ensembles, teachers, distributed launchers and data-parallel wrappers all
copy modules. A lambda or an open handle in an attribute cannot be copied; a cached tensor of the
last call that has a graph cannot either; a copy that shares weights trains its original.
Fix: Use functions of the module or ``functools.partial`` in the place of lambdas, keep no tensors
of a call, and leave ``__deepcopy__`` and ``__getstate__`` as they are.
"""

from __future__ import annotations

from workbench.checks._compare import worst
from workbench.checks._decision import Decision, failed, passed, remarked
from workbench.checks._subject import Subject

TIER = "full"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 12


def check(subject: Subject) -> Decision:
    """Copy in both ways, run the copy, change it, and run the original."""
    case = subject.case(dtype="float32")
    subject.run(case)
    for how in ("deepcopy", "pickle"):
        conditions = subject.conditions(case, weights="spread", copied_by=how)
        answer = subject.look("copies", case, how=how)
        if answer.get("parametrised"):
            concern = f"torch cannot {how} weights that are computed from others; use state_dict"
            return remarked("deepcopy gives a module that computes the same", concern)
        if "refused" in answer:
            seen = f"{how}: {answer['refused'][:300]}"
            return failed(seen, "a module that can be copied", conditions)
        distance, name = worst(answer["before"], answer["copied"])
        if distance > max(subject.repeatable, 1e-6):
            seen = f"{name} of the copy by {how} differs by {distance:.3g}"
            return failed(seen, "the same output", conditions)
        distance, name = worst(answer["before"], answer["original"])
        if distance > subject.repeatable:
            seen = f"{name} of the original differs by {distance:.3g} after its copy was changed"
            return failed(seen, "a copy with weights of its own", conditions)
    return passed("deepcopy and pickle give modules that compute the same", **conditions)
