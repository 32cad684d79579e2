"""The cells of a draft in the notebook's own document: edited, run, revised, undone, reopened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browser_desk import CELLS, EDIT, EXECUTE, RUN, Desk, press, written
from playwright.sync_api import expect

from workbench import demo, journal

SAVED = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.context.save();
    const file = await window.jupyterapp.serviceManager.contents.get(panel.context.path);
    return file.content.cells.filter(cell => cell.metadata.workbench)
        .map(cell => [cell.metadata.tags[0], cell.outputs.length]);
}"""
SELECTED = """() => {
    const editor = window.jupyterapp.shell.currentWidget.content.activeCell.editor;
    return editor.getLine(editor.getCursorPosition().line);
}"""
HEAD = "return self.head("


def started(desk: Desk, target: Path) -> Any:
    """Open the workbench from its card in the launcher and implement a sentence."""
    page = desk.page
    page.goto(f"{desk.lab.url}/lab?reset", wait_until="domcontentloaded")
    page.locator(".jp-LauncherCard", has_text="ML implementer").first.click()
    app = page.locator(".wb-app")
    written(app)
    app.get_by_label("Repository").fill(str(target))
    press(app, "Start")
    expect(page.locator(".wb-strip").first).to_contain_text("full", timeout=120_000)
    return app


def test_a_cell_is_edited_broken_found_undone_and_outlives_the_kernel(
    desk: Desk, tmp_path: Path
) -> None:
    app = started(desk, demo.lay(tmp_path / "pocket"))
    page, strips = desk.page, desk.page.locator(".wb-strip")
    cells = page.evaluate(CELLS)
    assert cells["module-TextClassifier"].startswith("%%module src/pocket/models/")
    assert strips.count() == len(cells)

    page.evaluate(EDIT, ["module-TextClassifier", HEAD, "return self.nothing("])
    expect(strips.filter(has_text="edited; run the cell")).to_have_count(1)
    page.evaluate(RUN)
    bad = page.locator(".wb-strip[data-tone=bad]")
    expect(bad).to_contain_text("no attribute 'nothing'")
    assert desk.page.evaluate(EXECUTE, "'TextClassifier' in globals() and 1 / 0") == "ok"

    app.locator("[data-wb-cell]").first.click()
    page.wait_for_function(f"({SELECTED})().includes('self.nothing(')")
    page.keyboard.press("Control+z")
    assert HEAD in page.evaluate(CELLS)["module-TextClassifier"]
    page.evaluate(RUN)
    expect(page.locator(".wb-strip[data-tone=good]")).to_have_count(len(cells))

    page.evaluate(EDIT, ["module-TextClassifier", HEAD, "return 1 * self.head("])
    page.evaluate(RUN)
    expect(app.get_by_text("1 of them as you wrote it")).to_be_visible()
    expect(strips.first).to_contain_text("hold · live")
    assert {outputs for _, outputs in page.evaluate(SAVED)} == {0}
    events = len(list(journal.read(max(desk.lab.sessions.iterdir()))))

    page.evaluate("""async () => {
        const panel = window.jupyterapp.shell.currentWidget;
        await panel.sessionContext.session.kernel.restart();
        await window.jupyterapp.commands.execute('notebook:run-all-cells');
    }""")
    expect(page.locator(".wb-app").get_by_text("1 of them as you wrote it")).to_be_visible()
    expect(strips.first).to_contain_text("hold · live")
    expect(app.get_by_text("no session is open")).to_have_count(0)
    assert "return 1 * self.head(" in page.evaluate(CELLS)["module-TextClassifier"]
    assert len(list(journal.read(max(desk.lab.sessions.iterdir())))) == events
    assert desk.outside() == []
    assert desk.faults == []
