"""Options are keywords of the constructor with the spec's values as defaults; inputs are arguments.

Why: Configurations, trainers and tests call the module by these names. A missing default or another
order breaks them, or worse, is filled in with another value without a word.
Fix: Name every option in the constructor and give it the spec's value; name the inputs of the call
in the spec's order, and give those with a question mark the default None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer", "loss", "metric", "dataset", "training")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 1

_CALLED = ("model", "layer", "loss")  # of other kinds the roles say what is called how
Parameters = Sequence[Mapping[str, Any]]


def check(subject: Subject) -> Decision:
    """Compare both signatures with the contract."""
    described = subject.describe()
    constructor, call = described["constructor"], described["call"]
    if subject.spec.kind not in _CALLED:
        return _defaults(subject, constructor, described["where"])
    if described["class"] == "function":  # its options are keywords of the same call
        call = [p for p in constructor if p["name"] in subject.spec.inputs or p["required"]]
        constructor = [parameter for parameter in constructor if parameter not in call]
    problems = _constructor(subject, constructor) + _call(subject, call)
    if problems:
        seen, expected = (", ".join(words) for words in zip(*problems, strict=True))
        return failed(seen, expected, where=described["where"])
    names = ", ".join(parameter["name"] for parameter in call)
    return passed(f"{subject.spec.name}({', '.join(subject.spec.options)}) called with ({names})")


def _defaults(subject: Subject, parameters: Parameters, where: str) -> Decision:
    """Compare the defaults of the options alone, where they have any."""
    found = {each["name"]: each for each in parameters if not each["required"]}
    told = {name: found[name] for name in subject.spec.options if name in found}
    wrong = [
        (f"{name}={told[name]['shown']}", f"{name}={subject.spec.options[name]!r}")
        for name in told
        if not subject.spec.existing
        and not _equal(told[name]["default"], subject.spec.options[name])
    ]
    if wrong:
        seen, expected = (", ".join(words) for words in zip(*wrong, strict=True))
        return failed(seen, expected, where=where)
    return passed(f"{', '.join(told) or 'no option'} with the declared default")


def _constructor(subject: Subject, parameters: Parameters) -> list[tuple[str, str]]:
    found = {parameter["name"]: parameter for parameter in parameters}
    problems = []
    for name, value in subject.spec.options.items():
        parameter = found.get(name)
        if parameter is None:
            problems.append((f"no option {name!r}", f"{name}={value!r}"))
        elif subject.spec.existing:
            continue  # code that was there before has defaults of its own
        elif parameter["required"]:
            problems.append((f"{name!r} has no default", f"{name}={value!r}"))
        elif not _equal(parameter["default"], value):
            problems.append((f"{name}={parameter['shown']}", f"{name}={value!r}"))
    for parameter in parameters:
        if parameter["required"] and parameter["name"] not in subject.spec.options:
            problems.append((f"{parameter['name']!r} must be given", "the spec's options suffice"))
    return problems


def _equal(default: Any, value: Any) -> bool:
    # True == 1 in Python, and 0 and 0.0 are the same rate.
    return isinstance(default, bool) is isinstance(value, bool) and bool(default == value)


def _call(subject: Subject, parameters: Parameters) -> list[tuple[str, str]]:
    positional = [p for p in parameters if p["kind"].startswith("positional")]
    any_positional = any(p["kind"] == "var_positional" for p in parameters)
    names = [parameter["name"] for parameter in positional]
    wanted = list(subject.spec.inputs)
    problems = []
    if names[: len(wanted)] != wanted and not any_positional:
        problems.append((f"a call with ({', '.join(names)})", f"a call with ({', '.join(wanted)})"))
        return problems
    for parameter in parameters:
        tensor = subject.spec.inputs.get(parameter["name"])
        if tensor is None and parameter["required"]:
            problems.append((f"the call needs {parameter['name']!r}", "the inputs suffice"))
        elif tensor is None or not tensor.optional:
            continue
        elif parameter["required"] or parameter["default"] is not None:
            seen = "no default" if parameter["required"] else f"default {parameter['shown']}"
            problems.append((f"{parameter['name']!r} has {seen}", "default None"))
    return problems
