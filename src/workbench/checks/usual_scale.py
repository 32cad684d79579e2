"""Attention scores are divided by the square root of the width of a head.

Why: Without the factor the softmax saturates as heads get wider, and with that of the whole width
it is nearly flat; both train, worse (Vaswani et al. 2017, section 3.2.1).
Fix: Multiply with ``head_dim ** -0.5``, once. Where another scale is meant (T5, cosine attention, a
temperature), say so: ``attention scale == 1``, or in a docstring.
"""

from __future__ import annotations

import re

from workbench.checks import _implied
from workbench.checks._attention import layers
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._requirement import LAW
from workbench.checks._subject import Subject
from workbench.checks.attention_keys import scales
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {"usual attention scale": (LAW,)}
COST = 71

_NEAR = 1e-6
_OTHER = re.compile(
    r"scal(e|es|ed|ing|or)|temp(erature)?|tau\b|t5|cosine|normali[sz]ed? (quer|key)"
    r"|linear attention"
)


def implied(spec: Spec) -> list[str]:
    """Ask it where an option counts heads, and no line says a scale."""
    said = {line.phrase for line in spec.requires.values()}
    heads = _implied.option(spec, _implied.HEADS, int)
    return ["usual attention scale"] if heads and "attention scale" not in said else []


def check(subject: Subject) -> Decision:
    """Compare each scale with none at all and with that of all heads together."""
    if not subject.phrase.id and _speaks_of_another(subject):
        raise CannotLook("the code has no words of its own, or speaks of a scale itself")
    case = subject.bare()
    conditions = subject.conditions(case, mode="eval", weights="spread")
    found = [layer for layer in layers(subject, case) if layer.width > 1]
    if not found:
        raise CannotLook("no product of queries and keys was seen")
    width, heads = found[0].width, found[0].heads
    for seen, where in scales(subject, case):
        wrong = {1.0: "no scale", (width * heads) ** -0.5: "the scale of all heads together"}
        for value, words in wrong.items():
            if abs(seen - value) <= _NEAR * value and abs(value - width**-0.5) > _NEAR:
                expected = f"{width**-0.5:.6g}, for heads of width {width}"
                return failed(f"{words}, {seen:.6g}", expected, conditions, where=where)
    return passed(f"a scale for heads of width {width}", **conditions)


def _speaks_of_another(subject: Subject) -> bool:
    words = subject.words
    names = {name.lower() for name in words.parameters}
    said = any(_OTHER.search(each.text.lower()) for each in words.sentences)
    described = any(not each.name for each in words.sentences)  # bare code says nothing either way
    return not described or said or any(_OTHER.search(name) for name in names)
