"""What the workbench widget does when it is told to, on a thread of its own.

It drives one `Session` at a time and tells what happens; it knows no widget. Stopping closes the
worker, so that code under check ends at once; the session stays and can be resumed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench import demo, inference, registry, repo
from workbench.errors import SpecError, UsageError, WorkbenchError
from workbench.journal import Event
from workbench.records import Cell, Draft, FlowStep, Placement, Study, Tier
from workbench.revisions import Answer, Revisions
from workbench.sandbox.predict import predict
from workbench.session import Session, new_folder, sessions, sessions_folder
from workbench.spec import Spec, loads
from workbench.widgets._lane import Lane
from workbench.widgets._nowhere import STUDY, Nowhere
from workbench.widgets._stoppable import StoppableWorker, Stopped

Tell = Callable[[str, Any], None]

# What is done beside the main work, with the topic that tells its end.
_ASIDE = {"check": "checking", "predict": "predicting"}


class Work:
    """Runs commands one after the other.

    Args:
        tell: Called on a thread with a topic and a value: ``busy`` (what is being done, or
            ``""``), ``failed`` (what was being done, and the error), ``read`` (a reading),
            ``predicted`` (a contract, its flow, or why there is none), ``laid`` (a folder),
            ``studied`` (study and placement), ``offered`` (its files of code), ``defined`` (a file
            and what it defines), ``inferred`` (a contract of code that is there), ``placed`` (a
            placement), ``opened`` (a session's name), ``event`` (of a journal), ``cells`` (what
            stands in them), ``checking`` (a tier, or ``""``), ``checked`` (the report), ``words``
            (what an agent is just writing), ``paused`` (whether), ``proposed`` (what an export
            would make), ``trying`` (for how many seconds at most), ``stopped`` (what was being
            done) and ``listed`` (the sessions).
        folder: Where sessions are kept; by default the person's sessions.
    """

    def __init__(self, tell: Tell, folder: Path | None = None) -> None:
        self._tell = tell
        self._folder = folder or sessions_folder()
        self._worker = StoppableWorker(self._heed_stop)
        # A person's edits wait for no implementer and no kill table: from the first one on they
        # have a process of their own.
        self._live_worker = StoppableWorker(self._heed_stop, spare=True)
        self._session: Session | None = None
        self.revisions = Revisions()
        self.device = ""  # where edited cells are checked; the session's own, if not chosen
        self._mending = threading.RLock()
        self._go = threading.Event()
        self._go.set()
        self._studied: Study | None = None
        self._proposed: Placement | None = None
        self._placement: Placement | None = None  # where a person wants the code
        self._check_waits = False
        self._predicting = ""
        self._predicted: tuple[str, tuple[FlowStep, ...], str] | None = None
        # Commands have numbers, so that a stop is for those that were given before it.
        self._given = self._stopped = self._latest = 0
        self._now = _Now()
        self._lane = Lane("workbench-session", self._fail)
        self._aside = Lane("workbench-predict", self._fail)  # nobody waits for it
        self._checks = Lane("workbench-checks", self._fail)  # what a person wants checked wholly
        self._live = Lane("workbench-live", self._fail)  # a person's cells, while others work
        self._quick = Lane("workbench-answers", self._fail)  # what is only written down

    def read(self, sentence: str, name: str) -> None:
        """Read a sentence into a contract."""
        self._do("read", lambda: self._read(sentence, name))

    def predict(self, contract: str) -> None:
        """Find out what a contract will cost, if the catalogue has what it asks for."""
        if contract != self._predicting:
            self._predicting = contract
            self._do("predict", lambda: self._predict(contract), self._aside)
        elif self._predicted is not None and self._predicted[0] == contract:
            self._tell("predicted", self._predicted)

    def lay(self, contract: str) -> None:
        """Lay the demo's target and study it."""
        self._do("study", lambda: self._lay(contract))

    def study(self, repository: str, contract: str) -> None:
        """Study a target, and place the spec in it where there is a valid one."""
        self._do("study", lambda: self._study(repository, contract))

    def offer(self, path: str) -> None:
        """List what a file of the studied target defines that tests can be written for."""
        self._do("", lambda: self._offer(path.strip()), self._aside)

    def infer(self, path: str, name: str) -> None:
        """Infer the contract of code that is in the studied target."""
        self._do("infer", lambda: self._infer(path.strip(), name))

    def start(self, contract: str, repository: str, **keywords: Any) -> None:
        """Begin a new session and run its implementer."""
        self._do("implement", lambda: self._start(contract, repository, keywords))

    def begin(self, contract: str, repository: str, **keywords: Any) -> None:
        """Begin a new session whose cells the person writes."""
        self._do("implement", lambda: self._begin(contract, repository, keywords))

    def resume(self, name: str) -> None:
        """Open a session again and go on where it was."""
        self._do("implement", lambda: self._resume(name))

    def go_on(self) -> None:
        """Let the implementer go on: where it was stopped, or with what the person has said."""
        self._do("implement", self._run)

    @property
    def can_go_on(self) -> bool:
        """Whether the implementer has anything to go on with."""
        session = self._session
        if session is None:
            return False
        return session.journal.last("finished", green=True) is None or self.unheard > 0

    @property
    def unheard(self) -> int:
        """How many acts of the person the implementer would hear of if it went on."""
        return self._session.unheard if self._session is not None else 0

    def open(self, name: str) -> None:
        """Open a session again and show where it is; nothing goes on by itself."""
        self._do("open", lambda: self._open(name))

    def edit(self, cell: Cell, *, kept: bool = False) -> None:
        """Take a cell over from a person and check what stands, live.

        Args:
            cell: The cell; without a path it stays where it is.
            kept: Whether it stood against a change of the implementer that came meanwhile.
        """
        self._do("check", lambda: self._edit(cell, kept), self._live)

    def answer(self, identity: str, answer: Answer) -> None:
        """Accept, reject or take back what the implementer made of a cell."""
        self._do("check", lambda: self._answer(identity, answer), self._live)

    def confirm(self, note: str, answer: str) -> None:
        """Keep what a person says to a note; no words mean that it is confirmed."""
        said = {"note": note, "answer": answer}
        self._do("", lambda: self._opened().journal.write("answered", **said), self._quick)

    def reply(self, answers: Sequence[Mapping[str, str]]) -> None:
        """Answer what the implementer asks; returns at once."""
        if self._session is not None:
            self._session.answer(answers)

    def check(self, tier: Tier | None = None, device: str | None = None) -> None:
        """Check what stands in the cells.

        Args:
            tier: How much; the session's own, if not given.
            device: Where; the session's own, if not given.
        """
        lane = self._live if tier == "live" else self._checks
        self._do("check", lambda: self._check(tier, device), lane)

    def compare(self, tier: Tier, devices: Sequence[str]) -> None:
        """Check what stands on several devices, one after the other, to be compared."""
        for device in devices:
            self.check(tier, device)

    def place(self, path: str, test_path: str) -> None:
        """Put the code of the next session where the person wants it."""
        self._do("study", lambda: self._place(path.strip(), test_path.strip()))

    def pause(self, wanted: bool) -> None:
        """Hold the implementer at its next step, or let it go on; returns at once."""
        if wanted:
            self._go.clear()
        else:
            self._go.set()
        self._tell("paused", wanted)

    def choose(self, hunk: str, wanted: bool) -> None:
        """Take a change of the target's own files, or leave it out."""
        self._do("export", lambda: self._choose(hunk, wanted))

    def repair(self) -> None:
        """Put right what a machine can in what stands, and check it again."""
        self._do("export", self._repair)

    def accept(self, seconds: float = 300.0) -> None:
        """Accept what stands, and run the target's own tests on it.

        Args:
            seconds: Their time limit; with 0 they are not run.
        """
        self._do("export", lambda: self._accept(seconds))

    def export(self, way: str = "branch", name: str = "", seconds: float = 300.0) -> None:
        """Write the accepted draft.

        Args:
            way: ``branch``, ``tree`` (the target's working tree) or ``patch``.
            name: Of the branch or the patch file; by default made from the spec's.
            seconds: The time limit of the target's own tests, where they have not run yet.
        """
        self._do("export", lambda: self._export(way, name.strip(), seconds))

    def undo(self) -> None:
        """Delete the branch that was made, while nobody has built on it."""
        self._do("export", lambda: self._opened().undo())

    def list_sessions(self) -> None:
        """List the sessions that there are."""
        self._do("", lambda: self._tell("listed", sessions(self._folder)), self._quick)

    def stop(self) -> None:
        """Stop everything that was commanded until now; returns at once."""
        self._stopped = self._given
        self._go.set()
        if self._session is not None:
            self._session.halt()
        self._worker.stop()
        self._live_worker.stop()

    def close(self) -> None:
        """End the thread and the worker and let go of the session."""
        self._stopped = self._given
        self._go.set()
        self._worker.close()
        self._live_worker.close()
        for lane in (self._checks, self._live, self._aside, self._quick):
            lane.close()
        self._lane.put(self._close_session)
        self._lane.put(self._lane.close)

    def join(self, seconds: float) -> bool:
        """Wait until its thread has ended after `close`, and say whether it has."""
        return self._lane.join(seconds)

    def _do(self, doing: str, task: Callable[[], object], lane: Lane | None = None) -> None:
        self._given += 1
        number = self._given
        (lane or self._lane).put(lambda: self._command(number, doing, task))

    def _command(self, number: int, doing: str, task: Callable[[], object]) -> None:
        self._now.number, self._now.doing = number, doing
        self._latest = number
        if doing and doing not in _ASIDE:
            self._tell("busy", doing)
        try:
            self._heed_stop()
            task()
        except Stopped:
            self._ended()
        except Exception as error:
            self._fail(error)
        finally:
            self._now.doing = ""
            if doing:
                self._tell(_ASIDE.get(doing, "busy"), "")

    def _heed_stop(self) -> None:
        if self._number <= self._stopped:
            raise Stopped

    @property
    def _number(self) -> int:
        """The command that this thread serves: its lane's, or the latest of all on another one."""
        return self._now.number or self._latest

    def _ended(self) -> None:
        """Tell that a person stopped it; nobody asked for a prediction."""
        self._tell("stopped", "" if self._now.doing == "predict" else self._now.doing)

    def _fail(self, error: Exception) -> None:
        if self._number <= self._stopped:  # whatever a closed worker made of it
            self._ended()
            return
        if not isinstance(error, WorkbenchError):
            error = WorkbenchError(
                f"{type(error).__name__}: {error} (this is a fault of the workbench)"
            )
        self._tell("failed", (self._now.doing, error))

    def _read(self, sentence: str, name: str) -> None:
        if not sentence.strip():
            raise UsageError("there is no sentence yet; write what the module shall be")
        self._tell("read", reading(sentence, name))

    def _predict(self, contract: str) -> None:
        if contract != self._predicting:
            return  # it has changed meanwhile
        flow: tuple[FlowStep, ...] = ()
        reason = ""
        try:
            spec = loads(contract)
            steps = registry.load("implementers", "blueprint").implement(spec, STUDY, Nowhere())
            flow = predict(spec, next(steps), self._worker)
        except WorkbenchError as error:
            reason = str(error)
        self._predicted = (contract, flow, reason)
        self._tell("predicted", self._predicted)

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
        self._studied, self._placement, self._proposed = study, None, placement
        self._tell("studied", (study, placement))
        self._tell("offered", inference.code_files(study))
        self._worker.warm_up()

    def _offer(self, path: str) -> None:
        with suppress(WorkbenchError):  # it is being typed; inferring says what is wrong with it
            if self._studied is not None:
                self._tell("defined", (path, inference.definitions(self._studied, path)))

    def _infer(self, path: str, name: str) -> None:
        if self._studied is None:
            raise UsageError("no target has been studied yet; name its folder and press Study")
        if not path:
            raise UsageError("there is no file yet; choose the one whose code shall get tests")
        root = self._studied.root
        self._tell("inferred", inference.infer(root, path, self._worker, name=name))

    def _place(self, path: str, test_path: str) -> None:
        if self._proposed is None:
            raise UsageError("there is no place to change yet; write a valid spec and study")
        self._placement = repo.moved(self._proposed, path, test_path)
        self._tell("placed", self._placement)

    def _start(self, contract: str, repository: str, keywords: dict[str, Any]) -> None:
        self._new(contract, repository, keywords)
        self._run()

    def _begin(self, contract: str, repository: str, keywords: dict[str, Any]) -> None:
        self._new(contract, repository, keywords)
        self._opened().study()
        self._worker.warm_up()

    def _new(self, contract: str, repository: str, keywords: dict[str, Any]) -> None:
        self._close_session()
        spec: Spec = loads(contract)
        folder = self._folder / new_folder(spec).name
        root = _folder(repository)
        session = Session.start(spec, root, folder=folder, listen=self._hear, **keywords)
        self._session = session
        self._tell("opened", folder.name)
        if self._placement is not None:
            session.settle(self._placement)

    def _resume(self, name: str) -> None:
        self._open(name)
        self._run()

    def _open(self, name: str) -> None:
        if not name:
            raise UsageError("there is no session to resume; start one")
        if self._session is None or self._session.journal.folder.name != name:
            self._close_session()
            session = Session.resume(self._folder / name, listen=self._hear)
            self._session = session
        for event in self._opened().journal.events:
            self._take(event, again=True)
        self._tell("cells", self.revisions)
        self._tell("opened", name)
        self._propose()
        self._worker.warm_up()

    def _run(self) -> None:
        session = self._opened()
        if self.can_go_on:
            session.show = lambda words: self._tell("words", words)
            session.interactive = True
            for _ in session.drafts(self._worker):
                pass  # its events say everything
        standing = self._standing()
        if standing is not None and standing != session.draft:
            self._check(None, None)  # a person's cells are what is accepted, not the first offer
        else:
            self._propose()

    def _edit(self, cell: Cell, kept: bool) -> None:
        session = self._opened()
        former = self.revisions.cells.get(cell.id)
        if former is not None:
            cell = cell.model_copy(update={"path": cell.path or former.path})
        elif not cell.path:
            placement = self._where()
            path = placement.path if cell.role == "module" else placement.test_path
            cell = cell.model_copy(update={"path": path})
        if former is None or cell.source.rstrip("\n") != former.source.rstrip("\n"):
            session.journal.write("edited", cell=cell.model_dump(mode="json"), kept=kept)
        self._check_soon()
        if not self._live_worker.warm:
            self._live_worker.warm_up()  # for the next one

    def _answer(self, identity: str, answer: Answer) -> None:
        with self._mending:
            Revisions.answer(self.revisions, identity, answer)  # refuses what cannot be
        self._opened().journal.write("answered", cell=identity, answer=answer)
        self._check_soon()

    def _check_soon(self) -> None:
        """Check once for all cells that were run together."""
        if not self._check_waits:
            self._check_waits = True
            self._do("check", lambda: self._check("live", self.device or None), self._live)

    def _check(self, tier: Tier | None, device: str | None) -> None:
        self._check_waits = False
        session = self._opened()
        draft = self._standing()
        if draft is None:
            raise UsageError("there is no cell to check yet; write one, or start an implementer")
        self._tell("checking", tier or session.tier)
        placement = self._where()
        draft = draft.model_copy(update={"wants": tier})
        worker = self._live_worker if tier == "live" and self._live_worker.warm else self._worker
        self._tell("checked", session.check(draft, worker, placement, device=device))
        self._propose()

    def _propose(self, *, anyway: bool = False) -> None:
        """Show what an export would make of what stands, once that is green."""
        session, standing = self._opened(), self._standing()
        report = session.report
        green = report is not None and report.green and session.draft == standing
        if standing is None or not (green or anyway):
            return
        offered = self.revisions.offered.edits if self.revisions.offered else ()
        try:
            self._tell("proposed", session.proposal(standing, offered))
        except WorkbenchError as error:
            self._tell("failed", ("export", error))

    def _choose(self, hunk: str, wanted: bool) -> None:
        answer = "accept" if wanted else "reject"
        self._opened().journal.write("answered", hunk=hunk, answer=answer)
        self._propose(anyway=True)

    def _repair(self) -> None:
        session, standing = self._opened(), self._standing()
        if standing is None:
            raise UsageError("there is no cell to repair yet; write one, or start an implementer")
        before = {cell.id: cell for cell in standing.cells}
        for cell in session.repaired(standing).cells:
            if cell != before[cell.id]:
                session.journal.write("edited", cell=cell.model_dump(mode="json"), kept=False)
        self._check(None, None)

    def _accept(self, seconds: float) -> None:
        session = self._opened()
        self._leave_out()
        standing = self._standing()
        if standing is not None and (standing != session.draft or session.report is None):
            self._check(None, None)
        session.accept()
        self._propose()
        self._try(seconds)
        self._propose()

    def _try(self, seconds: float) -> None:
        """Run the target's own tests, until they end or are stopped."""
        if seconds > 0:
            self._tell("trying", seconds)
            self._opened().trial(seconds=seconds, halted=lambda: self._number <= self._stopped)

    def _leave_out(self) -> None:
        """Refuse for the person what no export may hold; its reason stands beside it."""
        session, standing = self._opened(), self._standing()
        if standing is None:
            return
        for hunk in repo.hunks(session.study()[0], session.spec, standing):
            if hunk.refused:
                session.journal.write("answered", hunk=hunk.id, answer="reject")

    def _export(self, way: str, name: str, seconds: float) -> None:
        session = self._opened()
        if session.draft != self._standing():
            raise UsageError("what stands is not what was accepted; accept it, then export")
        patch = None
        if way == "patch":
            default = session.journal.folder / f"{session.spec.name}.patch"
            patch = Path(name).expanduser().resolve() if name else default
        branch = name or None if way == "branch" else None
        tried = session.journal.last("tried", draft=session.draft.hash if session.draft else "")
        if tried:
            seconds = tried["limit"]  # the person has seen how they ended
        else:
            self._try(seconds)
        session.export(branch=branch, in_place=way == "tree", patch=patch, test_seconds=seconds)

    def _standing(self) -> Draft | None:
        module = self._where().module
        with self._mending:
            return self.revisions.draft(module)

    def _where(self) -> Placement:
        """Return where the code goes; the target is read again only when it is exported."""
        studied = self._opened().journal.last("studied")
        if studied is None:
            return self._opened().study()[1]
        return Placement.model_validate(studied["placement"])

    def _hear(self, event: Event) -> None:
        self._heed_stop()
        if self._now.doing == "implement" and not self._go.is_set():
            self._go.wait()
            self._heed_stop()
        self._take(event)

    def _take(self, event: Mapping[str, Any], *, again: bool = False) -> None:
        """Tell an event, and what stands in the cells now if that is new."""
        if event["event"] == "started":
            self.revisions = Revisions()
        with self._mending:
            self.revisions.hear(event)
        self._tell("event", event)
        changed = event["event"] in {"started", "drafted", "edited"} or "cell" in event
        if changed and not again:
            self._tell("cells", self.revisions)

    def _opened(self) -> Session:
        if self._session is None:
            raise UsageError("no session is open; start one, or resume one")
        return self._session

    def _close_session(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None


def reading(sentence: str, name: str) -> Any:
    """Read a sentence into a contract, offline."""
    return registry.load("implementers", "blueprint").read(sentence, name.strip() or None)


class _Now(threading.local):
    """What a lane is doing: each has its own."""

    number = 0
    doing = ""


def _folder(repository: str) -> Path:
    if not repository.strip():
        raise UsageError("there is no target yet; name a folder, or lay a demo repository")
    return Path(repository.strip()).expanduser()
