"""A worker that a person can stop at any moment, and whose end is never taken for evidence.

All of it happens on one thread that lives as long as the widget does: on Linux a process that asks
to end with its parent ends with the thread that started it. Whoever waits for that thread looks
every `PATIENCE` seconds whether he was stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from workbench.sandbox import Candidate, Worker
from workbench.widgets._lane import Lane

PATIENCE = 0.05  # seconds

Answer = TypeVar("Answer")


class Stopped(BaseException):
    """A person has stopped the session; it goes on when it is resumed.

    Like KeyboardInterrupt it is no `Exception`: nobody on the way may take it for a fault of a
    check or a draft.
    """


class StoppableWorker(Worker):
    """Stands before a worker: refuses once stopped, and is there again for the next one who asks.

    Args:
        heed: Raises `Stopped` where what the worker is used for has been stopped.
        spare: Whether one candidate always waits for the next draft.
    """

    def __init__(self, heed: Callable[[], None], *, spare: bool = False) -> None:
        super().__init__()
        self._heed = heed
        self._worker = Worker(spare=spare)
        self._lane = Lane("workbench-worker", lambda error: None)
        self._closing: threading.Thread | None = None

    def warm_up(self) -> None:
        """Start before it is needed; returns at once. If it cannot start, its first use says so."""
        self._lane.put(lambda: self._worker.guarantees)  # starts it, and tries it

    @property
    def warm(self) -> bool:
        """Whether it is there, and tried, at once for the next who asks."""
        return self._worker.warm

    def stop(self) -> None:
        """End the process and its candidates, now; returns at once."""
        self._closing = threading.Thread(
            target=self._worker.close, name="workbench-stop", daemon=True
        )
        self._closing.start()

    def close(self) -> None:
        """Stop for good."""
        self._lane.close()
        self.stop()

    def start(self) -> None:
        """Start the process, unless stopped."""
        self._patiently(self._worker.start)

    def candidate(self, *sources: Any, **keywords: Any) -> Candidate:
        """Fork a candidate, unless stopped."""
        return self._patiently(lambda: self._worker.candidate(*sources, **keywords))

    @property
    def guarantees(self) -> dict[str, str]:
        """What is kept from a draft, unless stopped; the last thing that a report needs."""
        return self._patiently(lambda: self._worker.guarantees)

    def _patiently(self, call: Callable[[], Answer]) -> Answer:
        """Have something done on the worker's thread, and wait no longer than wanted."""
        while self._closing is not None and self._closing.is_alive():
            self._closing.join(PATIENCE)  # else it would end what is started now
            self._heed()
        done: Future[Answer] = Future()
        self._lane.put(lambda: _settle(done, call))
        while True:
            self._heed()
            if wait([done], PATIENCE).done:
                return done.result()


def _settle(done: Future[Answer], call: Callable[[], Answer]) -> None:
    try:
        done.set_result(call())
    except BaseException as error:
        done.set_exception(error)
