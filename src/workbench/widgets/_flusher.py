"""One thread that brings changes to the widgets, many at a time.

A stream of events would otherwise be a stream of messages to the browser: what changes several
times within `SECONDS` is sent once, with its last value.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from ipywidgets import Widget

SECONDS = 0.04


class Flusher:
    """Collects changes from any thread and applies them in order, coalesced."""

    def __init__(self) -> None:
        self._pending: dict[Widget, dict[str, Any]] = {}
        self._changed = threading.Condition()
        self._open = True
        threading.Thread(target=self._run, name="workbench-flusher", daemon=True).start()

    def set(self, widget: Widget, **traits: Any) -> None:
        """Change a widget soon.

        Args:
            widget: The widget.
            **traits: What shall change; a later value takes the place of one that waits.
        """
        with self._changed:
            self._pending.setdefault(widget, {}).update(traits)
            self._changed.notify()

    def close(self) -> None:
        """End the thread when what waits has been applied."""
        with self._changed:
            self._open = False
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or not self._open)
                if not self._pending:
                    return
            time.sleep(SECONDS)  # what else comes meanwhile goes with it
            with self._changed:
                pending, self._pending = self._pending, {}
            for widget, traits in pending.items():
                with widget.hold_sync():
                    for name, value in traits.items():
                        setattr(widget, name, value)
