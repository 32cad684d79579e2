"""The host's end of the line to one candidate, which may send anything at any time."""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from workbench.sandbox._frames import INCOMPLETE, FrameReader

_CHUNK = 65536
_READ = select.POLLIN | select.POLLHUP | select.POLLERR


class OutputFlood(Exception):
    """The candidate printed more than it may."""


class Line:
    """Sends frames, receives frames and collects what is printed, all within a deadline.

    Args:
        data: The socket on which frames travel; taken over.
        output: The read end of the pipe to which the candidate prints; taken over.
        output_limit: The most bytes that it may print.
        reply_limit: The most array bytes that one frame may hold.
    """

    def __init__(
        self, data: socket.socket, output: int, *, output_limit: int, reply_limit: int
    ) -> None:
        self._data, self._output, self._output_limit = data, output, output_limit
        self._reader = FrameReader(reply_limit)
        self._outgoing: deque[memoryview] = deque()
        self.printed = bytearray()
        data.setblocking(False)
        os.set_blocking(output, False)
        self._poll = select.poll()
        self._poll.register(output, select.POLLIN)
        self._poll.register(data, select.POLLIN)

    def post(self, frame: Sequence[bytes | memoryview]) -> None:
        """Queue a frame; it leaves while the next one is awaited."""
        self._outgoing.extend(memoryview(part) for part in frame if len(part))

    def next(self, deadline: float) -> object:
        """Wait for the next frame.

        Args:
            deadline: When to give up, on the clock of `time.monotonic`.

        Returns:
            The frame's value.

        Raises:
            TimeoutError: The deadline passed.
            EOFError: The candidate closed its end.
            OutputFlood: It printed too much.
            FrameError: It sent something that is no frame.
        """
        while True:
            wanted = select.POLLIN | (select.POLLOUT if self._outgoing else 0)
            self._poll.modify(self._data, wanted)
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            for opened, event in self._poll.poll(left * 1000):
                if opened == self._output:
                    self.drain()
                    continue
                if event & select.POLLOUT:
                    self._send()
                if event & _READ:
                    frame = self._receive()
                    if frame is not INCOMPLETE:
                        self.drain()
                        return frame

    def _send(self) -> None:
        try:
            sent = self._data.sendmsg(list(self._outgoing)[:64])
        except BlockingIOError:
            return
        except OSError:  # nobody hears it any more; what was said before is still to be read
            self._outgoing.clear()
            return
        while sent:
            first = self._outgoing.popleft()
            if sent < len(first):
                self._outgoing.appendleft(first[sent:])
            sent -= min(sent, len(first))

    def _receive(self) -> object:
        try:
            count = self._data.recv_into(self._reader.space)
        except BlockingIOError:
            return INCOMPLETE
        except OSError:
            raise EOFError from None
        if count == 0:
            raise EOFError
        return self._reader.advance(count)

    def drain(self) -> None:
        """Collect what was printed so far.

        Raises:
            OutputFlood: It was too much; what fits is kept.
        """
        while self._output >= 0:
            try:
                text = os.read(self._output, _CHUNK)
            except BlockingIOError:
                return
            if not text:
                self._close_output()
                return
            self.printed += text[: self._output_limit - len(self.printed)]
            if len(self.printed) >= self._output_limit:
                raise OutputFlood

    def _close_output(self) -> None:
        self._poll.unregister(self._output)
        os.close(self._output)
        self._output = -1

    def close(self) -> None:
        """Collect what was still printed and close both ends."""
        with suppress(OutputFlood):  # it has ended already
            self.drain()
        if self._output >= 0:
            self._close_output()
        self._data.close()
