"""A constructor that takes ``device`` or ``dtype`` makes every parameter and buffer there.

Why: A layer that is built with ``device="cuda"`` and leaves one table on the CPU stops at its first
call; one that forgets to hand ``dtype`` on mixes two types; one that cannot be built on ``meta``
fills the memory that sharded loading is meant to save.
Fix: Collect ``factory = {"device": device, "dtype": dtype}`` and give it to every layer, parameter
and table that the constructor makes; torch's own modules do the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "full"
KINDS = ("model", "layer")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 12

_DEVICE, _DTYPE, _USUAL = "meta", "float64", "float32"


def check(subject: Subject) -> Decision:
    """Build on meta in double precision, by the arguments and by torch's defaults."""
    taken = {
        entry["name"]: entry["shown"]
        for entry in subject.describe()["constructor"]
        if entry["name"] in ("device", "dtype") and entry["name"] not in subject.spec.options
    }
    if not taken:
        return passed("the constructor takes neither a device nor a type")
    words = {"device": _DEVICE, "dtype": _DTYPE}
    given = {name: words[name] for name in taken}
    conditions: dict[str, Any] = {"options": dict(subject.options), "given": given}
    told = _tensors(subject, taken, given, "cpu", _USUAL)
    followed = _tensors(subject, taken, {}, _DEVICE, _DTYPE)
    for name, tensor in told.items():
        if "device" in given and tensor["device"] != _DEVICE:
            seen = f"{name} is made on {tensor['device']} with device={_DEVICE!r}"
            return failed(
                seen, "every parameter and buffer on the device that is given", conditions
            )
        # One that keeps its type whatever the default is was given that type on purpose.
        follows = followed.get(name, {}).get("dtype") == _DTYPE
        if "dtype" in given and tensor["learns"] and follows and tensor["dtype"] != _DTYPE:
            seen = f"{name} is {tensor['dtype']} with dtype=torch.{_DTYPE}"
            return failed(seen, "every parameter in the type that is given", conditions)
    return passed(f"{len(told)} tensors follow {' and '.join(given)}", **conditions)


def _tensors(
    subject: Subject, taken: Mapping[str, str], given: Mapping[str, str], device: str, dtype: str
) -> dict[str, dict[str, Any]]:
    """Build, and list parameters and buffers by name."""
    question = {
        "of": subject.of(subject.options, _USUAL),
        "given": given,
        "texts": [name for name, shown in taken.items() if shown[:1] in ("'", '"')],
        "default_device": device,
        "default_dtype": dtype,
    }
    try:
        answer = subject.line.ask("factory", question)
    except CandidateRaised as error:
        if "meta" in f"{error.message}".lower():
            raise CannotLook(f"building it needs values, which meta lacks: {error}") from error
        raise
    return {tensor["name"]: tensor for tensor in answer["tensors"]}
