"""What the workbench widget does when it is told to, on a thread of its own.

It drives one `Session` at a time and tells what happens; it knows no widget. Stopping closes the
worker, so that code under check ends at once; the session stays and can be resumed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench import demo, registry, repo
from workbench.errors import SpecError, UsageError, WorkbenchError
from workbench.journal import Event
from workbench.session import Session, new_folder, sessions, sessions_folder
from workbench.spec import Spec, loads
from workbench.widgets._lane import Lane
from workbench.widgets._stoppable import StoppableWorker, Stopped

Tell = Callable[[str, Any], None]


class Work:
    """Runs commands one after the other.

    Args:
        tell: Called on the thread with a topic and a value: ``busy`` (what is being done, or
            ``""``), ``failed`` (what was being done, and the error), ``read`` (a reading of a
            sentence), ``laid`` (a folder), ``studied`` (study and placement), ``event`` (of a
            journal), ``stopped`` (what was being done) and ``listed`` (the sessions).
        folder: Where sessions are kept; by default the person's sessions.
    """

    def __init__(self, tell: Tell, folder: Path | None = None) -> None:
        self._tell = tell
        self._folder = folder or sessions_folder()
        self._worker = StoppableWorker(self._heed_stop)
        self._session: Session | None = None
        # Commands have numbers, so that a stop is for those that were given before it.
        self._given = self._running = self._stopped = 0
        self._doing = ""
        self._lane = Lane("workbench-session", self._fail)

    def read(self, sentence: str, name: str) -> None:
        """Read a sentence into a contract."""
        self._do("read", lambda: self._read(sentence, name))

    def lay(self, contract: str) -> None:
        """Lay the demo's target and study it."""
        self._do("study", lambda: self._lay(contract))

    def study(self, repository: str, contract: str) -> None:
        """Study a target, and place the spec in it where there is a valid one."""
        self._do("study", lambda: self._study(repository, contract))

    def start(self, contract: str, repository: str, **keywords: Any) -> None:
        """Begin a new session and run its implementer."""
        self._do("implement", lambda: self._start(contract, repository, keywords))

    def resume(self, name: str) -> None:
        """Open a session again and go on where it was."""
        self._do("implement", lambda: self._resume(name))

    def accept(self) -> None:
        """Accept the latest draft."""
        self._do("export", lambda: self._opened().accept())

    def export(self, branch: str) -> None:
        """Make the accepted draft a commit."""
        self._do("export", lambda: self._opened().export(branch=branch.strip() or None))

    def list_sessions(self) -> None:
        """List the sessions that there are."""
        self._do("", lambda: self._tell("listed", sessions(self._folder)))

    def stop(self) -> None:
        """Stop everything that was commanded until now; returns at once."""
        self._stopped = self._given
        if self._session is not None:
            self._session.halt()
        self._worker.stop()

    def close(self) -> None:
        """End the thread and the worker and let go of the session."""
        self._stopped = self._given
        self._worker.close()
        self._lane.put(self._close_session)
        self._lane.put(self._lane.close)

    def join(self, seconds: float) -> bool:
        """Wait until its thread has ended after `close`, and say whether it has."""
        return self._lane.join(seconds)

    def _do(self, doing: str, task: Callable[[], object]) -> None:
        self._given += 1
        number = self._given
        self._lane.put(lambda: self._command(number, doing, task))

    def _command(self, number: int, doing: str, task: Callable[[], object]) -> None:
        self._running, self._doing = number, doing
        self._tell("busy", doing)
        try:
            self._heed_stop()
            task()
        except Stopped:
            self._tell("stopped", doing)
        except Exception as error:
            self._fail(error)
        finally:
            self._doing = ""
            self._tell("busy", "")

    def _heed_stop(self) -> None:
        if self._running <= self._stopped:
            raise Stopped

    def _fail(self, error: Exception) -> None:
        if self._running <= self._stopped:  # whatever a closed worker made of it
            self._tell("stopped", self._doing)
            return
        if not isinstance(error, WorkbenchError):
            error = WorkbenchError(
                f"{type(error).__name__}: {error} (this is a fault of the workbench)"
            )
        self._tell("failed", (self._doing, error))

    def _read(self, sentence: str, name: str) -> None:
        if not sentence.strip():
            raise UsageError("there is no sentence yet; write what the module shall be")
        reading = registry.load("implementers", "blueprint").read(sentence, name.strip())
        self._tell("read", (reading.spec, reading.not_understood))

    def _lay(self, contract: str) -> None:
        targets = self._folder.parent / "targets"
        number = 1
        while (targets / f"pocket-{number}").exists():
            number += 1
        folder = str(demo.lay(targets / f"pocket-{number}"))
        self._tell("laid", folder)
        self._study(folder, contract)

    def _study(self, repository: str, contract: str) -> None:
        study = repo.study(_folder(repository))
        placement = None
        with suppress(SpecError):  # the spec's own message stands beside it already
            placement = repo.place(study, loads(contract))
        self._tell("studied", (study, placement))
        self._worker.warm()

    def _start(self, contract: str, repository: str, keywords: dict[str, Any]) -> None:
        self._close_session()
        spec: Spec = loads(contract)
        folder = self._folder / new_folder(spec).name
        self._run(
            Session.start(spec, _folder(repository), folder=folder, listen=self._hear, **keywords)
        )

    def _resume(self, name: str) -> None:
        if not name:
            raise UsageError("there is no session to resume; start one")
        self._close_session()
        session = Session.resume(self._folder / name, listen=self._hear)
        for event in session.journal.events:
            self._tell("event", event)
        self._run(session)

    def _run(self, session: Session) -> None:
        self._session = session
        if session.journal.last("finished", green=True) is None:
            for _ in session.drafts(self._worker):
                pass  # its events say everything

    def _hear(self, event: Event) -> None:
        self._heed_stop()
        self._tell("event", event)

    def _opened(self) -> Session:
        if self._session is None:
            raise UsageError("no session is open; start one, or resume one")
        return self._session

    def _close_session(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None


def _folder(repository: str) -> Path:
    if not repository.strip():
        raise UsageError("there is no target yet; name a folder, or lay a demo repository")
    return Path(repository.strip()).expanduser()
