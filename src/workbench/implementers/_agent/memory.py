"""The conversation, and how it comes back from a journal after a process has died.

Every message is told as an event before it is acted upon. What a former run did is rebuilt up to
the last message that went to the model; an answer after it has been paid for, so its calls are
carried out again rather than asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.implementers._agent.desk import Desk

Message = dict[str, Any]


class Memory:
    """The messages of one conversation, in the API's form.

    Args:
        tell: Called with each message, as an event.
    """

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self.messages: list[Message] = []
        self._tell = tell

    def begin(self, text: str) -> None:
        """Start a conversation, or start it anew."""
        self.messages = []
        self._append({"role": "user", "content": text}, fresh=True)

    def answered(self, message: Message, stop: str) -> None:
        """Keep an answer of the model."""
        self._append(message, stop=stop)

    def say(self, content: str | list[dict[str, Any]]) -> None:
        """Keep what goes to the model next."""
        self._append({"role": "user", "content": content})

    def _append(self, message: Message, **fields: Any) -> None:
        self.messages.append(message)
        self._tell({"kind": "message", "message": message, **fields})

    def restore(
        self, history: Sequence[Mapping[str, Any]], desk: Desk
    ) -> tuple[Message, str] | None:
        """Take up a former run: its messages, and what stood on the desk.

        Args:
            history: The events that were told, oldest first.
            desk: A fresh desk.

        Returns:
            An answer whose calls were not carried out to the end, with its stop reason, or None.
        """
        sent = _last_sent(history)
        for event in history[: sent + 1]:
            if event.get("kind") == "message":
                if event.get("fresh"):
                    self.messages = []
                self.messages.append(dict(event["message"]))
            else:
                desk.restore(event)
        answers = [event for event in history[sent + 1 :] if event.get("kind") == "message"]
        self.messages += [dict(event["message"]) for event in answers]
        return (self.messages[-1], str(answers[-1]["stop"])) if answers else None


def _last_sent(history: Sequence[Mapping[str, Any]]) -> int:
    """Find the last message that went to the model."""
    for number in range(len(history) - 1, -1, -1):
        event = history[number]
        if event.get("kind") == "message" and event["message"]["role"] == "user":
            return number
    return -1
