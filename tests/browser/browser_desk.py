"""A browser page on a running JupyterLab, and everything that the page asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

OPEN = """async ([path, run]) => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook'});
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    app.shell.collapseLeft();
    if (run) await app.commands.execute('notebook:run-all-cells');
}"""


@dataclass
class Lab:
    """A running JupyterLab.

    Args:
        url: Where it answers.
        folder: Its root; the notebooks lie in ``notebooks/``.
        sessions: Where the workbench keeps its sessions.
    """

    url: str
    folder: Path
    sessions: Path


@dataclass
class Desk:
    """One browser page and what it asked for.

    Args:
        page: The page.
        lab: Its server.
        requests: Every address that was asked for.
        faults: Errors of scripts on the page.
    """

    page: Any
    lab: Lab
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, path: str, *, run: bool = True) -> None:
        """Open a notebook and run it."""
        self.page.goto(f"{self.lab.url}/lab?reset", wait_until="domcontentloaded")
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate(OPEN, [path, run])

    def outside(self) -> list[str]:
        """Return every request that left this machine."""
        local = {"127.0.0.1", "localhost", ""}
        return [url for url in self.requests if urlsplit(url).hostname not in {*local, None}]
