"""From a sentence to a spec, offline: which blueprint it means, what it says, what it leaves open.

The blueprint whose names occur and of which most is understood is taken. The spec gets the text
verbatim, every option and choice with its value, the contract's requirements with the choices
made, and one assumption for each thing that the sentence left open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.errors import Refused
from workbench.implementers._assumptions import settle
from workbench.implementers._catalogue import Blueprint, catalogue
from workbench.implementers._meaning import Meaning, Span, understand
from workbench.spec import Assumption, Spec


@dataclass(frozen=True)
class Reading:
    """A sentence, read.

    Args:
        spec: The spec that it became.
        blueprint: The architecture of the catalogue that it means.
        understood: Its parts that were understood, in order, each with its meaning.
        gaps: Its parts that were not understood.
    """

    spec: Spec
    blueprint: str
    understood: tuple[Span, ...]
    gaps: tuple[Span, ...]

    @property
    def not_understood(self) -> tuple[str, ...]:
        """The words of the sentence that were not understood."""
        return tuple(gap.text for gap in self.gaps)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What the sentence left open and how it was decided."""
        return tuple(self.spec.assumptions)


def read(sentence: str, name: str | None = None, *, existing: str = "") -> Reading:
    """Make a spec of a sentence.

    Args:
        sentence: What is wanted, in plain words.
        name: What the module must define; by default the blueprint's name.
        existing: A file of the target that holds the code already; then tests are asked for.

    Returns:
        The spec, with what was understood and what was not.

    Raises:
        Refused: No architecture of the catalogue is named, the sentence contradicts itself, or it
            asks for tests and does not say of what.
    """
    blueprint, meaning = meant(sentence)
    if meaning.conflicts:
        raise Refused("blueprint", meaning.conflicts)
    if meaning.tests_only and not existing:
        raise Refused(
            "blueprint",
            [
                "the sentence asks for tests of code that is there already, but not in which file "
                "it stands; write a spec with 'existing: path/in/the/target.py', its options, and "
                "the inputs and outputs of one call"
            ],
        )
    fields = _existing(existing, blueprint, meaning) if existing else _new(blueprint, meaning)
    fields["name"] = name or blueprint.contract.name
    spec = Spec.model_validate({"kind": blueprint.contract.kind, "text": sentence, **fields})
    return Reading(spec, blueprint.name, meaning.understood, meaning.gaps)


def meant(sentence: str) -> tuple[Blueprint, Meaning]:
    """Find the blueprint that a sentence means.

    Args:
        sentence: The text.

    Returns:
        The blueprint, and what the sentence says in its terms.

    Raises:
        Refused: None is named, or two fit equally well.
    """
    meanings = [(blueprint, understand(sentence, blueprint)) for blueprint in catalogue()]
    named = [pair for pair in meanings if pair[1].nouns]
    if not named:
        raise Refused("blueprint", _nothing_fits(meanings))
    most = max(meaning.extent for _, meaning in named)
    best = [pair for pair in named if pair[1].extent == most]
    if len(best) > 1:
        names = " and ".join(blueprint.name for blueprint, _ in best)
        raise Refused("blueprint", [f"the sentence fits {names} equally well; say which is meant"])
    return best[0]


def _nothing_fits(meanings: list[tuple[Blueprint, Meaning]]) -> list[str]:
    """Say what was not understood, and what could have been said."""
    gaps = min((meaning.gaps for _, meaning in meanings), key=len)
    listed = ", ".join(repr(gap.text) for gap in gaps)
    seen = f"not understood: {listed}" if listed else "the sentence names nothing to build"
    known = ", ".join(
        f"{blueprint.name.replace('_', ' ')} (as in: {blueprint.contract.text.strip()})"
        for blueprint, _ in meanings
    )
    return [seen, f"no architecture of the catalogue is named; it has {known}"]


def _new(blueprint: Blueprint, meaning: Meaning) -> dict[str, Any]:
    options, choices, assumptions, lost = settle(blueprint, meaning.options, meaning.choices)
    if lost:
        raise Refused("blueprint", lost)
    contract = blueprint.bound(choices, options).model_dump()
    parts = ("options", "sizes", "inputs", "outputs", "roles", "requires")
    return {**{part: contract[part] for part in parts}, "assumptions": assumptions}


def _existing(path: str, blueprint: Blueprint, meaning: Meaning) -> dict[str, Any]:
    """Describe code that is not read here: its interface is a guess, and marked as one."""
    contract = blueprint.contract
    tensors = [*contract.inputs.values(), *contract.outputs.values()]
    named = {name for tensor in tensors for name in tensor.names} & contract.options.keys()
    options = {name: contract.options[name] for name in sorted(named)} | dict(meaning.options)
    laws = [line.text for line in contract.requires.values() if not line.right and not line.under]
    dumped = contract.model_dump()
    guess = Assumption(
        about="interface",
        text="Options, inputs, outputs and sizes are those that the catalogue's "
        f"{contract.name} has; {path} was not read.",
        alternative="what the code there takes and returns",
    )
    shared = {part: dumped[part] for part in ("sizes", "inputs", "outputs", "roles")}
    return {
        **shared,
        "existing": path,
        "options": options,
        "requires": laws,
        "assumptions": [guess],
    }
