"""Docstrings as parts, and the three ways of writing them: Google, NumPy and reST.

Blueprints are in Google style, with the sections Args, Attributes, Returns, Yields, Raises,
Example and Source. Google: https://google.github.io/styleguide/pyguide.html#383-functions-and-methods,
NumPy: https://numpydoc.readthedocs.io/en/latest/format.html, reST: the field lists of Sphinx.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

_TITLE = re.compile(r"^(Args|Attributes|Returns|Yields|Raises|Example|Examples|Source):$")
_ENTRY = re.compile(r"^(\*{0,2}\w[\w.]*): (.*)$", re.DOTALL)
_NUMPY_TITLES = {
    "Args": "Parameters",
    "Example": "Examples",
    "Source": "References",
}
_ORDERS = {
    "numpy": ["Args", "Attributes", "Returns", "Yields", "Raises", "Source", "Example", "Examples"],
    "rest": ["Source", "Example", "Examples", "Args", "Attributes", "Returns", "Yields", "Raises"],
}
_FIELDS = {"Args": "param", "Attributes": "ivar", "Raises": "raises"}


@dataclass(frozen=True)
class Docstring:
    """A docstring in parts.

    Args:
        prose: Its paragraphs before the first section, the summary first.
        sections: For each title its items: names with texts, or lines without a name.
    """

    prose: tuple[str, ...]
    sections: Mapping[str, tuple[tuple[str, str], ...]]

    def without(self, title: str, *names: str) -> Docstring:
        """Take named items out of a section; a section with none left goes."""
        kept = {
            key: tuple(item for item in items if key != title or item[0] not in names)
            for key, items in self.sections.items()
        }
        return replace(self, sections={key: items for key, items in kept.items() if items})


@dataclass(frozen=True)
class Types:
    """What a signature says of the things that a docstring documents.

    Args:
        parameters: The annotation of each parameter.
        returns: The annotation of the result.
    """

    parameters: Mapping[str, str]
    returns: str = ""


def parse(text: str) -> Docstring:
    """Read a docstring in Google style.

    Args:
        text: The docstring, without indentation after the first line.

    Returns:
        Its parts.
    """
    blocks: dict[str, list[str]] = {"": []}
    title = ""
    for line in text.strip().split("\n"):
        found = _TITLE.match(line)
        if found:
            title = found[1]
        blocks.setdefault(title, [])
        if not found:
            blocks[title].append(line)
    prose = re.split(r"\n\s*\n", "\n".join(blocks.pop("")).strip())
    return Docstring(
        tuple(" ".join(paragraph.split()) for paragraph in prose),
        {title: _items(title, lines) for title, lines in blocks.items()},
    )


def _items(title: str, lines: list[str]) -> tuple[tuple[str, str], ...]:
    body = textwrap.dedent("\n".join(lines)).strip("\n")
    if title in ("Example", "Examples"):
        return (("", body),)
    if title in ("Returns", "Yields"):
        return (("", " ".join(body.split())),)
    items = []
    for item in re.split(r"\n(?!\s)", body):  # a continuation line is indented further
        text = " ".join(item.split())
        entry = _ENTRY.match(text) if title != "Source" else None
        items.append((entry[1], entry[2]) if entry else ("", text))
    return tuple(items)


def render(docstring: Docstring, style: str, types: Types, width: int) -> str:
    """Write a docstring.

    Args:
        docstring: Its parts.
        style: ``google``, ``numpy`` or ``rest``.
        types: What the signature says; NumPy style repeats it.
        width: Longest line.

    Returns:
        The text without indentation and quotes.
    """
    write: Callable[..., list[str]] = {"numpy": _numpy, "rest": _rest}.get(style, _google)
    blocks = [_wrapped(paragraph, width) for paragraph in docstring.prose]
    if blocks:  # the opening quotes stand on its first line
        blocks[0] = _wrapped(docstring.prose[0], width, " " * 3, "").lstrip()
    titles = _ORDERS.get(style, list(docstring.sections))
    for title in [title for title in titles if title in docstring.sections]:
        blocks.append("\n".join(write(title, docstring.sections[title], types, width)))
    text = "\n\n".join(block for block in blocks if block)
    return re.sub(r"\n\n(?=:)", "\n", text).replace("\n:", "\n\n:", 1) if style == "rest" else text


def _wrapped(text: str, width: int, first: str = "", further: str | None = None) -> str:
    return textwrap.fill(
        text,
        max(width, 20),
        initial_indent=first,
        subsequent_indent=first if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _google(title: str, items: tuple[tuple[str, str], ...], types: Types, width: int) -> list[str]:
    lines = ["References:" if title == "Source" else f"{title}:"]
    for name, text in items:
        if title.startswith("Example"):
            lines.append(textwrap.indent(text, "    "))
        elif title in ("Returns", "Yields"):
            lines.append(_wrapped(text, width, "    "))
        else:
            lines.append(_wrapped(f"{name}: {text}" if name else text, width, "    ", " " * 8))
    return lines


def _numpy(title: str, items: tuple[tuple[str, str], ...], types: Types, width: int) -> list[str]:
    heading = _NUMPY_TITLES.get(title, title)
    lines = [heading, "-" * len(heading)]
    for name, text in items:
        if title in ("Args", "Attributes"):
            lines.append(_numpy_entry(name, types.parameters.get(name.lstrip("*"), "")))
        elif title in ("Returns", "Yields"):
            lines.append(types.returns or "object")
        elif title == "Raises":
            lines.append(name)
        if title.startswith("Example"):
            lines.append(text)
        else:
            lines.append(_wrapped(text, width, "" if title == "Source" else "    "))
    return lines


def _numpy_entry(name: str, annotation: str) -> str:
    bare = re.sub(r"\s*\|\s*None$|^Optional\[(.*)\]$", r"\1", annotation)
    optional = ", optional" if bare != annotation else ""
    return f"{name} : {bare}{optional}" if annotation else name


def _rest(title: str, items: tuple[tuple[str, str], ...], types: Types, width: int) -> list[str]:
    lines = []
    if title.startswith("Example"):
        lines += ["Example:", ""]
    if title == "Source":
        lines += ["References:", ""]
    for name, text in items:
        if title.startswith("Example"):
            lines.append(text)
        elif title == "Source":
            lines.append(_wrapped(f"- {text}", width, "", "  "))
        elif title in _FIELDS:
            lines.append(_wrapped(f":{_FIELDS[title]} {name}: {text}", width, "", "    "))
        else:
            lines.append(_wrapped(f":{title.lower()}: {text}", width, "", "    "))
    return lines
