"""What the person did while the agent worked: it hears of it with its next results.

A cell that the person has edited stands on the agent's desk from then on, as the person wrote it.
What has been heard is told as an event, so that a resumed run hears the rest, and that once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from workbench.implementers._agent.desk import Desk, Tell
from workbench.records import Cell

Event = Mapping[str, Any]
# Gives the session's events of what the person did, those after the first so many.
Heard = Callable[[int], Sequence[Event]]

_LONGEST = 12_000  # characters of a cell
_CELL = {
    "accept": "takes your version of",
    "reject": "keeps their own version of",
    "undo": "takes your last change back in",
}


class Person:
    """What the person says and does, for one conversation.

    Args:
        heard: Gives what they did.
        desk: What the agent works on.
        tell: Called with what was heard, as an event.
        history: The events of former runs.
    """

    def __init__(self, heard: Heard, desk: Desk, tell: Tell, history: Sequence[Event] = ()) -> None:
        self._heard, self._desk, self._tell = heard, desk, tell
        counts = [event["count"] for event in history if event.get("kind") == "heard"]
        self._count = max(counts, default=0)
        self._new = 0

    def words(self) -> str:
        """Take in what is new, and return what the agent reads of it; ``""`` if nothing is."""
        events = self._heard(self._count + self._new)
        if not events:
            return ""
        self._new += len(events)
        edited = {e["cell"]["id"]: e["cell"] for e in events if e["event"] == "edited"}
        lines = [line for event in events if (line := self._answer(event))]
        lines += [line for cell in edited.values() for line in self._edit(Cell(**cell))]
        return "Meanwhile, the person who watches you:\n" + "\n".join(lines)

    def kept(self) -> None:
        """Tell that the words are part of the conversation now."""
        if self._new:
            self._count, self._new = self._count + self._new, 0
            self._tell({"kind": "heard", "count": self._count})

    def _answer(self, event: Event) -> str:
        answer = event.get("answer", "")
        if "note" in event:
            self._desk.hear(event["note"], answer)
            said = f"says: {answer} (that binds you)" if answer else "confirms it"
            return f"- to your {event['note']!r} {said}"
        if "hunk" in event:
            path = next((e.path for e in self._desk.draft().edits if e.id == event["hunk"]), "")
            word = "leaves out" if answer == "reject" else "takes"
            return f"- {word} your edit {event['hunk']} {f'of {path}' if path else ''}".rstrip()
        if "cell" in event and event["event"] == "answered":
            return f"- {_CELL[answer]} the cell {event['cell']!r}"
        return ""

    def _edit(self, cell: Cell) -> Iterator[str]:
        taken = self._desk.take_over(cell)
        stands = "it stands on your desk" if taken else "it stands in the draft"
        yield f"- has edited the cell {cell.id!r} in {cell.path}; {stands} as follows:"
        yield cell.source[:_LONGEST].rstrip("\n")


def nobody(since: int) -> Sequence[Event]:
    """Hear nothing."""
    return ()
