"""Which tools an agent gets, how the API is told of them, and how its arguments are read.

Arguments are checked here, whatever the endpoint has checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from workbench.errors import nearest
from workbench.implementers._agent.tools import (
    Arguments,
    DisputeTest,
    DropCell,
    EditFile,
    Finish,
    ListFiles,
    Note,
    ReadFile,
    ReadGuidance,
    ReadVerdict,
    ReviseCell,
    RunChecks,
    Search,
    StatePlan,
    WriteCell,
)


class Refusal(Exception):
    """A call that is not carried out; the message says what to do instead."""


_ALWAYS = (StatePlan, Note, RunChecks, ReadVerdict, Finish)
# What each name of the definition format opens here.
_OPENED: Mapping[str, tuple[type[Arguments], ...]] = {
    "Read": (ReadGuidance, ReadFile),
    "Glob": (ListFiles,),
    "Grep": (Search,),
    "Write": (WriteCell, DropCell),
    "Edit": (ReviseCell, EditFile),
}
_ORDER: tuple[type[Arguments], ...] = (
    *(ReadGuidance, ListFiles, Search, ReadFile, StatePlan, Note, WriteCell, ReviseCell),
    *(DropCell, EditFile, RunChecks, ReadVerdict, DisputeTest, Finish),
)


def name_of(tool: type[Arguments]) -> str:
    """Return a tool's name, for example ``read_file``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", tool.__name__).lower()


def offered(
    allowed: tuple[str, ...] | None, denied: tuple[str, ...], *, blind: bool = False
) -> tuple[dict[str, type[Arguments]], tuple[str, ...]]:
    """Decide which tools an agent gets.

    Args:
        allowed: The tools that its definition lists, in the format's names; None for all.
        denied: Those that it denies.
        blind: Whether somebody else writes the tests.

    Returns:
        The tools by name, in an order that never changes, and the names that mean nothing here.
    """
    names = set(_OPENED if allowed is None else allowed) - set(denied)
    opened = {tool for name in names & set(_OPENED) for tool in _OPENED[name]} | set(_ALWAYS)
    opened |= {DisputeTest} if blind else set()
    unused = tuple(sorted(name for name in names if name not in _OPENED))
    return {name_of(tool): tool for tool in _ORDER if tool in opened}, unused


def definition(tool: type[Arguments]) -> dict[str, Any]:
    """Describe a tool as the API wants it."""
    schema = _untitled(tool.model_json_schema())
    schema.pop("description", None)
    text = " ".join((tool.__doc__ or "").split())
    described: dict[str, Any] = {
        "name": name_of(tool),
        "description": text,
        "input_schema": schema,
    }
    if tool is WriteCell:
        # Code is shown while it is written.
        described["eager_input_streaming"] = True
    return described


def _untitled(schema: Any) -> Any:
    """Leave out the titles that pydantic makes of names: they say nothing and cost tokens."""
    if isinstance(schema, dict):
        return {
            key: _untitled(value)
            for key, value in schema.items()
            if key != "title" or not isinstance(value, str)
        }
    return [_untitled(item) for item in schema] if isinstance(schema, list) else schema


def parse(tools: Mapping[str, type[Arguments]], name: str, given: Any) -> Arguments:
    """Read the arguments of a call.

    Raises:
        Refusal: The tool does not exist, or the arguments do not fit it.
    """
    tool = tools.get(name)
    if tool is None:
        raise Refusal(f"there is no tool {name!r}: {nearest(name, tools)}")
    needed = [field for field, info in tool.model_fields.items() if info.is_required()]
    if not isinstance(given, Mapping) or (needed and not given):
        raise Refusal(
            f"{name} came without arguments, it needs {', '.join(needed)}; they may have been cut "
            "on the way: call it again, with a long source in several cells"
        )
    try:
        return tool.model_validate(given)
    except ValidationError as error:
        raise Refusal(f"{name}: " + "; ".join(_problems(error, tool))) from None


def _problems(error: ValidationError, tool: type[Arguments]) -> list[str]:
    said = []
    for problem in error.errors()[:4]:
        where = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1:
            said.append(f"it takes no {where!r}: {nearest(where, tool.model_fields)}")
        else:
            said.append(f"{where}: {problem['msg']}")
    return said
