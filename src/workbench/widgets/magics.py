"""Cell magics, for people who like cells better than widgets: ``%load_ext workbench``.

    %%spec [--repo FOLDER] [--name NAME]     a sentence, or a contract as YAML
    %%module [PATH] [ID]                     a cell of the module
    %%test [PATH] [ID]                       a cell of its tests
    %check [live|full|deep] [--device DEVICE]

A cell of the module or of its tests is taken over into the draft and checked by the worker; it
never runs in the notebook's kernel. Where the workbench widget is open, they speak to its session.
"""

from __future__ import annotations

import argparse
import re
import shlex
from queue import Queue
from typing import Any, NoReturn

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

from workbench.errors import UsageError, WorkbenchError
from workbench.records import Cell, Role
from workbench.spec import Spec, dumps, loads
from workbench.widgets._html import join
from workbench.widgets._pieces import head, sub
from workbench.widgets._view import View
from workbench.widgets._work import Work
from workbench.widgets.error_view import error_view
from workbench.widgets.report_view import report_view, summary, verdict_tables
from workbench.widgets.show import show
from workbench.widgets.workbench import Workbench

_CONTRACT = re.compile(r"^(name|kind|text|existing)\s*:", re.MULTILINE)


def register(shell: Any) -> None:
    """Give a shell the magics; twice is once."""
    if "WorkbenchMagics" not in shell.magics_manager.registry:
        shell.register_magics(WorkbenchMagics)


@magics_class
class WorkbenchMagics(Magics):
    """The magics of the workbench."""

    _work: Work | None = None
    _told: Queue[tuple[str, Any]]
    _spec: Spec | None = None

    @cell_magic
    def spec(self, line: str, cell: str) -> None:
        """Take a sentence or a contract and begin a session with it."""
        given = _Parser("%%spec")
        given.add_argument("--repo", default=".")
        given.add_argument("--name", default="NewModule")
        self._shown(lambda: self._begin(given.read(line), cell))

    @cell_magic
    def module(self, line: str, cell: str) -> None:
        """Take a cell of the module over and check what stands, live."""
        self._shown(lambda: self._edit("module", line, cell))

    @cell_magic
    def test(self, line: str, cell: str) -> None:
        """Take a cell of the tests over and check what stands, live."""
        self._shown(lambda: self._edit("test", line, cell))

    @line_magic
    def check(self, line: str) -> None:
        """Check what stands in the cells."""
        given = _Parser("%check")
        given.add_argument("tier", nargs="?", default=None, choices=["live", "full", "deep"])
        given.add_argument("--device", default=None)
        self._shown(lambda: self._check(given.read(line)))

    def _shown(self, task: Any) -> None:
        """Show an error of the workbench as one clear message."""
        try:
            task()
        except WorkbenchError as error:
            show(error_view(error))

    def _begin(self, given: argparse.Namespace, cell: str) -> None:
        desk = Workbench.current()
        if desk is not None:
            desk.spec.begin(cell, given.name)
            return
        work = self._own()
        if _CONTRACT.search(cell):
            spec = loads(cell)
        else:
            work.read(cell.strip(), given.name)
            spec = self._wait("read").spec
        work.begin(dumps(spec), given.repo)
        self._wait("studied")
        self._spec = spec
        show(spec)

    def _edit(self, role: Role, line: str, cell: str) -> None:
        words = shlex.split(line)
        if len(words) > 2:
            raise UsageError(f"%%{role} takes a path and an id, not {line!r}")
        path, identity = [*words, "", ""][:2]
        name = re.sub(r"[^A-Za-z0-9_]+", "-", identity or path).strip("-") or role
        made = Cell(id=name[-64:], role=role, path=path, source=cell)
        desk = Workbench.current()
        if desk is not None:
            desk.take(made)
            return
        self._own().edit(made)
        report = self._wait("checked")
        failed = [verdict for verdict in report.verdicts if not verdict.good]
        body = join([head(made.id, sub(summary(report))), verdict_tables(failed) if failed else ""])
        show(View(body, f"{made.id}: {summary(report)}"))

    def _check(self, given: argparse.Namespace) -> None:
        desk = Workbench.current()
        if desk is not None:
            desk.check(given.tier, given.device)
            return
        self._own().check(given.tier, given.device)
        show(report_view(self._wait("checked"), self._spec))

    def _own(self) -> Work:
        """Return the work of the magics, where no widget is open."""
        if self._work is None:
            self._told = Queue()
            self._work = Work(lambda topic, value: self._told.put((topic, value)))
        while not self._told.empty():
            self._told.get()  # of what was interrupted
        return self._work

    def _wait(self, awaited: str) -> Any:
        """Wait for an answer of the work."""
        while True:
            topic, value = self._told.get()
            if topic == "failed":
                raise value[1]
            if topic == awaited:
                return value
            if topic == "event" and value["event"] == awaited:
                return value


class _Parser(argparse.ArgumentParser):
    """Reads a magic's line; what is wrong with it is a message and no exit."""

    def __init__(self, name: str) -> None:
        super().__init__(prog=name, add_help=False, exit_on_error=False)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}; {self.format_usage().strip()}")

    def read(self, line: str) -> argparse.Namespace:
        try:
            return self.parse_args(shlex.split(line))
        except (argparse.ArgumentError, ValueError) as error:
            raise UsageError(f"{self.prog}: {error}; {self.format_usage().strip()}") from None
