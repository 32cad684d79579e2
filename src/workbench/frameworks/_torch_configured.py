"""Modules whose constructor takes one configuration object, with the options as its fields."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Mapping
from typing import Any, TypeGuard

from workbench.frameworks import CONFIGURATIONS


def construct(found: Any, options: Mapping[str, Any]) -> Any:
    """Build a module with its options, by keyword or as fields of its configuration.

    Args:
        found: A class.
        options: The declared options.

    Returns:
        What it builds.
    """
    configuration = configured(found)
    if configuration is None or configuration[0] in options:
        return found(**options)
    name, kind = configuration
    fields = inspect.signature(kind).parameters.keys() & options.keys()
    inside = {option: options[option] for option in options if option in fields}
    rest = {option: value for option, value in options.items() if option not in fields}
    return found(**{name: kind(**inside)}, **rest)


def configured(found: Any) -> tuple[str, type] | None:
    """Find the one argument that a constructor needs, where that is a configuration.

    Args:
        found: A class.

    Returns:
        The argument's name and its class: the annotated one, or, where the argument is called
        ``config`` or the like, the one data class of the module.
    """
    if not inspect.isclass(found):
        return None
    parameters = list(inspect.signature(found.__init__).parameters.values())[1:]
    needed = [p for p in parameters if p.default is p.empty and not p.kind.name.startswith("VAR")]
    if len(needed) != 1:
        return None
    around = vars(sys.modules[found.__module__])
    kind = needed[0].annotation
    kind = around.get(kind) if isinstance(kind, str) else kind
    if kind is needed[0].empty and needed[0].name in CONFIGURATIONS:
        known = {id(one): one for one in around.values() if _holds_fields(one)}
        kind = next(iter(known.values())) if len(known) == 1 else None
    return (needed[0].name, kind) if _holds_fields(kind) else None


def _holds_fields(kind: Any) -> TypeGuard[type]:
    return inspect.isclass(kind) and dataclasses.is_dataclass(kind)
