"""What an agent does while it works, one line for each thing, the latest last.

A long stream stays light: only the last lines are kept, and a line that has been drawn once is not
drawn again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from workbench.journal import Event
from workbench.widgets._html import Html, join, tag

_KEPT, _LONGEST = 120, 400
_SIGNS = {"text": "says", "thinking": "thinks", "tool": "writes"}


class Stream:
    """The last lines of what was said, and what is just being written."""

    def __init__(self) -> None:
        self._lines: deque[Html] = deque(maxlen=_KEPT)
        self._kind = self._words = ""

    def clear(self) -> None:
        """Begin anew."""
        self._lines.clear()
        self._kind = self._words = ""

    def write(self, shown: Mapping[str, Any]) -> None:
        """Take words while they are written; they are kept only once they are whole."""
        kind = str(shown.get("kind", ""))
        if kind != self._kind:
            self._kind, self._words = kind, ""
        self._words = (self._words + str(shown.get("delta", "")))[-_LONGEST:]

    def hear(self, event: Event) -> None:
        """Keep one event of the kind ``said``, where there is something to read in it."""
        sign, text = _line(event)
        if text.strip():
            self._kind = self._words = ""
            self._lines.append(_drawn(sign, text))

    @property
    def body(self) -> Html:
        """The lines, the latest in sight."""
        shown = [*self._lines]
        if self._words.strip():
            sign = _SIGNS.get(self._kind, self._kind)
            # What is just being written is JSON still, with its line ends escaped.
            words = self._words.replace("\\n", "\n") if self._kind == "tool" else self._words
            shown.append(tag("div", join([tag("b", f"{sign} …"), words], " "), class_="wb-live"))
        if not shown:
            return Html()
        # The style sheet stacks the frame from below, so that it stays at its last line.
        return tag("div", tag("div", *shown), class_="wb-scroll wb-low wb-stream", role="log")


def _drawn(sign: str, text: Html | str) -> Html:
    return tag("div", join([tag("b", sign), text if isinstance(text, Html) else _cut(text)], " "))


def _cut(text: str) -> str:
    return text[:_LONGEST] + ("…" if len(text) > _LONGEST else "")


def _called(name: str, given: Any) -> Html:
    """Show a call: short arguments in its line, text of several lines below it."""
    words = given.items() if isinstance(given, Mapping) else [("", given)]
    short = [(key, str(value)) for key, value in words if "\n" not in str(value)]
    said = join([tag("code", name), *(_cut(f"{key} {value}".strip()) for key, value in short)], " ")
    long = [str(value) for _, value in words if "\n" in str(value)]
    return join([said, *(tag("pre", _cut(value)) for value in long)])


def _line(event: Event) -> tuple[str, Html | str]:
    match event.get("kind"):
        case "agent":
            return "agent", f"{event.get('name')}: {event.get('model')}"
        case "text":
            return "says", str(event.get("text", ""))
        case "thinking":
            return "thinks", str(event.get("text", ""))
        case "tool":
            return "→", _called(str(event.get("name")), event.get("input"))
        case "result":
            refused = " refused" if event.get("failed") else ""
            return "←", f"{event.get('name')}{refused}: {event.get('text')}"
        case "fault" | "end":
            return "!", str(event.get("sentence", ""))
    return "", ""
