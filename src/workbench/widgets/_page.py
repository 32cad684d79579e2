"""The page on which the workbench is shown: its notebook's cells, reached through a comm.

The other end is the front end in ``front_end/labextensions``, which JupyterLab and Notebook 7
load. Where a page has no such front end, nobody answers, and what is sent is lost: whoever uses
this has to be able to do without, and says so.

Messages to the page:
    put      cells that shall stand, and ids that shall go; answered with what was kept
    states   a line below each cell, and the source that is known of it
    jump     show a cell and a line of it
    session  the session that the notebook belongs to
From the page:
    here     a page is there (or again): its path, its session, and the cells that it holds
    put      done, with the sources that were not overwritten, because a person had typed there
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

TARGET = "ml-model-workbench"

Hear = Callable[[dict[str, Any]], None]


class Page:
    """The pages that show this kernel's notebook.

    Args:
        hear: Called with each message from a page, on whatever thread the kernel chose.
    """

    def __init__(self, hear: Hear) -> None:
        self.here = False
        self._hear = hear
        self._number = 0
        self._comm: Any = None

    def open(self) -> None:
        """Call the page; it answers when it has a front end."""
        import comm

        self._comm = comm.create_comm(target_name=TARGET, data={})
        self._comm.on_msg(self._heard)

    def put(self, cells: Iterable[Mapping[str, Any]], drop: Iterable[str] = ()) -> None:
        """Let cells stand in the notebook, each with ``id``, ``role``, ``path`` and ``source``."""
        self._number += 1
        self._send({"do": "put", "number": self._number, "cells": list(cells), "drop": list(drop)})

    def states(self, states: Mapping[str, Mapping[str, str]]) -> None:
        """Show a line below cells: ``text``, ``tone`` and the ``source`` that it is about."""
        self._send({"do": "states", "states": dict(states)})

    def jump(self, identity: str, line: int) -> None:
        """Show a cell and put the cursor on one of its lines, from 0."""
        self._send({"do": "jump", "id": identity, "line": line})

    def session(self, name: str) -> None:
        """Keep in the notebook which session it belongs to."""
        self._send({"do": "session", "name": name})

    def close(self) -> None:
        """Let go of the pages."""
        if self._comm is not None:
            self._comm.close()
        self._comm = None

    def _heard(self, message: Mapping[str, Any]) -> None:
        data = message["content"]["data"]
        if isinstance(data, dict) and "event" in data:
            self.here = True
            self._hear(data)

    def _send(self, data: dict[str, Any]) -> None:
        if self._comm is not None:
            self._comm.send(data)
