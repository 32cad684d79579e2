"""What a sentence or a spec leaves open, and how a blueprint decides it: each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from workbench.implementers._catalogue import Blueprint
from workbench.spec import Assumption, Expression


def settle(
    blueprint: Blueprint, options: Mapping[str, Any], choices: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str], list[Assumption], list[str]]:
    """Decide everything that was left open.

    Args:
        blueprint: The architecture.
        options: The options that were given.
        choices: The choices that were made.

    Returns:
        All options, all choices, one assumption for each thing that was not given, and one
        sentence for each given option that has no meaning under the choices.
    """
    made = {**blueprint.defaults, **choices}
    settled = blueprint.options(made)
    lost = [
        f"{option} = {value!r} has no meaning with "
        + " and ".join(f"{choice} == {made[choice]}" for choice in _deciding(blueprint, option))
        for option, value in options.items()
        if option not in settled
    ]
    settled.update({name: value for name, value in options.items() if name in settled})
    entries = [
        entry
        for entry in blueprint.assumptions
        if entry["about"] not in {**options, **choices}
        and _applies(entry, blueprint, made, settled.keys())
    ]
    for entry in entries:
        if "value" in entry:
            settled[entry["about"]] = Expression(entry["value"]).value(settled)
    given = {**options, **choices}
    return settled, made, _written(entries, {**settled, **made}, given), lost


def _deciding(blueprint: Blueprint, option: str) -> list[str]:
    return [entry["choice"] for entry in blueprint.when if option in entry.get("options", {})][:1]


def _applies(
    entry: Mapping[str, Any], blueprint: Blueprint, choices: Mapping[str, str], options: Set[str]
) -> bool:
    """Say whether an assumption is due: its choices are made so, and its option exists."""
    exists = entry["about"] in options or entry["about"] not in blueprint.all_options
    return exists and all(choices[name] in words for name, words in entry.get("when", {}).items())


def _written(
    entries: list[Mapping[str, Any]], values: Mapping[str, Any], given: Mapping[str, Any]
) -> list[Assumption]:
    written = [
        Assumption(
            about=entry["about"],
            text=entry["text"].replace("{value}", str(values.get(entry["about"], ""))),
            alternative=entry["alternative"],
        )
        for entry in entries
    ]
    spoken_of = {assumption.about for assumption in written} | set(given)
    for name, value in values.items():
        if name not in spoken_of:
            text = f"{name.replace('_', ' ').capitalize()} is {value}."
            written.append(Assumption(about=name, text=text, alternative="another value"))
    return written
