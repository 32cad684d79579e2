"""Everything that the call makes lives where the module lives, whichever device that is.

Why: A tensor that is made on the CPU meets the weights on the accelerator, and the first training
run on a real machine stops, or each step waits for a copy. On a machine without one nobody sees
it.
Fix: Make tensors with ``device=x.device``, ``x.new_zeros`` or ``torch.zeros_like``; register
tables with ``register_buffer``; name no device in the module; leave numpy out of the call.
"""

from __future__ import annotations

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 20

_COLLISIONS = (
    *("fake tensor device", "same device", "device type tensor to numpy", "with cuda"),
    "should be a cpu int64 tensor",
)
_READS = (
    "a number is read out of a tensor (item, tolist, int, float, a branch on a tensor); what stays "
    "a tensor (where, one_hot, index_add, comparisons) can be followed. torch: "
)


def check(subject: Subject) -> Decision:
    """Run on a device that is not the CPU and has rules but no data."""
    case = subject.case(dtype="float32")
    conditions = subject.conditions(case, weights="born") | {"device": "elsewhere"}
    subject.run(case, weights="born")  # does it run at all?
    try:
        answer = subject.look("elsewhere", case, weights="born")
    except CandidateRaised as error:
        text = f"{error.kind} {error.message}".lower()
        if not any(words in text for words in _COLLISIONS):
            what = _READS if "_local_scalar_dense" in text else ""
            at = f" (at {error.where})" if error.where else ""
            raise CannotLook(f"it cannot be followed without data{at}: {what}{error}") from error
        seen = error.message.replace("elsewhere:0", "another device")
        return failed(seen, "one device for all", conditions, where=error.where)
    for name, device in answer["devices"].items():
        if device != "elsewhere":
            seen = f"{name} comes back on {device}, wherever the module is"
            return failed(seen, "an output on the module's own device", conditions)
    return passed("runs on a device that is not the CPU", **conditions)
