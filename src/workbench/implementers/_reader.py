"""From a sentence to a spec, offline: which blueprint it means, what it says, what it leaves open.

The blueprint whose names occur and of which most is understood is taken. The spec gets the text
verbatim, every option and choice with its value, the contract's requirements with the choices
made, and one assumption for each thing that the sentence left open. Where no blueprint is named
the contract is a sketch (see `_sketch`): an agent or a person can write the code for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from workbench.errors import Refused
from workbench.implementers._assumptions import settle
from workbench.implementers._catalogue import Blueprint, catalogue
from workbench.implementers._meaning import Meaning, Span, understand
from workbench.implementers._sketch import contract, sketch
from workbench.spec import Assumption, Spec

_WHICH_FILE = (
    "the sentence asks for tests of code that is there already, but not in which file it stands; "
    "write a spec with 'existing: path/in/the/target.py', its options, and the inputs and outputs "
    "of one call"
)


@dataclass(frozen=True)
class Reading:
    """A sentence, read.

    Args:
        spec: The spec that it became.
        blueprint: The architecture of the catalogue that it means; ``""`` for a sketch.
        understood: Its parts that were understood, in order, each with its meaning.
        gaps: Its parts that were not understood.
    """

    spec: Spec
    blueprint: str
    understood: tuple[Span, ...]
    gaps: tuple[Span, ...]

    @property
    def sketched(self) -> bool:
        """Whether no blueprint is meant, so that an agent or a person writes the code."""
        return not self.blueprint

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
        Refused: Nothing that is known is named, the sentence contradicts itself, or it asks for
            tests and does not say of what.
    """
    blueprint, meaning = _meant(sentence)
    if meaning.conflicts:
        raise Refused("blueprint", meaning.conflicts)
    if meaning.tests_only and not existing:
        raise Refused("blueprint", [_WHICH_FILE])
    if not existing and (blueprint is None or meaning.gap):  # else it could understand no more
        drawn = sketch(sentence)
        if blueprint is None or drawn.meaning.gap < meaning.gap:
            if drawn.empty:
                raise Refused("blueprint", _nothing_fits(meaning))
            spec, meaning = contract(sentence, drawn, name)
            return Reading(spec, "", meaning.understood, meaning.gaps)
    if blueprint is None:
        raise Refused("blueprint", _nothing_fits(meaning))
    fields = _existing(existing, blueprint, meaning) if existing else _new(blueprint, meaning)
    fields["name"] = name or blueprint.contract.name
    spec = Spec.model_validate({"kind": blueprint.contract.kind, "text": sentence, **fields})
    return Reading(spec, blueprint.name, meaning.understood, meaning.gaps)


def _meant(sentence: str) -> tuple[Blueprint | None, Meaning]:
    """Find the blueprint that a sentence means, and what the sentence says in its terms.

    Raises:
        Refused: Two fit equally well.
    """
    meanings = [(blueprint, understand(sentence, blueprint)) for blueprint in catalogue()]
    named = [pair for pair in meanings if pair[1].nouns]
    if not named:
        fewest = min((meaning for _, meaning in meanings), key=lambda one: len(one.gaps))
        return None, replace(fewest, conflicts=())
    most = max(meaning.extent for _, meaning in named)
    best = [pair for pair in named if pair[1].extent == most]
    if len(best) > 1:
        names = " and ".join(blueprint.name for blueprint, _ in best)
        raise Refused("blueprint", [f"the sentence fits {names} equally well; say which is meant"])
    return best[0]


def _nothing_fits(meaning: Meaning) -> list[str]:
    """Say what was not understood, and what could have been said."""
    listed = ", ".join(repr(gap.text) for gap in meaning.gaps)
    seen = f"not understood: {listed}" if listed else "the sentence names nothing to build"
    known = [
        f"{blueprint.name.replace('_', ' ')}: {' '.join(blueprint.contract.text.split())}"
        for blueprint in catalogue()
    ]
    return [
        f"{seen}; say what it is (a model, layer, loss, metric, data set or training loop), what "
        "goes in, and its numbers. The catalogue has, as examples:",
        *known,
    ]


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
