"""The workbench as one widget: from a spec to a commit, with the kernel free all the while.

The parts show records and edit a spec; what happens is decided by the session. Callbacks only give
commands to `_work.Work`, whose thread tells what became of them; the flusher brings it to the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import ipywidgets

from workbench.journal import Event
from workbench.records import Draft, Export, Placement, Report, Study
from workbench.spec import Spec
from workbench.widgets._export_panel import ExportPanel
from workbench.widgets._flusher import Flusher
from workbench.widgets._implement_panel import ImplementPanel
from workbench.widgets._panel import Panel
from workbench.widgets._result_panel import ResultPanel
from workbench.widgets._sessions_panel import SessionsPanel
from workbench.widgets._spec_panel import SpecPanel, specs_folder
from workbench.widgets._style import STYLE
from workbench.widgets._target_panel import TargetPanel
from workbench.widgets._work import Work


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
        self._flusher = Flusher()
        self._work = Work(self._hear, Path(sessions) if sessions else None)
        self.spec = SpecPanel(self._flusher, self._work.read, specs_folder(), spec)
        self.target = TargetPanel(self._flusher, self._study, self._lay, str(repo or ""))
        self.implement = ImplementPanel(self._flusher, self._start, self._work.stop)
        self.result = ResultPanel(self._flusher)
        self.export = ExportPanel(self._flusher, self._work.accept, self._work.export)
        self.sessions = SessionsPanel(self._flusher, self._work.resume, self._work.list_sessions)
        parts = [self.spec, self.target, self.implement, self.result, self.export, self.sessions]
        super().__init__([ipywidgets.HTML(STYLE), *parts])
        self.add_class("wb-app")
        self._spec: Spec | None = None
        self._busy = ""
        self._green = self._accepted = False
        self._work.list_sessions()

    def close(self) -> None:
        """End the workbench's threads and processes; its session can be resumed."""
        self._work.close()
        self.spec.close()
        super().close()
        self._flusher.close()

    def _study(self) -> None:
        self._work.study(self.target.folder.value, self.spec.yaml.value)

    def _start(self) -> None:
        self._work.start(
            self.spec.yaml.value,
            self.target.folder.value,
            implementer=self.implement.implementer.value,
            device=self.implement.device.value,
            kills=self.implement.kills.value,
        )

    def _lay(self) -> None:
        self._work.lay(self.spec.yaml.value)

    def _hear(self, topic: str, value: Any) -> None:
        """Show what the work tells; called on its thread."""
        match topic:
            case "busy":
                self._busy = value
            case "failed":
                self._part(value[0]).fail(value[1])
            case "stopped" if value:
                self._part(value).say("stopped; resume the session to go on", "■", "warn")
                self._work.list_sessions()
            case "read":
                self.spec.written(*value)
            case "laid":
                self.target.laid(value)
            case "studied":
                self.target.studied(*value)
            case "listed":
                self.sessions.listed(value)
            case "event":
                self._show(value)
        self._enable()

    def _show(self, event: Event) -> None:
        """Show one event of the session's journal, new or from a session that is resumed."""
        self.implement.hear(event)
        match event["event"]:
            case "started":
                self._spec = Spec.model_validate(event["spec"])
                self._green = self._accepted = False
                self.spec.opened(self._spec)
            case "studied":
                placement = Placement.model_validate(event["placement"])
                self.target.studied(Study.model_validate(event["study"]), placement)
            case "drafted":
                self._green = self._accepted = False
                self.result.drafted(Draft.model_validate(event["draft"]))
            case "reported":
                report = Report.model_validate(event["report"])
                self._green = report.green
                self.result.reported(report, self._spec)
            case "accepted":
                self._accepted = True
                self.export.say("accepted; it can be exported", "✓", "good")
            case "exported":
                self.export.exported(Export.model_validate(event["export"]))
        if event["event"] in {"accepted", "exported", "finished", "stopped"}:
            self._work.list_sessions()

    def _enable(self) -> None:
        """Let only those buttons be pressed that can do something now."""
        idle = not self._busy
        usable = {
            self.spec.read_button: idle,
            self.target.study_button: idle,
            self.target.lay_button: idle,
            self.implement.start_button: idle,
            self.implement.stop_button: self._busy == "implement",
            self.export.accept_button: idle and self._green,
            self.export.export_button: idle and self._accepted,
            self.sessions.resume_button: idle,
        }
        for widget, wanted in usable.items():
            self._flusher.set(widget, disabled=not wanted)

    def _part(self, doing: str) -> Panel:
        parts: dict[str, Panel] = {
            "read": self.spec,
            "study": self.target,
            "implement": self.implement,
            "export": self.export,
        }
        return parts.get(doing, self.sessions)
