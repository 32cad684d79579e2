"""The catalogue of blueprints, read as text: nothing of a blueprint is imported or run here.

A blueprint's file holds its own description in five literals (see `workbench.blueprints`):
``CONTRACT``, ``CHOICES``, ``WHEN``, ``WORDS`` and ``ASSUMPTIONS``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from typing import Any

from ruamel.yaml import YAML

from workbench import registry
from workbench.errors import WorkbenchError
from workbench.spec import Expression, Spec

LITERALS = ("CONTRACT", "CHOICES", "WHEN", "WORDS", "ASSUMPTIONS")
Choices = Mapping[str, str]


@dataclass(frozen=True)
class Blueprint:
    """One architecture of the catalogue and what its file says of it.

    Args:
        name: The file's name.
        source: The file's text.
        text: The contract as it stands there; closed forms may still mention choices.
        choices: For each choice its legal words, the default first.
        when: What only holds under some choices: options and requirements.
        words: How people name it, its options and its choices.
        assumptions: What is assumed where nothing is said.
    """

    name: str
    source: str
    text: Mapping[str, Any]
    choices: Mapping[str, Sequence[str]]
    when: Sequence[Mapping[str, Any]]
    words: Mapping[str, Any]
    assumptions: Sequence[Mapping[str, Any]]

    @cached_property
    def contract(self) -> Spec:
        """The contract with every choice at its default."""
        return self.bound(self.defaults)

    @property
    def defaults(self) -> dict[str, str]:
        """Every choice at its default."""
        return {choice: words[0] for choice, words in self.choices.items()}

    @property
    def all_options(self) -> dict[str, Any]:
        """Every option that exists under some choices, with a default."""
        options: dict[str, Any] = {}
        for entry in [*self.when, self.text]:
            options |= entry.get("options", {})
        return options

    def combinations(self) -> list[dict[str, str]]:
        """List every way to make the choices."""
        return [
            dict(zip(self.choices, words, strict=True)) for words in product(*self.choices.values())
        ]

    def options(self, choices: Choices) -> dict[str, Any]:
        """Give the options that exist under the choices, with their defaults.

        Args:
            choices: A word for each choice.

        Returns:
            Default values by option, in the order of the contract.
        """
        depend = {option for entry in self.when for option in entry.get("options", {})}
        options = {
            name: value for name, value in self.text["options"].items() if name not in depend
        }
        for entry in self._in_force(choices):
            options |= entry.get("options", {})
        return options

    def requirements(self, choices: Choices) -> dict[str, str]:
        """Give the requirement lines that hold under the choices.

        Args:
            choices: A word for each choice.

        Returns:
            Lines by id: choices are named, closed forms are over options and sizes only.
        """
        lines = {}
        for identifier, line in self.text["requires"].items():
            phrase, equal, right = (part.strip() for part in line.partition("=="))
            if choice_of(phrase) in self.choices:
                right = choices[choice_of(phrase)]
            elif equal:
                right = str(Expression(right).bind(choices))
            lines[identifier] = f"{phrase} == {right}" if equal else phrase
        further = [text for entry in self._in_force(choices) for text in entry.get("requires", ())]
        for number, text in enumerate(further, start=len(lines) + 1):
            lines[f"R{number}"] = text
        return lines

    def bound(self, choices: Choices, options: Mapping[str, Any] | None = None) -> Spec:
        """Give the contract under the choices.

        Args:
            choices: A word for each choice.
            options: Values that differ from the defaults.

        Returns:
            The contract as a spec.
        """
        return Spec.model_validate(
            {
                **self.text,
                "options": {**self.options(choices), **(options or {})},
                "requires": self.requirements(choices),
            }
        )

    def _in_force(self, choices: Choices) -> list[Mapping[str, Any]]:
        return [entry for entry in self.when if holds(entry, choices)]


def holds(entry: Mapping[str, Any], choices: Choices) -> bool:
    """Say whether an entry of ``WHEN`` is in force under the choices."""
    return choices[entry["choice"]] in entry["is"]


def choice_of(phrase: str) -> str:
    """Give the choice that a requirement's phrase names: ``channel attention`` and so on."""
    return phrase.replace(" ", "_").replace("-", "_")


def catalogue() -> list[Blueprint]:
    """Read every blueprint, in the order of their names."""
    return [blueprint(name) for name in registry.members("blueprints")]


def blueprint(name: str) -> Blueprint:
    """Read one blueprint.

    Args:
        name: Its file's name.

    Returns:
        The blueprint.

    Raises:
        UsageError: There is none of that name.
        WorkbenchError: Its literals are not as they should be.
    """
    return from_source(name, registry.source("blueprints", name))


@cache
def from_source(name: str, source: str) -> Blueprint:
    """Read a blueprint from its text.

    Args:
        name: The name to give it.
        source: The text.

    Returns:
        The blueprint.

    Raises:
        WorkbenchError: A literal is missing or is none.
    """
    found: dict[str, Any] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            literal = node.targets[0].id
            if literal in LITERALS:
                found[literal] = ast.literal_eval(node.value)
    missing = [literal for literal in LITERALS if literal not in found]
    if missing:
        raise WorkbenchError(f"the blueprint {name!r} lacks {', '.join(missing)}")
    return Blueprint(
        name=name,
        source=source,
        text=YAML(typ="safe").load(found["CONTRACT"]),
        choices=found["CHOICES"],
        when=found["WHEN"],
        words=found["WORDS"],
        assumptions=found["ASSUMPTIONS"],
    )
