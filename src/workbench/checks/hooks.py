"""Hooks on the layers work: they are called, and they change nothing.

Why: Whoever looks at activations or gradients, prunes, adapts or shards a model does it by hooks. A
layer that is run by ``layer.forward(x)`` passes them by.
Fix: Call layers, never their ``forward``.
"""

from __future__ import annotations

from workbench.checks._compare import worst
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Case
from workbench.checks._line import Answer
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 8


def check(subject: Subject) -> Decision:
    """Run with a forward and a backward hook on each layer."""
    case = subject.case(dtype="float32")
    conditions = subject.conditions(case, weights="born", hooks="forward and backward")
    plain = subject.run(case, weights="born")
    answer, where = _hooked(subject, case)
    for entry in answer["around"]:
        seen = f"{entry['name'] or 'the module'}.forward is called past the hooks"
        return failed(seen, "a call of the layer itself", conditions, where=entry["where"])
    distance, name = worst(plain.outputs, answer["hooked"])
    if distance > max(subject.repeatable, 1e-5):
        seen = f"{name} differs by {distance:.3g} with hooks that do nothing"
        return failed(seen, "the same output", conditions)
    seen = f"hooks on {len(answer['modules'])} layers change nothing"
    if where:
        # Widespread in good code, and it raises instead of lying, so it is said and not failed.
        seen += f"; no full backward hook where the output of a layer is changed in place: {where}"
    return passed(seen, **conditions)


def _hooked(subject: Subject, case: Case) -> tuple[Answer, str]:
    """Look with backward hooks, or without them where the draft changes outputs in place."""
    try:
        return subject.look("calls", case, weights="born", backward=True), ""
    except CandidateRaised as error:
        if "BackwardHook" not in error.message:
            raise CannotLook(f"it stops when it is watched: {error}") from error
        return subject.look("calls", case, weights="born", backward=False), error.where
