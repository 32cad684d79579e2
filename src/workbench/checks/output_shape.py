"""The outputs have the declared shapes and types at every legal size.

Why: A size of 0 or 1 is where a squeeze eats an axis; a size that equals another hides swapped
axes; the largest size is where a table turns out too short. An evaluation's last batch is always
odd.
Fix: Take sizes from the input (``x.shape``), never from numbers or from an earlier call; name the
axis of every squeeze; build tables as long as the largest size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.checks import _sizes
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Case
from workbench.checks._subject import Run, Subject
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ("model", "layer", "loss")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 2


def check(subject: Subject) -> Decision:
    """Run at ordinary, smallest and largest sizes, and follow the shapes at full size."""
    tried = subject.tried()
    subject.run(tried[0], weights="born", partly=True)
    subject.ahead(tried, weights="born")
    for case in tried:
        problem = tried_at(subject, case)
        if problem is not None:
            return problem
    sizes = [case.sizes for case in tried]
    problem, limit = _full(subject, subject.spec.options)
    if problem is not None and _full(subject, subject.options)[0] is not None:
        # Small options show the same without data. If they do not with data, torch is to blame.
        limit = problem.seen
        problem = _with_data(subject, problem)
    seen = f"as declared at {len(sizes)} sets of sizes"
    seen += f"; the full size cannot be followed without data: {limit}" if limit else ""
    return problem or passed(seen, sizes=sizes)


def _with_data(subject: Subject, problem: Decision) -> Decision | None:
    """Look with data, at the largest sizes of small options, for what was seen without."""
    sizes = _sizes.largest(subject.spec, subject.options)
    if not _sizes.quick(subject.spec, subject.options, sizes):
        return problem
    return tried_at(subject, subject.case(sizes, dtype="float32"))


def tried_at(subject: Subject, case: Case) -> Decision | None:
    """Run in one case; None where the outputs are as declared, else the failure."""
    conditions = subject.conditions(case, weights="born")
    try:
        run = subject.run(case, weights="born", partly=True)
    except CandidateRaised as error:
        sizes = ", ".join(f"{name}={size}" for name, size in case.sizes.items())
        seen = f"{error.kind}: {error.message}"
        return failed(seen, f"an output at {sizes}", conditions, where=error.where)
    names = {**subject.options, **case.sizes}
    found = {
        name: (values.shape, run.dtypes.get(name, str(values.dtype)))
        for name, values in run.outputs.items()
    }
    return _compared(subject, found, names, _structure(subject, run), conditions)


def _structure(subject: Subject, run: Run) -> str:
    count = len(subject.spec.outputs)
    wrong = run.structure.startswith(("tuple", "list")) and not run.structure.endswith(f" {count}")
    return run.structure if wrong else ""


def _full(subject: Subject, options: Mapping[str, Any]) -> tuple[Decision | None, str]:
    """Follow the shapes through the full-size module.

    Returns:
        The failure, or None where nothing is wrong; and what kept them from being followed.
    """
    sizes = _sizes.largest(subject.spec, options)
    conditions = {"options": dict(options), "sizes": sizes, "device": "meta"}
    try:
        answer = subject.outline(options)
    except CannotLook as error:
        return None, str(error)[:200]  # the largest sizes were tried with small options
    except CandidateRaised as error:
        shown = ", ".join(f"{name}={size}" for name, size in sizes.items())
        seen = f"{error.kind}: {error.message}"
        wanted = f"an output at full size, {shown}"
        return failed(seen, wanted, conditions, where=error.where), ""
    found = {name: (tuple(shape), dtype) for name, (shape, dtype) in answer["outputs"].items()}
    return _compared(subject, found, {**options, **sizes}, "", conditions), ""


def _compared(
    subject: Subject,
    found: Mapping[str, tuple[Sequence[int], str]],
    names: Mapping[str, Any],
    structure: str,
    conditions: Mapping[str, Any],
) -> Decision | None:
    wanted = ", ".join(f"{name}: {tensor}" for name, tensor in subject.spec.outputs.items())
    if structure:
        return failed(f"a {structure}", wanted, conditions)
    for name, tensor in subject.spec.outputs.items():
        if name not in found:
            return failed(f"no output {name!r}", wanted, conditions)
        shape, dtype = found[name]
        expected = tensor.shape(names)
        if tuple(shape) != expected:
            return failed(f"{name} {_shown(shape)}", f"{name} {_shown(expected)}", conditions)
        if not _fits(dtype, tensor.dtype):
            return failed(f"{name} is {dtype}", f"{name} is {_type(tensor.dtype)}", conditions)
    return None


def _shown(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _type(declared: str) -> str:
    return "float32, as the inputs and weights are" if declared == "float" else declared


def _fits(dtype: str, declared: str) -> bool:
    if declared == "float":
        return dtype == "float32"  # what goes in as float32 comes out as float32
    return dtype.startswith("int") if declared == "int" else dtype == declared
