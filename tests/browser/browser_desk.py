"""A browser page on a running JupyterLab, and everything that the page asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

SENTENCE = (
    "A transformer-based classifier with 2 layers, 4 attention heads, embedding dim 64, "
    "for text classification with 10 classes."
)
EXECUTE = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    return (await kernel.requestExecute({code}).done).content.status;
}"""
CELLS = """() => Object.fromEntries(
    window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
        .filter(cell => cell.getMetadata('workbench')?.id)
        .map(cell => [cell.getMetadata('workbench').id, cell.getSource()]))"""
EDIT = """([id, from, to]) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const cells = notebook.model.sharedModel.cells;
    const index = cells.findIndex(cell => cell.getMetadata('workbench')?.id === id);
    const at = cells[index].getSource().indexOf(from);
    if (at < 0) throw new Error(`${from} is not in ${id}`);
    cells[index].updateSource(at, at + from.length, to);
    notebook.activeCellIndex = index;
}"""
RUN = "window.jupyterapp.commands.execute('notebook:run-cell')"
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


def press(app: Any, name: str) -> None:
    app.get_by_role("button", name=name, exact=True).click()


def written(app: Any, sentence: str = SENTENCE) -> None:
    app.get_by_label("In words").fill(sentence)
    app.get_by_label("Name", exact=True).fill("TextClassifier")
    press(app, "Write the contract")
    app.get_by_text("every word was understood").wait_for()
    expect(app.locator(".wb-yaml textarea")).to_have_value(re.compile("name: TextClassifier"))
    expect(app.get_by_text("✓ valid")).to_be_visible()


def opened(desk: Desk) -> Any:
    desk.open("notebooks/workbench.ipynb")
    app = desk.page.locator(".wb-app")
    app.get_by_label("In words").wait_for()
    return app
