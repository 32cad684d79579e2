"""Which blueprint builds a spec, and with which choices; or each reason why none does."""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import Refused, SpecError, nearest
from workbench.implementers._assumptions import settle
from workbench.implementers._catalogue import Blueprint, catalogue, choice_of
from workbench.implementers._demands import Demand, demands
from workbench.implementers._interface import Interface, compare
from workbench.implementers._meaning import Meaning, fitting, understand
from workbench.implementers._specialise import reduced
from workbench.spec import Assumption, Expression, Requirement, Spec

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
}


@dataclass
class Fit:
    """How a blueprint fits a spec.

    Args:
        blueprint: The blueprint.
        meaning: What the spec's text says in its terms.
        options: Every option of the module.
        choices: Every choice.
        assumptions: What the spec left open.
        contract: The blueprint's contract under these options and choices.
        interface: How inputs and sizes are called.
        demands: What the constructor demands of its options.
        reasons: Why the spec cannot be built from it; empty if it can.
    """

    blueprint: Blueprint
    meaning: Meaning
    options: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    contract: Spec | None = None
    interface: Interface = field(default_factory=Interface)
    demands: list[Demand] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def fit(spec: Spec) -> Fit:
    """Find the blueprint that builds a spec exactly.

    Args:
        spec: What is asked for.

    Returns:
        How it fits.

    Raises:
        Refused: None builds it; every part that the nearest one cannot build is named.
    """
    fits = [fit_to(spec, blueprint) for blueprint in catalogue()]
    exact = [found for found in fits if not found.reasons]
    if exact:
        return max(exact, key=lambda found: found.meaning.extent)
    nearest_fit = min(fits, key=lambda found: (not found.meaning.nouns, len(found.reasons)))
    name = nearest_fit.blueprint.name.replace("_", " ")
    about = f"(seen against the {name} of the catalogue, which comes nearest)"
    reasons = [*nearest_fit.reasons[:-1], f"{nearest_fit.reasons[-1]} {about}"]
    raise Refused("blueprint", reasons)


def fit_to(spec: Spec, blueprint: Blueprint) -> Fit:
    """Try one blueprint on a spec.

    Args:
        spec: What is asked for.
        blueprint: The blueprint.

    Returns:
        How it fits, with the reasons where it does not.
    """
    known = {spec.name, *spec.options, *(assumption.about for assumption in spec.assumptions)}
    words = frozenset(word.lower() for entry in known for word in [*entry.split(), entry])
    found = Fit(blueprint, understand(spec.text, blueprint, words))
    _read_text(spec, found)
    _make_choices(spec, found)
    _take_quantities(spec, found)
    if found.reasons:
        return found
    found.options, found.choices, found.assumptions, lost = settle(
        blueprint, found.options, found.choices
    )
    found.reasons += lost
    if lost:
        return found
    try:
        found.contract = blueprint.bound(found.choices, found.options)
    except SpecError as error:
        found.reasons.append(str(error))
        return found
    found.interface = compare(spec, found.contract)
    found.reasons += found.interface.reasons
    for line in spec.requires.values():
        found.reasons += _against(line, found)
    source = reduced(blueprint, found.choices).code
    found.demands = demands(source, blueprint.text["name"])
    broken = [demand.message for demand in found.demands if demand.refuses(found.options)]
    found.reasons += [f"the options are impossible: {message}" for message in broken]
    return found


def _read_text(spec: Spec, found: Fit) -> None:
    """Take options and choices from the text, where the contract does not say otherwise."""
    meaning, blueprint = found.meaning, found.blueprint
    found.options = {**meaning.options, **spec.options}
    found.choices = dict(meaning.choices)
    if spec.kind != blueprint.contract.kind:
        found.reasons.append(f"the kind is {spec.kind}, but it is a {blueprint.contract.kind}")
    for option, value in spec.options.items():
        if option in blueprint.all_options:
            problem, found.options[option] = fitting(option, value, blueprint.all_options[option])
        else:
            problem = f"there is no option {option!r}: {nearest(option, blueprint.all_options)}"
        found.reasons += [problem] if problem else []
    if spec.name in {*dir(builtins), *_imported(blueprint.source)}:
        found.reasons.append(f"the name {spec.name!r} is taken in the module; choose another")
    found.reasons += [f"in the text, {conflict}" for conflict in meaning.conflicts]
    for option, value in meaning.options.items():
        if spec.options.get(option, value) != value:
            found.reasons.append(
                f"the text says {option} = {value!r}, the options say {spec.options[option]!r}"
            )
    found.reasons += [
        f"{gap.text!r} in the text was not understood; say it as an option or a requirement, or "
        f"add an assumption about {gap.text!r} that says how it is meant"
        for gap in meaning.gaps
    ]


def _imported(source: str) -> set[str]:
    """Name what a module imports."""
    kinds = ast.Import | ast.ImportFrom
    nodes = [node for node in ast.parse(source).body if isinstance(node, kinds)]
    return {alias.asname or alias.name.split(".")[0] for node in nodes for alias in node.names}


def _make_choices(spec: Spec, found: Fit) -> None:
    """Take choices from the requirements, which must not contradict the text."""
    legal = found.blueprint.choices
    for line in spec.requires.values():
        choice = choice_of(line.phrase)
        if not line.comparison:
            _choose_for_law(line, found)
        if choice not in legal or not line.comparison:
            continue
        word = line.right.strip("'\"")
        if line.comparison != "==" or word not in legal[choice]:
            found.reasons.append(f"{line.id} says {line.text!r}: {nearest(word, legal[choice])}")
        elif found.choices.get(choice, word) != word:
            said = found.choices[choice]
            found.reasons.append(f"the text says {choice} == {said}, {line.id} says {line.text!r}")
        found.choices[choice] = word


def _choose_for_law(line: Requirement, found: Fit) -> None:
    """Make the choice under which a law holds, where nothing else says how to make it."""
    for entry in found.blueprint.when:
        laws = [
            law.partition(" over ")[0].partition(" under ")[0] for law in entry.get("requires", ())
        ]
        if line.phrase in laws:
            found.choices.setdefault(entry["choice"], entry["is"][0])


def _take_quantities(spec: Spec, found: Fit) -> None:
    """Take an option from a requirement that states it: ``attention heads == 8``."""
    lines = found.blueprint.text["requires"].values()
    stated = {
        phrase.strip(): right.strip() for phrase, _, right in (x.partition("==") for x in lines)
    }
    for line in spec.requires.values():
        option = stated.get(line.phrase, "")
        asked = _value(line.right, found.options)
        open_option = option in found.blueprint.all_options and option not in found.options
        if open_option and line.comparison == "==" and isinstance(asked, int):
            found.options[option] = asked


def _against(line: Requirement, found: Fit) -> list[str]:
    """Say why a requirement does not follow from the contract, if it does not."""
    assert found.contract is not None
    contract, names = found.contract, found.interface
    if line.comparison and choice_of(line.phrase) in found.blueprint.choices:
        return []
    same = [known for known in contract.requires.values() if known.phrase == line.phrase]
    if not line.comparison:
        for known in same:
            under = names.inputs.get(known.under, known.under)
            over = names.sizes.get(known.over, known.over)
            if (under, over) == (line.under, line.over) and not known.comparison:
                return []
        return [f"{line.id} asks for {line.text!r}: {_promised(line, contract, names)}"]
    same = [known for known in same if known.comparison]
    if not same:
        return [f"{line.id} asks for {line.text!r}: {_promised(line, contract, names)}"]
    reasons = [_compared(line, known, found) for known in same]
    return min(reasons, key=len)


def _compared(line: Requirement, known: Requirement, found: Fit) -> list[str]:
    """Compare a quantity of the spec with the one that will be built."""
    asked, built = _value(line.right, found.options), _value(known.right, found.options)
    if asked is None and built is None:  # words, equations, and closed forms over sizes
        same = "".join(line.right.split()) == "".join(known.right.split())
        return [] if same else [f"{line.id} asks for {line.text!r}; what is built: {known.text}"]
    if asked is None or built is None or not _COMPARE[line.comparison](built, asked):
        return [
            f"{line.id} asks for {line.text!r}, that is {asked}, but {known.right} gives {built}"
        ]
    return []


def _value(right: str, options: Mapping[str, Any]) -> Any:
    try:
        return Expression(right).value(options)
    except SpecError:
        return None


def _promised(line: Requirement, contract: Spec, names: Interface) -> str:
    """Name what could have been asked for, in the spec's own names."""
    promises = []
    for known in contract.requires.values():
        under = f" under {names.inputs.get(known.under, known.under)}" if known.under else ""
        over = f" over {names.sizes.get(known.over, known.over)}" if known.over else ""
        promises.append(known.phrase + under + over)
    return f"it does not promise that; {nearest(line.text, promises)}"
