"""Spec files: YAML in and out, with comments and order kept, and errors that name the line."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

from workbench.errors import SpecError
from workbench.spec._spec import Spec

_LARGEST_FILE = 1_000_000


def load(path: str | Path) -> Spec:
    """Read a spec file.

    Args:
        path: A YAML file.

    Returns:
        The spec.

    Raises:
        SpecError: The file cannot be read or is no spec; file, line and field are named.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SpecError(f"cannot be read: {error.strerror}", file=str(path)) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise SpecError(problem, file=str(path)) from error
    return loads(text, file=str(path))


def loads(text: str, *, file: str | None = None) -> Spec:
    """Read a spec from YAML text.

    Args:
        text: The YAML.
        file: The name to use in errors.

    Returns:
        The spec.

    Raises:
        SpecError: The text is no spec; line and field are named.
    """
    document = _document(text, file)
    try:
        spec = Spec.model_validate(_plain(document))
    except SpecError as error:
        raise error.at(file=file, line=_line(document, error.field)) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        problem = f"{first['msg']} (seen: {first['input']!r})"
        if first["type"] == "missing":
            problem = f"the field {field!r} is missing"
        raise SpecError(problem, file=file, line=_line(document, field), field=field) from None
    lines = {
        identifier: requirement.__class__(
            **{**vars(requirement), "line": _line(document, f"requires.{identifier}")}
        )
        for identifier, requirement in spec.requires.items()
    }
    return spec.model_copy(update={"requires": lines})


def dumps(spec: Spec, *, former: str = "") -> str:
    """Write a spec as YAML.

    Args:
        spec: The spec.
        former: The text that the spec was read from; its comments and order are kept.

    Returns:
        The YAML text. Fields that are empty and were not there before are left out.
    """
    data = spec.model_dump(mode="json")
    data["assumptions"] = [_lean(assumption) for assumption in data["assumptions"]]
    document = _document(former, None) if former.strip() else CommentedMap()
    for field, value in data.items():
        if field not in document and value in ("", {}, []):
            continue
        _put(document, field, value)
    stream = io.StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


def save(spec: Spec, path: str | Path) -> None:
    """Write a spec to a file; the comments and the order of a former version are kept.

    Args:
        spec: The spec.
        path: The file; its folder is made where it is missing.
    """
    path = Path(path)
    former = path.read_text(encoding="utf-8") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed, so that a reader never sees half a file.
    partial = path.with_name(path.name + ".part")
    partial.write_text(dumps(spec, former=former), encoding="utf-8")
    partial.replace(path)


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    # A wrapped expression is harder to read than a long one, and wrapping leaves trailing spaces.
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _document(text: str, file: str | None) -> CommentedMap:
    if len(text) > _LARGEST_FILE:
        raise SpecError(f"{len(text)} characters are too many for a spec", file=file)
    try:
        document = _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"is not YAML: {(error.problem or str(error)).splitlines()[0]}"
        raise SpecError(problem, file=file, line=mark.line + 1 if mark else None) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise SpecError(f"is not YAML: {str(error).splitlines()[0]}", file=file) from None
    if not isinstance(document, CommentedMap):
        seen = "nothing" if document is None else f"a {type(document).__name__}"
        raise SpecError(
            f"holds {seen}; a spec is a mapping that starts with 'name: ...'", file=file
        )
    return document


def _plain(value: Any, depth: int = 0) -> Any:
    """Copy ruamel's types to plain ones; depth is bounded because aliases can nest for ever."""
    if depth > 6:
        raise SpecError("is nested too deeply for a spec")
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def _line(document: CommentedMap, field: str) -> int | None:
    """Find the line of a dotted field, or of the nearest field around it."""
    node: Any = document
    line: int | None = None
    for part in field.split(".") if field else ():
        if isinstance(node, CommentedSeq):
            index = (
                int(part.lstrip("R")) - part.startswith("R") if part.lstrip("R").isdigit() else -1
            )
            if not 0 <= index < len(node):
                break
            line, node = node.lc.item(index)[0] + 1, node[index]
        elif isinstance(node, CommentedMap):
            key = next((key for key in (part, part + "?") if key in node), None)
            if key is None:
                break
            line, node = node.lc.key(key)[0] + 1, node[key]
        else:
            break
    return line


def _put(document: CommentedMap, field: str, value: Any) -> None:
    """Change only what differs, so that comments beside unchanged lines stay."""
    former = document.get(field)
    if field == "requires" and isinstance(former, CommentedSeq):
        by_position = {f"R{number}": str(line) for number, line in enumerate(former, start=1)}
        if all(value.get(key) is not None for key in by_position) and list(value) == [
            f"R{number}" for number in range(1, len(value) + 1)
        ]:
            value = list(value.values())
    if isinstance(former, CommentedMap) and isinstance(value, dict):
        for key in [key for key in former if key not in value]:
            del former[key]
        for key, item in value.items():
            if key not in former or " ".join(str(former[key]).split()) != str(item):
                former[key] = item
    elif isinstance(former, CommentedSeq) and isinstance(value, list):
        for index, item in enumerate(value):
            if index >= len(former):
                former.append(item)
            elif _plain(former[index]) not in (item, _short(item)):
                former[index] = item
        del former[len(value) :]
    elif former is None or _plain(former) != value:
        document[field] = LiteralScalarString(value) if _long(value) else value


def _lean(assumption: dict[str, Any]) -> dict[str, Any]:
    """Leave out what an assumption does not say."""
    return {key: value for key, value in assumption.items() if value not in ("", False)}


def _short(item: Any) -> Any:
    """Give the short form of an assumption that was written as a mere line."""
    return item.get("text") if isinstance(item, dict) else item


def _long(value: Any) -> bool:
    return isinstance(value, str) and (len(value) > 60 or "\n" in value)
