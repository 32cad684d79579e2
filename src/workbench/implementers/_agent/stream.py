"""Reading one answer, so that an interrupt never has to wait for the network.

The answer is read on a thread of its own and handed over event by event; whoever waits for it can
be interrupted at any moment, by the keyboard or by a flag, also while nothing comes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from workbench.errors import ImplementerError

_TICK = 0.1  # seconds between two looks at the flag


def read_answer(runner: Any, hear: Callable[[Any], None], halted: Callable[[], bool]) -> Any | None:
    """Read the runner's next answer.

    Args:
        runner: The SDK's streaming tool runner.
        hear: Called with each event of the stream.
        halted: Says whether the person wants to stop.

    Returns:
        The final message, or None where the runner has come to its end.

    Raises:
        ImplementerError: The person stopped it.
        Exception: Whatever the SDK raised.
    """
    queue: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    left = threading.Event()
    threading.Thread(target=_read, args=(runner, queue, left), daemon=True, name="answer").start()
    try:
        return _hand_over(queue, hear, halted)
    except BaseException:
        left.set()
        raise


def _hand_over(
    queue: SimpleQueue[tuple[str, Any]], hear: Callable[[Any], None], halted: Callable[[], bool]
) -> Any | None:
    while True:
        if halted():
            raise ImplementerError(
                "the agent was stopped; what was done is kept: resume the session to go on",
                fault="stopped",
            )
        try:
            kind, value = queue.get(timeout=_TICK)
        except Empty:
            continue
        if kind == "event":
            hear(value)
        elif kind == "error":
            raise value
        else:
            return value


def _read(runner: Any, queue: SimpleQueue[tuple[str, Any]], left: threading.Event) -> None:
    try:
        stream = next(runner)
        for event in stream:
            queue.put(("event", event))
            if left.is_set():
                break
        else:
            queue.put(("message", stream.get_final_message()))
    except StopIteration:
        queue.put(("message", None))
    except Exception as error:
        queue.put(("error", error))
    if left.is_set():
        runner.close()  # nobody else can while it is at work here
