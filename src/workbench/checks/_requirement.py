"""The right sides that requirements may have, and how a check decides them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._subject import Subject
from workbench.errors import SpecError, nearest
from workbench.spec import Requirement

NUMBER = "a closed form"
LAW = "nothing"
EQUATION = "an equation"
SEQUENCE = "an order of operations"


def legal(line: Requirement, forms: Sequence[str]) -> None:
    """Refuse a requirement whose right side its check does not understand.

    Args:
        line: The requirement.
        forms: What may stand on the right: `NUMBER`, `LAW`, `EQUATION`, `SEQUENCE`, or words.

    Raises:
        SpecError: Something else stands there.
    """
    if {"equals": EQUATION, "runs": SEQUENCE}.get(line.comparison) in forms:
        return
    if not line.comparison:
        if LAW not in forms:
            words = [form for form in forms if form != NUMBER] or ["num_layers"]
            _refuse(line, f"{line.text!r} needs a right side, for example '== {words[0]}'")
    elif NUMBER not in forms:
        words = [form for form in forms if form != LAW]
        if not words:
            _refuse(line, f"{line.phrase!r} is a law; write it without {line.comparison!r}")
        if line.comparison != "==" or _bare(line) not in words:
            _refuse(line, f"{line.text!r} says {_bare(line)!r}: {nearest(_bare(line), words)}")


def _refuse(line: Requirement, problem: str) -> None:
    raise SpecError(problem, line=line.line, field=f"requires.{line.id}")


def _bare(line: Requirement) -> str:
    return line.right.strip("'\"")


def word(subject: Subject) -> str:
    """Return the word on the right of the requirement that is being decided."""
    return _bare(subject.phrase)


def counted(
    subject: Subject, count: int, things: str, conditions: Mapping[str, Any], *, where: str = ""
) -> Decision:
    """Decide a quantity.

    Args:
        subject: Whose requirement is decided.
        count: What was counted, with the subject's options.
        things: What it is a count of, in words.
        conditions: Under which it was counted.
        where: ``file:line`` in the draft.

    Returns:
        passed or failed.
    """
    line = subject.phrase
    wanted = line.expression.value(subject.options)
    holds = {"==": count == wanted, "<=": count <= wanted, ">=": count >= wanted}[line.comparison]
    if holds:
        return passed(f"{count} {things}", **conditions)
    return failed(f"{count} {things}", f"{line.comparison} {wanted}", conditions, where=where)


def chosen(
    subject: Subject, seen: str, words: str, conditions: Mapping[str, Any], *, where: str = ""
) -> Decision:
    """Decide a choice.

    Args:
        subject: Whose requirement is decided.
        seen: The word that describes what was observed.
        words: What was observed, in a sentence.
        conditions: Under which it was observed.
        where: ``file:line`` in the draft.

    Returns:
        passed or failed.
    """
    if seen == word(subject):
        return passed(words, **conditions)
    return failed(words, word(subject), conditions, where=where)


def axis_of(subject: Subject) -> str:
    """Return the axis that a law speaks of: the one it names, or the only one that it can mean.

    Raises:
        CannotLook: No axis is named and several or none are possible.
    """
    if subject.requirement is not None and subject.requirement.over:
        return subject.requirement.over
    tensors = subject.spec.inputs
    needed = [name for name in tensors if name not in subject.optional]
    inputs = {axis.text for name in needed for axis in tensors[name].axes}
    possible = [name for name in subject.spec.sizes if name in inputs and name != "batch"]
    if len(possible) != 1:
        listed = ", ".join(possible) or "none"
        raise CannotLook(f"it says no axis; write 'over' and one of: {listed}")
    return possible[0]


def places(subject: Subject, name: str, axis: str) -> list[int]:
    """List the places at which a tensor has an axis: none, one, or several as a matrix of pairs."""
    tensor = subject.spec.inputs.get(name) or subject.spec.outputs[name]
    return [at for at, part in enumerate(tensor.axes) if part.text == axis]


def place(subject: Subject, name: str, axis: str) -> int | None:
    """Return at which place a tensor has an axis, or None."""
    tensor = subject.spec.inputs.get(name) or subject.spec.outputs[name]
    texts = [part.text for part in tensor.axes]
    return texts.index(axis) if axis in texts else None
