"""Agent definitions: the file format of Claude Code's subagents, read strictly.

A definition is Markdown: YAML front matter between two lines ``---``, then the system prompt. Many
such files in the field carry a description that is no YAML (one long line with colons and ``\\n``),
so front matter that YAML refuses is read line by line; an unknown field is an error either way,
because a misspelt one that is silently ignored is how limits get lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from workbench.errors import UsageError, nearest

OURS = Path(__file__).parents[1] / "agents" / "ml-model-implementer.md"

# The fields of the format. What has no meaning here is accepted and shown as unused.
USED = frozenset({"name", "description", "tools", "disallowedTools", "model", "effort", "maxTurns"})
UNUSED = frozenset(
    {
        "permissionMode",
        "skills",
        "mcpServers",
        "hooks",
        "memory",
        "background",
        "isolation",
        "color",
        "initialPrompt",
    }
)
EFFORTS = ("low", "medium", "high", "xhigh", "max")

_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_LINE = re.compile(r"^([A-Za-z]\w*):[ \t]*(.*)$")
_ITEM = re.compile(r"[^,(]+(?:\([^)]*\))?")


@dataclass(frozen=True)
class Definition:
    """Who the agent is.

    Args:
        path: The file that it was read from.
        name: Lower-case letters, digits and hyphens.
        description: When to call on it.
        prompt: The body: the system prompt.
        model: An alias, ``inherit``, or a full model id.
        tools: The tools that it may use, in the format's own names; None for all.
        denied: The tools that it may not use.
        effort: How hard it thinks, or ``""``.
        turns: The most answers that it gives, or None.
        unused: Fields of the format that mean nothing here.
    """

    path: str
    name: str
    description: str
    prompt: str
    model: str = "inherit"
    tools: tuple[str, ...] | None = None
    denied: tuple[str, ...] = ()
    effort: str = ""
    turns: int | None = None
    unused: tuple[str, ...] = ()


def read(path: str | Path = "") -> Definition:
    """Read a definition file.

    Args:
        path: The file; by default the definition that comes with the workbench.

    Returns:
        The definition.

    Raises:
        UsageError: The file cannot be read, or is no definition; the field is named.
    """
    file = Path(path).expanduser() if path else OURS
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"the agent definition {file} cannot be read: {reason}") from None
    try:
        front, prompt = _halves(text.replace("\r\n", "\n"))
        return _definition(str(file), _fields(front), prompt.strip())
    except UsageError as error:
        raise UsageError(f"{file} is no agent definition: {error}") from None


def _halves(text: str) -> tuple[str, str]:
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise UsageError("it does not begin with a line '---' and front matter below it")
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
    raise UsageError("its front matter has no end; close it with a line '---'")


def _fields(front: str) -> Mapping[str, Any]:
    try:
        fields = YAML(typ="safe").load(front)
    except YAMLError:
        return _line_by_line(front)
    if not isinstance(fields, Mapping):
        raise UsageError("its front matter is no mapping; write 'name: ...' and 'description: ...'")
    return fields


def _line_by_line(front: str) -> Mapping[str, Any]:
    """Read ``key: rest of the line``; what follows an unknown key belongs to the text before it."""
    fields: dict[str, str] = {}
    last = ""
    for number, line in enumerate(front.split("\n"), start=2):
        found = _LINE.match(line)
        if found and (found[1] in USED | UNUSED or not last):
            last = found[1]
            if last in fields:
                raise UsageError(f"line {number}: {last!r} stands twice")
            fields[last] = found[2].strip()
        elif last == "description":
            fields[last] += "\n" + line
        elif line.strip():
            raise UsageError(f"line {number}: {line.strip()[:60]!r} is no 'field: value'")
    return {key: value.replace("\\n", "\n").strip(" \"'\n") for key, value in fields.items()}


def _definition(path: str, fields: Mapping[str, Any], prompt: str) -> Definition:
    for field in fields:
        if field not in USED | UNUSED:
            raise UsageError(f"there is no field {field!r}: {nearest(str(field), USED | UNUSED)}")
    name, description = _text(fields, "name"), _text(fields, "description")
    if not _NAME.match(name):
        raise UsageError(f"name: {name!r}; write lower-case letters, digits and hyphens")
    if not description:
        raise UsageError("description: it is missing; say when to call on this agent")
    if not prompt:
        raise UsageError("there is no text below the front matter; it is the system prompt")
    effort = _text(fields, "effort")
    if effort and effort not in EFFORTS:
        raise UsageError(f"effort: {effort!r}: {nearest(effort, EFFORTS)}")
    return Definition(
        path=path,
        name=name,
        description=description,
        prompt=prompt,
        model=_text(fields, "model") or "inherit",
        tools=_tools(fields, "tools"),
        denied=_tools(fields, "disallowedTools") or (),
        effort=effort,
        turns=_turns(fields.get("maxTurns")),
        unused=tuple(sorted(UNUSED & set(fields))),
    )


def _text(fields: Mapping[str, Any], field: str) -> str:
    value = fields.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{field}: {value!r} is no text")
    return value.strip()


def _tools(fields: Mapping[str, Any], field: str) -> tuple[str, ...] | None:
    value = fields.get(field)
    if value is None or value == "" or value == "*":
        return None
    if isinstance(value, str):
        value = _ITEM.findall(value)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{field}: {value!r}; write names with commas, for example 'Read, Grep'")
    return tuple(item.strip() for item in value if item.strip())


def _turns(value: Any) -> int | None:
    if value is None:
        return None
    number = int(value) if isinstance(value, str) and value.isdigit() else value
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise UsageError(f"maxTurns: {value!r}; write a whole number from 1")
    return number
