"""Describes an exception that a draft raised, as plain values."""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Iterable

from workbench.sandbox._sources import CELL

_FIRST_FRAMES, _LAST_FRAMES = 10, 40
_MESSAGE_LENGTH, _LINE_LENGTH = 4000, 300
_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "cannot allocate memory")


def describe(error: BaseException, scratch: str) -> dict[str, object]:
    """Describe an exception.

    Args:
        error: What was raised.
        scratch: The candidate's folder; code in files there is the draft's too.

    Returns:
        ``kind``, ``message``, ``trace``, ``where`` (``file:line`` of the innermost frame in the
        draft's own code, or ``""``) and ``limit`` (``"memory"``, ``"processes"`` or ``""``: which
        limit made the kernel say no).
    """
    frames = [frame for frame in _frames(error) if _belongs(str(frame["file"]))]
    own = [frame for frame in frames if str(frame["file"]).startswith((CELL, scratch))]
    return {
        "kind": type(error).__name__[:200],
        "message": _message(error)[:_MESSAGE_LENGTH],
        "trace": frames,
        "where": f"{own[-1]['file']}:{own[-1]['line']}" if own else "",
        "limit": _limit(error),
    }


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as second:  # a draft's exception may not even know how to print itself
        return f"(its message cannot be shown: {type(second).__name__})"


def _frames(error: BaseException) -> Iterable[dict[str, object]]:
    entries = list(traceback.walk_tb(error.__traceback__))
    if len(entries) > _FIRST_FRAMES + _LAST_FRAMES:  # a recursion error has a thousand
        entries = entries[:_FIRST_FRAMES] + entries[-_LAST_FRAMES:]
    for entry in traceback.StackSummary.extract(iter(entries)):
        yield _frame(entry.filename, entry.lineno, entry.name, entry.line)
    if isinstance(error, SyntaxError) and error.filename:
        yield _frame(error.filename, error.lineno, "<module>", error.text)


def _frame(file: str, line: int | None, function: str, text: str | None) -> dict[str, object]:
    shown = (text or "").strip()[:_LINE_LENGTH]
    return {"file": file, "line": line or 0, "function": function, "text": shown}


def _belongs(file: str) -> bool:
    return not file.startswith((_OWN_FOLDER, "<frozen importlib"))


def _limit(error: BaseException) -> str:
    text = _message(error).lower()
    if isinstance(error, MemoryError) or any(words in text for words in _OUT_OF_MEMORY):
        return "memory"
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return "memory"
    if isinstance(error, BlockingIOError) and error.errno == errno.EAGAIN:
        return "processes"
    if isinstance(error, RuntimeError) and "can't start new thread" in text:
        return "processes"
    return ""
