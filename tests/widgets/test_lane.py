from __future__ import annotations

import threading
from queue import Queue

from workbench.widgets._lane import Lane


def test_tasks_run_in_order_on_one_other_thread() -> None:
    ran: Queue[tuple[int, int]] = Queue()
    lane = Lane("test", lambda error: None)
    for number in range(50):
        lane.put(lambda number=number: ran.put((number, threading.get_ident())))
    found = [ran.get(timeout=10) for _ in range(50)]
    assert [number for number, _ in found] == list(range(50))
    assert len({thread for _, thread in found} | {threading.get_ident()}) == 2
    lane.close()
    assert lane.join(10)


def test_a_task_that_raises_is_told_and_the_next_one_runs() -> None:
    told: Queue[object] = Queue()
    lane = Lane("test", told.put)
    lane.put(lambda: 1 / 0)
    lane.put(lambda: told.put("next"))
    assert isinstance(told.get(timeout=10), ZeroDivisionError)
    assert told.get(timeout=10) == "next"
    lane.close()


def test_closing_drops_what_waits_and_ends_the_thread() -> None:
    started, go, ran = threading.Event(), threading.Event(), []
    lane = Lane("test", lambda error: None)
    lane.put(lambda: (started.set(), go.wait(10)))
    lane.put(lambda: ran.append("must not run"))
    assert started.wait(10)
    lane.close()
    go.set()
    assert lane.join(10)
    assert ran == []
