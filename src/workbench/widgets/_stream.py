"""What an agent does while it works, one line for each thing, the latest last."""

from __future__ import annotations

from collections import deque

from workbench.journal import Event
from workbench.widgets._html import Html, join, tag

_KEPT, _LONGEST = 200, 400


class Stream:
    """The last lines of what was said."""

    def __init__(self) -> None:
        self._lines: deque[tuple[str, str]] = deque(maxlen=_KEPT)

    def clear(self) -> None:
        """Begin anew."""
        self._lines.clear()

    def hear(self, event: Event) -> None:
        """Keep one event of the kind ``said``, where there is something to read in it."""
        sign, text = _line(event)
        if text.strip():
            self._lines.append((sign, text[:_LONGEST] + ("…" if len(text) > _LONGEST else "")))

    @property
    def body(self) -> Html:
        """The lines, the latest in sight."""
        if not self._lines:
            return Html()
        shown = [tag("div", join([tag("b", sign), text], " ")) for sign, text in self._lines]
        # The style sheet stacks the frame from below, so that it stays at its last line.
        return tag("div", tag("div", *shown), class_="wb-scroll wb-low wb-stream", role="log")


def _line(event: Event) -> tuple[str, str]:
    match event.get("kind"):
        case "agent":
            return "agent", f"{event.get('name')}: {event.get('model')}"
        case "text":
            return "says", str(event.get("text", ""))
        case "thinking":
            return "thinks", str(event.get("text", ""))
        case "tool":
            return "→", f"{event.get('name')} {event.get('input')}"
        case "result":
            refused = " refused" if event.get("failed") else ""
            return "←", f"{event.get('name')}{refused}: {event.get('text')}"
        case "fault" | "end":
            return "!", str(event.get("sentence", ""))
    return "", ""
