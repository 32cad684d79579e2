"""Which checks a spec asks for, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType

from workbench import registry
from workbench.checks._claims import Claim, claims
from workbench.checks._requirement import legal
from workbench.checks._words import Words
from workbench.errors import SpecError, nearest
from workbench.records import Tier
from workbench.spec import Requirement, Spec, parse_requirement

_ROOM = "checks"
# Kinds whose requirements may speak of sizes: a loss has no option for the number of classes.
_SIZED = ("loss", "metric", "dataset", "training")
_TIERS: tuple[Tier, ...] = ("live", "full", "deep")


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What a check's docstring teaches.

    Args:
        holds: The property, as one sentence.
        why: What goes wrong without it.
        fix: What to try.
    """

    holds: str
    why: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One check that is going to run.

    Args:
        name: The check.
        module: Its module, which is its interface.
        requirement: The requirement that it decides, where there is one.
        exemption: Why the spec does not insist on it, or ``""``.
        implied: Whether no line says the requirement, and the names of the contract do.
        claim: The draft's own words that make the requirement, where nothing else does.
    """

    name: str
    module: ModuleType
    requirement: Requirement | None = None
    exemption: str = ""
    implied: bool = False
    claim: Claim | None = None


def lesson(name: str) -> Lesson:
    """Read a check's lesson.

    Args:
        name: A member of the room ``checks``.

    Returns:
        The parts of its docstring.
    """
    text = registry.load(_ROOM, name).__doc__ or ""
    holds, _, rest = text.partition("Why:")
    why, _, fix = rest.partition("Fix:")
    return Lesson(holds=_line(holds), why=_line(why), fix=_line(fix))


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def plan(spec: Spec, tier: Tier, words: Words | None = None) -> list[Step]:
    """List the checks that a spec asks for, the cheapest first.

    Args:
        spec: The spec.
        tier: How much is checked; a tier includes those before it.
        words: What a draft says of itself; it is held to that where the spec is silent.

    Returns:
        The steps, in order.

    Raises:
        SpecError: No check decides a requirement, or an exemption names nothing.
    """
    modules = {name: registry.load(_ROOM, name) for name in registry.members(_ROOM)}
    deciding = {phrase: name for name, module in modules.items() for phrase in module.DECIDES}
    for line in spec.requires.values():
        _decidable(spec, line, modules, deciding)
    _known_exemptions(spec, modules, deciding)
    own = claims(spec, words) if words is not None else []
    steps = [
        step
        for name, module in modules.items()
        for step in _steps(spec, name, module, own)
        if _due(step, tier)
    ]
    if not steps:
        kinds = {kind for module in modules.values() for kind in module.KINDS}
        problem = f"no check applies to the kind {spec.kind!r}: {nearest(spec.kind, kinds)}"
        raise SpecError(problem, field="kind")
    return sorted(steps, key=lambda step: (_TIERS.index(step.module.TIER), step.module.COST))


def _due(step: Step, tier: Tier) -> bool:
    """Whether a step belongs to a tier; what the spec asks for is decided before accepting."""
    due = "full" if step.requirement and step.module.TIER == "deep" else step.module.TIER
    return _TIERS.index(due) <= _TIERS.index(tier)


def _decidable(
    spec: Spec, line: Requirement, modules: dict[str, ModuleType], deciding: dict[str, str]
) -> None:
    if line.phrase not in deciding:
        raise SpecError(
            f"no check decides {line.phrase!r}: {nearest(line.phrase, deciding)}",
            line=line.line,
            field=f"requires.{line.id}",
        )
    module = modules[deciding[line.phrase]]
    forms = module.DECIDES[line.phrase]
    legal(line, forms)
    if line.of and line.comparison in ("==", "<=", ">=") and not hasattr(module, "NAMED"):
        problem = f"{line.phrase!r} cannot speak of {line.of!r} alone; leave 'of {line.of}' out"
        raise SpecError(problem, line=line.line, field=f"requires.{line.id}")
    words = any(form == line.right.strip("'\"") for form in forms)
    if line.comparison in ("==", "<=", ">=") and not words:
        try:
            # A size has no value of its own, and any legal one shows whether the form is sound.
            sizes = {name: size.bounds(spec.options)[1] for name, size in spec.sizes.items()}
            sized = spec.kind in _SIZED or hasattr(module, "SIZED")
            line.expression.value({**spec.options, **(sizes if sized else {})})
        except SpecError as error:
            raise error.at(line=line.line, field=f"requires.{line.id}") from None


def _known_exemptions(spec: Spec, modules: dict[str, ModuleType], deciding: dict[str, str]) -> None:
    legal_keys = {*modules, *deciding, *spec.requires}
    for key in spec.allows:
        if key not in legal_keys:
            problem = f"{key!r} is no check and no requirement: {nearest(key, legal_keys)}"
            raise SpecError(problem, field=f"allows.{key}")


def _steps(spec: Spec, name: str, module: ModuleType, own: list[Claim]) -> Iterator[Step]:
    lines: list[Requirement | None] = [
        line for line in spec.requires.values() if line.phrase in module.DECIDES
    ]
    said = {line.phrase for line in lines if line is not None}
    implied = [line for line in implied_by(spec, module) if line.phrase not in said]
    said |= {line.phrase for line in implied}
    claimed = [(_read(claim.text), claim) for claim in own]
    claimed = [
        (line, claim) for line, claim in claimed if line.phrase in module.DECIDES.keys() - said
    ]
    if not lines and spec.kind in module.KINDS:
        lines = [None]
    told = [*((line, False, None) for line in lines), *((line, True, None) for line in implied)]
    for line, meant, claim in [*told, *((line, True, claim) for line, claim in claimed)]:
        keys = (name, *((line.id, line.phrase) if line else module.DECIDES))
        reasons = [spec.allows[key] for key in keys if key in spec.allows]
        exemption = reasons[0] if reasons else ""
        yield Step(
            name=name,
            module=module,
            requirement=line,
            exemption=exemption,
            implied=meant,
            claim=claim,
        )


def asked_of(module: ModuleType) -> tuple[str, ...]:
    """Name the kinds of spec in which a requirement of a check makes sense."""
    return tuple(getattr(module, "FITS", module.KINDS or ("model", "layer")))


def implied_by(spec: Spec, module: ModuleType) -> list[Requirement]:
    """Write the requirements that the names in a contract make without a line of their own."""
    meant = spec.kind in (*module.KINDS, *asked_of(module))
    texts = module.implied(spec) if meant and hasattr(module, "implied") else ()
    return [_read(text) for text in texts]


def _read(text: str) -> Requirement:
    return replace(parse_requirement("R1", text), id="")
