"""What a contract leaves open: bugs that nothing in it would notice, and the line that would.

A check that follows from no kind runs only where a requirement asks for it. Such a check may say
for which kinds it is meant (`FITS`, models and layers where it does not) and, in a function
``fits(spec)``, what a contract must have for its requirement to make sense.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from workbench import registry
from workbench.checks._claims import claims
from workbench.checks._plan import asked_of, implied_by, lesson
from workbench.checks._requirement import EQUATION, LAW, NUMBER
from workbench.checks._words import prose
from workbench.records import Gap
from workbench.spec import Spec, parse_requirement

_ROOM = "checks"
_MANY_WORDS = 8
_TELLING = ("equation", "operation_order", "law", "parameters", "output_form", "distinct_layers")


def gaps(spec: Spec) -> tuple[Gap, ...]:
    """List the requirements that a spec could have and has not.

    Args:
        spec: The spec.

    Returns:
        For each check that nothing asks for: a requirement that would, and what it would catch.
        First come those that the text of the spec speaks of, then those that catch most.
    """
    phrases = {line.phrase for line in spec.requires.values()}
    found = list(_told(spec, phrases))
    known = {gap.check for gap in found}
    for name in dict.fromkeys([*_TELLING, *registry.members(_ROOM)]):
        module = registry.load(_ROOM, name)
        said = phrases | {line.phrase for line in implied_by(spec, module)}
        if (
            name not in known
            and module.DECIDES
            and not said & module.DECIDES.keys()
            and _fits(spec, module)
        ):
            found.append(Gap(check=name, requirement=_example(module), catches=lesson(name).why))
    return tuple(found)


def _told(spec: Spec, phrases: set[str]) -> Iterator[Gap]:
    """Find what the text says and no requirement holds a draft to."""
    deciding = {
        phrase: name
        for name in registry.members(_ROOM)
        for phrase in registry.load(_ROOM, name).DECIDES
    }
    for claim in claims(spec, prose(spec.text, spec.name)):
        phrase = parse_requirement("R1", claim.text).phrase
        if phrase not in phrases:
            catches = f"Your text says {claim.words!r}, and no requirement checks it."
            yield Gap(check=deciding[phrase], requirement=claim.text, catches=catches)


def _fits(spec: Spec, module: ModuleType) -> bool:
    if spec.kind in module.KINDS or spec.kind not in asked_of(module):
        return False  # it runs already, or it would make no sense
    fits = getattr(module, "fits", None)
    return fits is None or bool(fits(spec))


def _example(module: ModuleType) -> str:
    """Write a requirement with what may stand on its right."""
    if hasattr(module, "EXAMPLE"):
        return str(module.EXAMPLE)
    phrase, forms = next(iter(module.DECIDES.items()))
    if EQUATION in forms:
        return f"{phrase} ..."
    if LAW in forms:
        return str(phrase)
    words = [form for form in forms if form != NUMBER]
    shown = " | ".join(words[:_MANY_WORDS]) + (" | ..." if len(words) > _MANY_WORDS else "")
    return f"{phrase} == {shown or '...'}"
