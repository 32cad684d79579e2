"""Rewrite docstrings from one style into another: Google, NumPy or reStructuredText fields.

Only docstrings whose every section is understood are touched; prose stays as it is.
"""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, field

from workbench.repo._docstrings import style_of

_ENTRIES = ("Args", "Returns", "Yields", "Raises", "Attributes")
_ALIASES = {"Arguments": "Args", "Parameters": "Args", "Return": "Returns", "Yield": "Yields"}
_GOOGLE = re.compile(
    r"^(Args|Arguments|Parameters|Returns?|Yields?|Raises|Attributes|Examples?|Notes?)\s*:\s*$"
)
_NUMPY = re.compile(
    r"^(Parameters|Returns|Yields|Raises|Attributes|Examples?|Notes?)\s*\n-{3,}\s*$", re.MULTILINE
)
_FIELD = re.compile(r"^:(param|arg|type|returns?|rtype|raises?)\b\s*([^:]*):\s*(.*)$")
_ENTRY = re.compile(r"^(?P<name>\*{0,2}[\w.]+)\s*(?:\((?P<type>[^)]*)\))?\s*:\s*(?P<text>.*)$")


@dataclass
class Entry:
    """One parameter, result or exception."""

    name: str
    type: str
    text: str


@dataclass
class Document:
    """A docstring in parts: prose, and entries by section; other sections are kept as text."""

    prose: str
    sections: dict[str, list[Entry]] = field(default_factory=dict)
    others: list[tuple[str, str]] = field(default_factory=list)


def redocument(source: str, style: str) -> str:
    """Rewrite the docstrings of a file.

    Args:
        source: Python.
        style: ``google``, ``numpy`` or ``rest``; others change nothing.

    Returns:
        The source; what does not parse, or is in that style already, stays as it is.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    if style not in {"google", "numpy", "rest"}:
        return source
    lines = source.split("\n")
    for node in reversed([node for node in ast.walk(tree) if _has_docstring(node)]):
        first = node.body[0]  # type: ignore[attr-defined]
        text = ast.get_docstring(node, clean=True) or ""  # type: ignore[arg-type]
        whole = lines[first.lineno - 1].lstrip()
        if style_of(text) in {"plain", style} or not whole.startswith(('"""', "'''")):
            continue
        new = _rewritten(text, style)
        if new is None or "\\" in "".join(lines[first.lineno - 1 : first.end_lineno]):
            continue
        indent = " " * first.col_offset
        quote = whole[:3]
        body = textwrap.indent(new, indent).strip()
        lines[first.lineno - 1 : first.end_lineno] = (
            f"{indent}{quote}{body}\n{indent}{quote}".split("\n")
        )
    return "\n".join(lines)


def _has_docstring(node: ast.AST) -> bool:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, kinds) and ast.get_docstring(node) is not None


def _rewritten(text: str, style: str) -> str | None:
    readers = {"google": _from_google, "numpy": _from_numpy, "rest": _from_rest}
    document = readers[style_of(text)](text)
    writers = {"google": _to_google, "numpy": _to_numpy, "rest": _to_rest}
    return None if document is None else writers[style](document)


def _from_google(text: str) -> Document | None:
    document = Document("")
    prose: list[str] = []
    section = ""
    block: list[str] = []
    for line in [*text.split("\n"), "End:"]:
        head = _GOOGLE.match(line)
        if not head and line != "End:":
            (block if section else prose).append(line)
            if section and line.strip() and not line.startswith((" ", "\t")):
                return None  # prose after a section: where it ends is not certain
            continue
        if section and not _close(document, section, textwrap.dedent("\n".join(block)).strip("\n")):
            return None
        section, block = (head[1] if head else ""), []
    document.prose = "\n".join(prose).strip()
    return document


def _from_numpy(text: str) -> Document | None:
    parts = _NUMPY.split(text)
    document = Document(parts[0].strip())
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        known = _ALIASES.get(name, name)
        if known not in _ENTRIES:
            document.others.append((name, body.strip("\n")))
            continue
        entries: list[Entry] = []
        for line in body.strip("\n").split("\n"):
            if line and not line.startswith((" ", "\t")):
                head, _, kind = line.partition(" : ")
                lone = known in {"Returns", "Yields", "Raises"} and not kind
                named = known == "Raises" or not lone
                entries.append(Entry(head.strip() if named else "", head if lone else kind, ""))
            elif entries:
                entries[-1].text = f"{entries[-1].text}\n{line.strip()}".strip()
        document.sections[known] = entries
    return document


def _from_rest(text: str) -> Document | None:
    document = Document("")
    prose: list[str] = []
    types: dict[str, str] = {}
    last: Entry | None = None
    for line in text.split("\n"):
        found = _FIELD.match(line.strip())
        if not found:
            if last is not None and line.strip():
                last.text = f"{last.text}\n{line.strip()}"
            elif last is None:
                prose.append(line)
            continue
        word, subject, said = found.groups()
        if word in {"type", "rtype"}:
            types[subject.strip() if word == "type" else ""] = said.strip()
            continue
        section = "Args" if word in {"param", "arg"} else "Raises"
        section = "Returns" if word.startswith("return") else section
        *kind, name = subject.split() or [""]
        last = Entry(name, " ".join(kind), said.strip())
        document.sections.setdefault(section, []).append(last)
    for entries in document.sections.values():
        for entry in entries:
            entry.type = entry.type or types.get(entry.name, "")
    document.prose = "\n".join(prose).strip()
    return document


def _close(document: Document, name: str, body: str) -> bool:
    """Read one Google section into a document; False where it is not understood."""
    known = _ALIASES.get(name, name)
    if known not in _ENTRIES:
        document.others.append((name, body))
        return True
    if known in {"Returns", "Yields"}:
        found = re.match(r"^([\w.\[\], |]+):\s+(.*)$", body, re.DOTALL)
        kind, said = (found[1], found[2]) if found else ("", body)
        document.sections[known] = [Entry("", kind, _joined(said))]
        return True
    entries: list[Entry] = []
    for line in body.split("\n"):
        entry = _ENTRY.match(line)
        if entry and not line.startswith(" "):
            entries.append(Entry(entry["name"], entry["type"] or "", entry["text"]))
        elif entries and (line.startswith(" ") or not line):
            entries[-1].text = f"{entries[-1].text}\n{line.strip()}".strip()
        else:
            return False
    document.sections[known] = entries
    return True


def _joined(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def _to_google(document: Document) -> str:
    parts = [document.prose]
    for name in _ENTRIES:
        lines = []
        for entry in document.sections.get(name, []):
            kind = f" ({entry.type})" if entry.type and name in {"Args", "Attributes"} else ""
            head = (
                f"{entry.name}{kind}: " if entry.name else f"{entry.type}: " if entry.type else ""
            )
            lines.append(textwrap.indent(head + _hung(entry.text, 4), "    "))
        if lines:
            parts.append("\n".join([f"{name}:", *lines]))
    parts += [f"{name}:\n{textwrap.indent(body, '    ')}" for name, body in document.others]
    return "\n\n".join(filter(None, parts))


def _to_numpy(document: Document) -> str:
    parts = [document.prose]
    for name in _ENTRIES:
        title = "Parameters" if name == "Args" else name
        lines = []
        for entry in document.sections.get(name, []):
            head = " : ".join(filter(None, [entry.name, entry.type]))
            said = textwrap.indent(_joined(entry.text), "    ")
            lines.append("\n".join(filter(None, [head, said if head else _joined(entry.text)])))
        if lines:
            parts.append("\n".join([title, "-" * len(title), *lines]))
    for name, body in document.others:
        parts.append("\n".join([name, "-" * len(name), body]))
    return "\n\n".join(filter(None, parts))


def _to_rest(document: Document) -> str:
    lines = []
    for name, word in (("Args", "param"), ("Attributes", "ivar"), ("Returns", "returns")):
        for entry in document.sections.get(name, []):
            lines.append(f":{' '.join(filter(None, [word, entry.name]))}: {_hung(entry.text, 4)}")
            if entry.type and name == "Args":
                lines.append(f":type {entry.name}: {entry.type}")
            elif entry.type and name == "Returns":
                lines.append(f":rtype: {entry.type}")
    for entry in document.sections.get("Yields", []):
        lines.append(f":yields: {_hung(entry.text, 4)}")
    for entry in document.sections.get("Raises", []):
        lines.append(f":raises {entry.name}: {_hung(entry.text, 4)}")
    others = [f"{name}:\n{textwrap.indent(body, '    ')}" for name, body in document.others]
    return "\n\n".join(filter(None, [document.prose, "\n".join(lines), *others]))


def _hung(text: str, width: int) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, *(" " * width + line for line in rest)])
