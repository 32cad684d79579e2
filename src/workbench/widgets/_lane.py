"""A thread that does one thing after the other, so that a widget's callback never waits.

Callbacks of widgets arrive on whatever thread the kernel chose (three behaviours are in the
field), and a kernel that waits in a callback shows nothing. So a callback only puts a task here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Task = Callable[[], object]


class Lane:
    """A daemon thread with a queue of tasks.

    Args:
        name: For people who list the threads.
        failed: Called, on the thread, with what a task raised.
    """

    def __init__(self, name: str, failed: Callable[[Exception], None]) -> None:
        self._queue: SimpleQueue[Task | None] = SimpleQueue()
        self._failed = failed
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, task: Task) -> None:
        """Do a task after those that are waiting; returns at once."""
        self._queue.put(task)

    @property
    def waiting(self) -> bool:
        """Whether a task waits behind the one that is being done."""
        return not self._queue.empty()

    def close(self) -> None:
        """End the thread when the task that it is doing is done; waiting ones are dropped."""
        while not self._queue.empty():
            self._queue.get()
        self._queue.put(None)

    def join(self, seconds: float) -> bool:
        """Wait until the thread has ended, and say whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (task := self._queue.get()) is not None:
            try:
                task()
            except Exception as error:
                self._failed(error)
