"""The workbench as one widget: from a spec to a commit, with the kernel free all the while.

The parts show records and edit a spec; what happens is decided by the session. Callbacks only give
commands to `_work.Work`, whose thread tells what became of them; the flusher brings it to the page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import ipywidgets

from workbench.errors import UsageError
from workbench.inference import Inferred
from workbench.journal import Event
from workbench.records import (
    Cell,
    Draft,
    Export,
    Placement,
    Proposal,
    Report,
    Study,
    Tier,
    Trial,
)
from workbench.revisions import Revisions
from workbench.spec import Spec
from workbench.widgets._cards import Cards
from workbench.widgets._cells_panel import CellsPanel
from workbench.widgets._existing import Existing
from workbench.widgets._export_panel import ExportPanel
from workbench.widgets._flusher import Flusher
from workbench.widgets._implement_panel import ImplementPanel, devices
from workbench.widgets._panel import Panel
from workbench.widgets._sessions_panel import SessionsPanel
from workbench.widgets._spec_panel import SpecPanel, specs_folder
from workbench.widgets._style import STYLE
from workbench.widgets._target_panel import TargetPanel
from workbench.widgets._verdicts_panel import VerdictsPanel
from workbench.widgets._work import Work, reading


class Workbench(ipywidgets.VBox):
    """The interactive workbench.

    A kernel has one: a new one closes the former, whose session can be resumed.

    Args:
        repo: The target repository to begin with.
        spec: A spec, or a spec file, to begin with.
        sessions: The folder of the sessions; by default the person's own.
    """

    _former: ClassVar[Workbench | None] = None

    def __init__(
        self,
        repo: str | Path | None = None,
        spec: Spec | str | Path | None = None,
        sessions: str | Path | None = None,
    ) -> None:
        if Workbench._former is not None:
            Workbench._former.close()
        Workbench._former = self
        self._built = threading.Event()  # until then the work has nobody to tell anything
        self._flusher = Flusher()
        self._work = Work(self._hear, Path(sessions) if sessions else None)
        self.spec = SpecPanel(self._flusher, reading, self._work.predict, specs_folder(), spec)
        self.existing = Existing(
            self._flusher, self._work.offer, self._work.infer, self._start_tests
        )
        self.target = TargetPanel(
            self._flusher, self._study, self._lay, self._work.place, str(repo or ""), self.existing
        )
        cards = Cards(self._flusher, self._work.confirm, self._work.reply)
        self.implement = ImplementPanel(
            self._flusher, self._start, self._work.pause, self._work.go_on, self._work.stop, cards
        )
        self.cells = CellsPanel(self._flusher, self._kept, self._work.answer, self._reopen)
        self.verdicts = VerdictsPanel(
            self._flusher, self._work.check, self._choose_device, self._work.compare, devices()
        )
        self.export = ExportPanel(
            self._flusher,
            accept=self._work.accept,
            export=self._work.export,
            undo=self._work.undo,
            choose=self._work.choose,
            repair=self._work.repair,
            stop=self._work.stop,
        )
        self.sessions = SessionsPanel(self._flusher, self._work.resume, self._work.list_sessions)
        parts = [self.spec, self.target, self.implement, self.cells, self.verdicts, self.export]
        parts.append(self.sessions)
        super().__init__([ipywidgets.HTML(STYLE), *parts])
        self.add_class("wb-app")
        self._spec: Spec | None = None
        self._busy = ""
        self._green = self._accepted = self._exported = False
        self._accepted_hash = ""
        self._tier = "full"
        self._session = ""
        self._early: dict[str, Cell] = {}
        self._handing = threading.Lock()
        self._built.set()
        self._work.list_sessions()
        _give_magics()
        self.cells.page.open()

    @classmethod
    def current(cls) -> Workbench | None:
        """Return this kernel's workbench, where one is open."""
        return cls._former if cls._former is not None and cls._former.comm is not None else None

    def take(self, cell: Cell) -> None:
        """Take a cell over from a person, and check what stands.

        A notebook that is run from the top runs its cells before it could say which session they
        belong to; these wait for it.
        """
        with self._handing:
            if self._session:
                self._work.edit(cell)
                return
            self._early[cell.id] = cell
            self.cells.say("no session is open yet; start one, or resume one", "!", "warn")

    def check(self, tier: Tier | None = None, device: str | None = None) -> None:
        """Check what stands in the cells."""
        self._work.check(tier, device)

    def close(self) -> None:
        """End the workbench's threads and processes; its session can be resumed."""
        self._work.close()
        self.spec.close()
        self.cells.close()
        super().close()
        self._flusher.close()

    def _study(self) -> None:
        self._work.study(self.target.folder.value, self.spec.yaml.value)

    def _start(self) -> None:
        try:
            options = self.implement.options
        except UsageError as error:
            self.implement.fail(error)
            return
        self._work.start(
            self.spec.yaml.value,
            self.target.folder.value,
            options=options,
            implementer=self.implement.implementer.value,
            device=self.implement.device.value,
            kills=self.implement.kills.value,
        )

    def _start_tests(self) -> None:
        """Write tests for code that is there, from the contract as it stands, and prove them."""
        self.implement.prove_tests()
        self._start()

    def _choose_device(self, device: str) -> None:
        self._work.device = device

    def _kept(self, cell: Cell, kept: bool) -> None:
        self._work.edit(cell, kept=kept)

    def _reopen(self, session: str) -> None:
        """Open the session that the notebook says it belongs to, where none is open."""
        if not self._session and not self._busy:
            self._work.open(session)

    def _take_early(self) -> None:
        """Take over what was run before the session was open, unless it is an old copy."""
        early, self._early = self._early, {}
        self.cells.say("")
        for cell in early.values():
            if cell.source.rstrip("\n") not in self._work.revisions.past.get(cell.id, ()):
                self._work.edit(cell)

    def _lay(self) -> None:
        self._work.lay(self.spec.yaml.value)

    def _hear(self, topic: str, value: Any) -> None:
        """Show what the work tells; called on one of its threads."""
        self._built.wait()
        match topic:
            case "busy":
                self._busy = value
            case "failed":
                self._part(value[0]).fail(value[1])
            case "stopped" if value:
                self._part(value).say("stopped; resume the session to go on", "■", "warn")
                self._work.list_sessions()
            case "checking" if value:
                self.cells.checking(value)
            case "predicted":
                self.spec.predicted(*value)
            case "studied":
                self.target.studied(*value)
            case "defined":
                self.existing.defined(*value)
            case _ if topic in self._shows:
                self._shows[topic](value)
        self._enable()

    @property
    def _shows(self) -> dict[str, Callable[[Any], None]]:
        """What shows each topic that needs nothing but its value."""
        return {
            "laid": self.target.laid,
            "offered": self.existing.offered,
            "inferred": self._inferred,
            "placed": self.target.placed,
            "listed": self.sessions.listed,
            "opened": self._opened,
            "event": self._show,
            "cells": self._stand,
            "checked": self._reported,
            "proposed": self._proposed,
            "trying": self.export.trying,
            "words": self.implement.words,
            "paused": self.implement.paused,
        }

    def _inferred(self, found: Inferred) -> None:
        self.spec.opened(found.spec)
        self.existing.inferred(found)
        self.target.say("")

    def _opened(self, session: str) -> None:
        with self._handing:
            self._session = session
            self._take_early()
        self.cells.belongs(session)

    def _stand(self, revisions: Revisions) -> None:
        self.cells.stand(revisions)
        self._green = self._accepted = False
        self.verdicts.stale()
        self.export.stale()

    def _show(self, event: Event) -> None:
        """Show one event of the session's journal, new or from a session that is resumed."""
        self.implement.hear(event)
        match event["event"]:
            case "started":
                self._spec = Spec.model_validate(event["spec"])
                self._tier, self._exported, self._accepted_hash = event["tier"], False, ""
                self._green = self._accepted = False
                self.spec.opened(self._spec)
            case "studied":
                placement = Placement.model_validate(event["placement"])
                self.target.studied(Study.model_validate(event["study"]), placement)
            case "drafted":
                self._green = self._accepted = False
                draft = Draft.model_validate(event["draft"])
                self.cells.drafted(draft)
                self.verdicts.drafted(draft)
            case "reported":
                self._reported(Report.model_validate(event["report"]))
            case "accepted":
                self._accepted = True
                self._accepted_hash = event["draft"]
                self.export.say("accepted; it can be exported", "✓", "good")
            case "tried":
                self.export.tried(Trial.model_validate(event["trial"]))
            case "exported":
                made = Export.model_validate(event["export"])
                self._exported = self._exported or bool(made.branch)
                self.export.exported(made)
            case "undone":
                self._exported = False
                self.export.undone()
        if event["event"] in {"answered", "edited"} and not self._busy and self._work.unheard:
            self.implement.waiting(self._work.unheard)
        if event["event"] in {"accepted", "exported", "undone", "finished", "stopped"}:
            self._work.list_sessions()

    def _proposed(self, proposal: Proposal) -> None:
        self._accepted = proposal.draft_hash == self._accepted_hash
        self.export.proposed(proposal)

    def _reported(self, report: Report) -> None:
        self._green = report.green and report.tier == self._tier
        self.cells.reported(report)
        self.verdicts.reported(report, self._spec)

    def _enable(self) -> None:
        """Let only those buttons be pressed that can do something now."""
        idle = not self._busy
        usable = {
            self.target.study_button: idle,
            self.target.lay_button: idle,
            self.target.place_button: idle and bool(self.target.path.value),
            self.export.accept_button: idle and self._green,
            self.export.export_button: idle and self._accepted,
            self.export.undo_button: idle and self._exported,
            self.export.repair_button: idle,
            self.export.stop_button: self._busy == "export",
            self.sessions.resume_button: idle,
        }
        for widget, wanted in usable.items():
            self._flusher.set(widget, disabled=not wanted)
        self.existing.usable(idle=idle)
        working = self._busy == "implement"
        self.implement.usable(idle=idle, working=working, goes_on=idle and self._work.can_go_on)

    def _part(self, doing: str) -> Panel:
        parts: dict[str, Panel] = {
            "read": self.spec,
            "study": self.target,
            "infer": self.target,
            "implement": self.implement,
            "check": self.verdicts,
            "export": self.export,
        }
        return parts.get(doing, self.sessions)


def _give_magics() -> None:
    """Give the notebook the magics of its cells, where this is a notebook."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        from workbench.widgets import magics

        magics.register(shell)
