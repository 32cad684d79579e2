"""Answers of the model: heard while they come, and made plain values when they are whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.implementers._agent.calls import Call
from workbench.implementers._agent.memory import Message

Tell = Callable[[dict[str, Any]], None]

_SHORT = 240  # characters of an argument in an event


def hearing(tell: Tell, show: Tell) -> Callable[[Any], None]:
    """Make what hears a stream: each finished block is told, what is being written is shown."""

    def hear(event: Any) -> None:
        if event.type == "content_block_stop":
            block = event.content_block
            if block.type == "text" and block.text.strip():
                tell({"kind": "text", "text": block.text})
            elif block.type == "thinking" and block.thinking.strip():
                tell({"kind": "thinking", "text": block.thinking})
            elif block.type == "tool_use":
                tell({"kind": "tool", "name": block.name, "input": _short(block.input)})
        elif event.type in {"text", "thinking"}:
            show({"kind": event.type, "delta": getattr(event, event.type)})
        elif event.type == "input_json":
            show({"kind": "tool", "delta": event.partial_json})

    return hear


def plain(answer: Any) -> Message:
    """Bring an answer into the form in which it goes back to the model, as plain JSON values."""
    blocks = [
        block.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"parsed_output"})
        for block in answer.content
    ]
    # An answer that says nothing may hold an empty text, which no request may.
    return {
        "role": "assistant",
        "content": [block for block in blocks if block["type"] != "text" or block["text"]],
    }


def calls_in(message: Message, *, cut: bool) -> list[Call]:
    """List the tool calls of an answer; where it was cut, the last block is not whole."""
    blocks = message["content"] if isinstance(message["content"], list) else []
    last = len(blocks) - 1
    return [
        Call(block["id"], block["name"], block.get("input"), cut=cut and number == last)
        for number, block in enumerate(blocks)
        if block["type"] == "tool_use"
    ]


def speaks(message: Message) -> bool:
    """Say whether an answer holds words or calls, and not thoughts alone."""
    return any(block["type"] in {"text", "tool_use"} for block in message["content"])


def why_refused(answer: Any) -> str:
    """Say why the model refused, as far as it told."""
    details = getattr(answer, "stop_details", None)
    parts = [getattr(details, name, None) for name in ("category", "explanation")]
    said = ": ".join(str(part) for part in parts if part)
    return f" ({said})" if said else ""


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _SHORT else value[:_SHORT] + " ..."
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    return value
