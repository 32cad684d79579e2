"""A session's journal: an append-only file of events, one JSON document per line.

Covered: a process that is killed at any moment loses at most the event it was writing, and a
half-written last line is cut off when the journal is opened again. Two processes cannot write one
journal at the same time.
Not covered: a disk that loses what it has confirmed.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from workbench.errors import JournalError, UsageError

Event = dict[str, Any]
Listener = Callable[[Event], None]

FILE_NAME = "journal.jsonl"
_PATIENCE = 1.0  # seconds


class Journal:
    """The events of one session, on disk.

    Args:
        folder: The session's folder; it is made where it is missing.
        listen: Called with each event after it is safely written.

    Raises:
        UsageError: Another process has the session open.
        JournalError: The file cannot be read back.
    """

    def __init__(self, folder: Path, *, listen: Listener | None = None) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME
        self._listen = listen
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+b")
        except OSError as error:
            raise JournalError(f"{self.path} cannot be written: {error.strerror}") from error
        if not _locked(self._file):
            self._file.close()
            raise UsageError(
                f"the session {folder} is open in another process; close it there first"
            )
        self._cut_half_written_line()
        self.events = list(read(folder))

    def write(self, event: str, **fields: Any) -> Event:
        """Append one event; it is on disk when this returns.

        Args:
            event: What happened, one word.
            **fields: Plain JSON values.

        Returns:
            The event as it was written.
        """
        entry: Event = {"event": event, "time": datetime.now(UTC).isoformat(), **fields}
        # Escaped where it is no ASCII, so that half a character in a message cannot stop a session.
        line = json.dumps(entry) + "\n"
        try:
            self._file.write(line.encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise JournalError(f"{self.path} cannot be written: {error.strerror}") from error
        self.events.append(entry)
        if self._listen is not None:
            self._listen(entry)
        return entry

    def last(self, event: str, **fields: Any) -> Event | None:
        """Return the latest event of a kind whose fields are as given, or None."""
        for entry in reversed(self.events):
            if entry["event"] == event and _agrees(entry, fields):
                return entry
        return None

    def close(self) -> None:
        """Close the file and let other processes open it."""
        self._file.close()

    def _cut_half_written_line(self) -> None:
        self._file.seek(0)
        content = self._file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            self._file.truncate(whole)


def read(folder: Path) -> Iterator[Event]:
    """Read a session's events without opening the session.

    Args:
        folder: The session's folder.

    Yields:
        The events in order; a half-written last line is passed over.

    Raises:
        JournalError: A line in the middle is no event.
    """
    path = folder / FILE_NAME
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise JournalError(f"{path} cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entry = json.loads(line)
            if not isinstance(entry, dict) or "event" not in entry:
                raise ValueError("no event")
        except ValueError as error:
            raise JournalError(
                f"{path}:{number} is no event ({error}); restore the file, or start a new session"
            ) from error
        yield entry


def _locked(file: IO[bytes]) -> bool:
    """Take the lock; a killed owner's child may hold it until it starts its own program."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _agrees(entry: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    return all(entry.get(name) == value for name, value in fields.items())
