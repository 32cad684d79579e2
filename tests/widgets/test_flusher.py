from __future__ import annotations

import threading
from queue import Queue
from typing import Any

import ipywidgets

from workbench.widgets._flusher import Flusher


def watched(widget: ipywidgets.Widget, trait: str) -> Queue[Any]:
    seen: Queue[Any] = Queue()
    widget.observe(lambda change: seen.put(change["new"]), trait)
    return seen


def test_a_burst_becomes_few_changes_and_the_last_value_wins() -> None:
    flusher, page = Flusher(), ipywidgets.HTML()
    seen = watched(page, "value")
    for number in range(2000):
        flusher.set(page, value=str(number))
    values = []
    while not values or values[-1] != "1999":
        values.append(seen.get(timeout=10))
    assert len(values) < 200
    flusher.close()


def test_changes_of_several_traits_and_widgets_all_arrive() -> None:
    flusher, button, page = Flusher(), ipywidgets.Button(), ipywidgets.HTML()
    names, values = watched(button, "description"), watched(page, "value")
    flusher.set(button, disabled=True)
    flusher.set(page, value="text")
    flusher.set(button, description="go")
    assert (names.get(timeout=10), values.get(timeout=10)) == ("go", "text")
    assert button.disabled
    flusher.close()


def test_what_waits_is_applied_before_it_ends() -> None:
    flusher, page = Flusher(), ipywidgets.HTML()
    seen = watched(page, "value")
    flusher.set(page, value="last")
    flusher.close()
    assert seen.get(timeout=10) == "last"


def test_many_threads_may_set() -> None:
    flusher, pages = Flusher(), [ipywidgets.HTML() for _ in range(8)]
    queues = [watched(page, "value") for page in pages]
    threads = [
        threading.Thread(target=lambda p=page: [flusher.set(p, value=str(i)) for i in range(100)])
        for page in pages
    ]
    for thread in threads:
        thread.start()
    for queue in queues:
        while queue.get(timeout=10) != "99":
            pass
    assert [page.value for page in pages] == ["99"] * 8
    flusher.close()
