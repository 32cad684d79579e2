"""Ends a candidate whose draft reaches for the frames, objects and code of what answers with it.

Python tells every such act to an audit hook before it happens, and a hook cannot be taken away
again. So the act is told to the host and the process ends; nothing of the act takes place.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

_ACTS = frozenset(
    {
        *("sys._getframe", "sys._current_frames", "sys._current_exceptions"),
        *("sys._getframemodulename", "sys.settrace", "sys.setprofile", "sys.addaudithook"),
        *("gc.get_objects", "gc.get_referrers", "gc.get_referents"),
        *("ctypes.dlopen", "ctypes.dlsym", "ctypes.string_at", "ctypes.cdata", "ctypes.addressof"),
        *("code.__new__", "function.__new__"),
    }
)
_REWRITES = frozenset({"__code__", "__defaults__", "__kwdefaults__", "__bases__"})
_PASSED_OVER = ("inspect.py", "traceback.py", f"ctypes{os.sep}__init__.py")


class _Here(Exception):
    """Raised to see the stack without asking for it, which would be an act itself."""


def install(
    trusted: Sequence[str], say: Callable[[Mapping[str, object]], None]
) -> dict[str, object]:
    """Watch this process for ever.

    Args:
        trusted: Folders whose code is not the draft's.
        say: Sends a frame to the host.

    Returns:
        An empty answer.
    """
    places, leave, busy = (*trusted, "<frozen "), os._exit, [False]

    def is_draft(frame: FrameType | None) -> str:
        while frame is not None and frame.f_code.co_filename.endswith(_PASSED_OVER):
            frame = frame.f_back
        file = frame.f_code.co_filename if frame is not None else "<nothing>"
        line = frame.f_lineno if frame is not None else 0
        return "" if file.startswith(places) else f"{file}:{line}"

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event not in _ACTS and not (event == "object.__setattr__" and given[1] in _REWRITES):
            return
        if busy[0]:
            return
        busy[0] = True
        try:
            raise _Here
        except _Here as here:
            trace = here.__traceback__
            where = is_draft(trace.tb_frame.f_back if trace else None)
        finally:
            busy[0] = False
        if where:
            act = f"{event} of {given[1]}" if event == "object.__setattr__" else event
            say({"nonce": "alarm", "kind": "tampering", "value": f"{act} at {where}"})
            leave(1)

    sys.addaudithook(hook)
    return {}
