"""The whole way in a real JupyterLab: from a sentence to an exported branch, and the ways out."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from browser_desk import EXECUTE, SENTENCE, Desk, opened, press, written
from playwright.sync_api import expect

from workbench import demo, journal

SMALLEST_TEXT = """() => {
    const shown = document.querySelectorAll('.wb-app *, .wb *');
    const sizes = [...shown].filter(one => one.innerText?.trim() || one.value)
        .map(one => parseFloat(getComputedStyle(one).fontSize));
    return Math.min(...sizes);
}"""


def shoot(app: Any, heading: str, path: Path) -> None:
    app.get_by_role("heading", name=heading).evaluate("one => one.scrollIntoView()")
    app.page.screenshot(path=path)


def branches(target: Path) -> set[str]:
    command = ["git", "-C", str(target), "branch", "--format=%(refname:short)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_from_a_sentence_to_a_branch(desk: Desk, shots: Path) -> None:
    app = opened(desk)
    written(app)
    desk.page.screenshot(path=shots / "1-spec.png")
    press(app, "Lay a demo repository")
    app.get_by_text("Where the code goes").wait_for()
    shoot(app, "2 · Target", shots / "2-target.png")
    target = Path(app.get_by_label("Repository").input_value())
    before = branches(target)
    press(app, "Start")
    app.get_by_text("green:").wait_for(timeout=120_000)
    shoot(app, "3 · Implement", shots / "3-implement.png")
    shoot(app, "4 · Cells", shots / "4-cells.png")
    shoot(app, "5 · Verdicts", shots / "5-verdicts.png")
    choice = app.get_by_label("take it").first
    choice.uncheck()
    expect(app.get_by_text("○ left out")).to_have_count(1)
    app.get_by_label("take it").first.check()
    expect(app.get_by_text("○ left out")).to_have_count(0)
    press(app, "Accept")
    app.get_by_text("✓ nothing newly fails").wait_for()
    expect(app.get_by_text("accepted; it can be exported")).to_be_visible()
    assert branches(target) == before
    press(app, "Export")
    app.get_by_text("✓ committed").wait_for()
    shoot(app, "6 · Accept and export", shots / "6-export.png")
    (branch,) = branches(target) - before
    show = app.locator(".wb-copied").filter(has_text=f"show {branch}")
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show.get_by_role("button", name="Copy").click()
    expect(show.get_by_role("button")).to_have_text("Copied")
    assert branch in desk.page.evaluate("navigator.clipboard.readText()")
    press(app, "Undo the export")
    app.get_by_text("the branch is deleted").wait_for()
    assert branches(target) == before
    assert desk.outside() == []
    assert desk.faults == []
    assert desk.page.evaluate(SMALLEST_TEXT) >= 12


def test_a_wrong_contract_is_said_beside_it_as_it_is_typed(desk: Desk) -> None:
    app = opened(desk)
    written(app)
    app.get_by_role("button", name="YAML").click()
    editor = app.locator(".wb-yaml textarea")
    expect(editor).to_be_visible()
    editor.press("Control+End")
    editor.press_sequentially("colour: blue\n")
    app.get_by_role("alert").get_by_text("there is no field 'colour'").wait_for()
    editor.press("Control+a")
    editor.press("Delete")
    app.get_by_text("The contract appears here").wait_for()


def test_an_error_is_one_message_and_no_traceback(desk: Desk, tmp_path: Path) -> None:
    app = opened(desk)
    written(app)
    app.get_by_label("Repository").fill(str(tmp_path / "missing"))
    press(app, "Start")
    alert = app.get_by_role("alert")
    alert.wait_for()
    assert "missing' is no folder" in alert.inner_text()
    assert "Traceback" not in desk.page.inner_text("body")


def test_the_kernel_is_free_while_it_works_and_stop_is_quick(desk: Desk, tmp_path: Path) -> None:
    target = demo.lay(tmp_path / "pocket")
    app = opened(desk)
    written(app, SENTENCE.replace("2 layers", "12 layers"))
    app.get_by_label("Repository").fill(str(target))
    press(app, "Start")
    app.get_by_text("the verdicts come").wait_for()
    assert desk.page.evaluate(EXECUTE, "6 * 7") == "ok"
    assert app.get_by_role("button", name="Start", exact=True).is_disabled()
    press(app, "Stop")
    began = time.monotonic()
    app.get_by_text("stopped; resume").wait_for()
    assert time.monotonic() - began < 2
    press(app, "Resume")
    app.get_by_text("green:").wait_for(timeout=120_000)


def test_a_session_outlives_its_kernel(desk: Desk, tmp_path: Path) -> None:
    target = demo.lay(tmp_path / "pocket")
    app = opened(desk)
    written(app)
    app.get_by_label("Repository").fill(str(target))
    press(app, "Start")
    app.get_by_text("green:").wait_for(timeout=120_000)
    (newest, *_) = sorted(desk.lab.sessions.iterdir(), reverse=True)
    events = [event["event"] for event in journal.read(newest)]
    app = opened(desk)  # the page is loaded again
    desk.page.evaluate("""async () => {
        const panel = window.jupyterapp.shell.currentWidget;
        await panel.sessionContext.session.kernel.restart();
        await window.jupyterapp.commands.execute('notebook:run-all-cells');
    }""")
    app = desk.page.locator(".wb-app")
    app.get_by_label("Session").select_option(index=0)
    press(app, "Resume")
    app.get_by_text("green:").wait_for()
    assert [event["event"] for event in journal.read(newest)] == events


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_both_themes_fit_a_page_of_1280_pixels(desk: Desk, theme: str, shots: Path) -> None:
    app = opened(desk)
    desk.page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    written(app)
    press(app, "Lay a demo repository")
    app.get_by_text("Where the code goes").wait_for()
    desk.page.screenshot(path=shots / f"{theme.replace(' ', '-')}.png")
    over = app.evaluate("one => one.scrollWidth - one.clientWidth")
    assert over <= 0
