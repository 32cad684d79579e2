"""Two tabs on one notebook, and a revision of the implementer that is answered."""

from __future__ import annotations

from pathlib import Path

from browser_desk import CELLS, EDIT, OPEN, RUN, Desk, opened, press, written
from playwright.sync_api import expect

from workbench import demo

REVISE = """
from workbench.records import Cell, Draft
from workbench.widgets import Workbench
_desk = Workbench.current()
_draft = _desk._work.revisions.offered
_new = lambda text: text.replace("return self.head(", "return +self.head(")
_cells = [cell.model_copy(update={"source": _new(cell.source)}) for cell in _draft.cells]
_desk._work._take({"event": "drafted", "draft":
    _draft.model_copy(update={"cells": tuple(_cells)}).model_dump(mode="json"), "hash": "x"})
"""


def test_two_tabs_show_the_same_and_a_revision_is_answered(desk: Desk, tmp_path: Path) -> None:
    app = opened(desk)
    written(app)
    target = demo.lay(tmp_path / "pocket")
    app.get_by_label("Repository").fill(str(target))
    press(app, "Start")
    app.get_by_text("green:").first.wait_for(timeout=120_000)
    first = desk.page
    held = first.evaluate(CELLS)
    first.evaluate("window.jupyterapp.shell.currentWidget.context.save()")

    second = first.context.new_page()
    second.goto(f"{desk.lab.url}/lab/workspaces/other", wait_until="domcontentloaded")
    second.wait_for_function("window.jupyterapp !== undefined")
    second.evaluate(OPEN, ["notebooks/workbench.ipynb", False])
    expect(second.locator(".wb-app")).to_be_visible()
    expect(second.locator(".wb-strip")).to_have_count(len(held))
    assert second.evaluate(CELLS) == held

    mine = ["module-TextClassifier", "return self.head(", "return 1.0 * self.head("]
    second.evaluate(EDIT, mine)
    second.evaluate(RUN)
    expect(first.get_by_text("1 of them as you wrote it")).to_be_visible()
    expect(second.get_by_text("1 of them as you wrote it")).to_be_visible()
    second.close()

    # A revision of the implementer leaves the person's cell alone until it is accepted.
    first.evaluate(
        "async code => (await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        ".requestExecute({code}).done).content.status",
        REVISE,
    )
    app.get_by_text("yours stands").wait_for()
    assert "+self.head(" not in first.evaluate(CELLS)["module-TextClassifier"]
    press(app, "Accept the change")
    first.wait_for_function(f"({CELLS})()['module-TextClassifier'].includes('+self.head(')")
    assert desk.outside() == []
    assert desk.faults == []
