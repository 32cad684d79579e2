"""Cut the bodies out of a Python file's functions, for parsing takes most of a study.

What is left has the same lines at the same numbers, so that imports, classes, signatures,
decorators, docstrings and tables are read from it as from the whole file. A body stays where it is
short, where it raises ``NotImplementedError``, and wherever the cut is not certain: a file that
does not parse without its bodies is parsed with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_DEFINES = re.compile(r"\n([ \t]*)(?:async[ \t]+)?def[ \t]")
_ONE_LINE = re.compile(r"[^\n()]*\([^\n()#\"']*\)[^\n()#\"']*:[ \t]*(?:#[^\n]*)?(?=\n)")
_OPENS = re.compile(r"(?:\s|#[^\n]*\n)*[rRuUbBfF]{0,2}(\"\"\"|'''|\"|')")
_OUTDENTED = tuple(re.compile(rf"\n[ \t]{{0,{width}}}[^\s#]") for width in range(40))
_STRING = re.compile(
    r"#[^\n]*|\"\"\"(?:[^\\]|\\.)*?\"\"\"|\'\'\'(?:[^\\]|\\.)*?\'\'\'"
    r"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'",
    re.DOTALL,
)
_QUOTES = ('"""', "'''")
_SHORT = 3  # lines of a body that stay
_LONGEST = 100  # lines of a signature
# What no Python 3 has; a file in which it stands is parsed whole, which finds out.
_DOUBTFUL = re.compile(
    r"\n[ \t]*(?:print[ \t]+[\"'\w%]|exec[ \t]+[\"'\w]|raise[ \t]+\w+[ \t]*,"
    r"|except[ \t]+[\w.]+[ \t]*,)"
)


def outline(text: str) -> str:
    """Return a file's text without the bodies of its functions.

    Args:
        text: Python 3, with line breaks as ``\\n``.

    Returns:
        The text with as many lines; the same text where a cut would not be certain.
    """
    opened = "\n" + text  # so that every line follows a line break
    if _DOUBTFUL.search(opened):
        return text
    kept, done = [], 0
    for start, stop, filler in _bodies(opened):
        if start < 0:
            return text
        lines = opened.count("\n", start, stop) - filler.count("\n")
        kept += [opened[done:start], filler, "\n" * lines]
        done = stop
    return ("".join(kept) + opened[done:])[1:]


def _bodies(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each body starts and stops and what stands for it; -1: it is not certain."""
    position = 0
    strings = {quote: text.find(quote) for quote in _QUOTES}
    while found := _DEFINES.search(text, position):
        skipped = _behind_string(text, strings, position, found.start())
        if skipped:
            position = skipped
            continue
        head = _signature(text, found.end())
        if not head:  # the body stands in the line of the signature
            position = found.end()
            continue
        start, stop, documented = _extent(text, head, len(found[1]))
        if start >= 0 and any(text.count(quote, start, stop) % 2 for quote in _QUOTES):
            stop = _outdented_behind_strings(text, start, len(found[1]))
        if start < 0 or stop < 0:
            yield -1, -1, ""
            return
        position = stop
        body = text[start:stop]
        if body.count("\n") > _SHORT and "NotImplementedError" not in body:
            yield start, stop, "" if documented else f"\n{found[1]} 0"


def _behind_string(text: str, strings: dict[str, int], position: int, before: int) -> int:
    """Return the end of the next long string where it begins before a place, else 0."""
    for quote, at in strings.items():
        if 0 <= at < position:
            strings[quote] = text.find(quote, position)
    opening = [(at, quote) for quote, at in strings.items() if 0 <= at < before]
    if not opening:
        return 0
    at, quote = min(opening)
    end = text.find(quote, at + 3)
    return end + 3 if end >= 0 else len(text)


def _signature(text: str, start: int) -> int:
    """Return the end of the line that ends a signature, or 0 where it does not end a line."""
    plain = _ONE_LINE.match(text, start)
    if plain:
        return plain.end()
    end = start
    for _ in range(_LONGEST):
        end = text.find("\n", end + 1)
        if end < 0:
            return 0
        head = text[start:end]
        if all(head.count(one) == head.count(other) for one, other in ("()", "[]", "{}")):
            last = head[head.rfind("\n") + 1 :].partition("  #")[0]
            return end if last.rstrip().endswith(":") else 0
    return 0


def _extent(text: str, head: int, width: int) -> tuple[int, int, bool]:
    """Return where a body starts behind its docstring, where it stops, and if it has one."""
    stop = _outdented(text, head, width)
    string = _OPENS.match(text, head, stop) if stop >= 0 else None
    if string is None:
        return (head if stop >= 0 else -1), stop, False
    closed = text.find(string[1], string.end()) if len(string[1]) == 3 else string.end()
    start = text.find("\n", closed) if closed >= 0 else -1
    if start > stop:
        stop = _outdented(text, start, width)
    return start, (stop if start >= 0 else -1), True


def _outdented_behind_strings(text: str, start: int, width: int) -> int:
    """Return the same where a string may hold such a line: exactly, which takes longer."""
    stop = _outdented(text, start, width)
    for found in _STRING.finditer(text, start):
        if stop < 0 or found.start() > stop:
            break
        if found.end() > stop:
            stop = _outdented(text, found.end(), width)
    return stop


def _outdented(text: str, start: int, width: int) -> int:
    """Return where the next line stands that is indented by no more than a width."""
    if width >= len(_OUTDENTED):
        return -1
    found = _OUTDENTED[width].search(text, start)
    return found.start() if found else len(text)
