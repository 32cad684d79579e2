"""The whole way in a real JupyterLab: from a sentence to an exported branch, and the ways out."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from browser_desk import EXECUTE, Desk, opened, press, written
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
    app.get_by_text("✓ nothing newly fails").wait_for(timeout=120_000)
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


def test_what_is_wrong_is_one_message_at_its_place_in_either_theme(
    desk: Desk, tmp_path: Path, shots: Path
) -> None:
    app = opened(desk)
    written(app)
    app.get_by_role("button", name="YAML").click()
    editor = app.locator(".wb-yaml textarea")
    expect(editor).to_be_visible()
    contract = editor.input_value()
    editor.press("Control+End")
    editor.press_sequentially("colour: blue\n")
    app.get_by_role("alert").get_by_text("there is no field 'colour'").wait_for()
    editor.press("Control+a")
    editor.press("Delete")
    app.get_by_text("The contract appears here").wait_for()

    editor.fill(contract)
    app.get_by_label("Repository").fill(str(tmp_path / "missing"))
    press(app, "Start")
    alert = app.get_by_role("alert").get_by_text("missing' is no folder")
    alert.wait_for()
    assert "Traceback" not in desk.page.inner_text("body")

    press(app, "Lay a demo repository")
    app.get_by_text("Where the code goes").wait_for()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        desk.page.evaluate(change, theme)
        desk.page.screenshot(path=shots / f"{theme.replace(' ', '-')}.png")
        assert app.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_stopped_in_the_middle_it_outlives_its_kernel_and_goes_on(
    desk: Desk, tmp_path: Path
) -> None:
    target = demo.lay(tmp_path / "pocket")
    app = opened(desk)
    written(app)
    app.get_by_label("Repository").fill(str(target))
    press(app, "Start")
    app.get_by_text("the verdicts come").wait_for()
    assert desk.page.evaluate(EXECUTE, "6 * 7") == "ok"  # the kernel is free
    assert app.get_by_role("button", name="Start", exact=True).is_disabled()
    press(app, "Stop")
    began = time.monotonic()
    app.get_by_text("stopped; resume").wait_for()
    assert time.monotonic() - began < 2
    (session,) = desk.lab.sessions.iterdir()
    before = list(journal.read(session))
    app = opened(desk)  # the page is loaded again, and its kernel started anew
    desk.page.evaluate("""async () => {
        const panel = window.jupyterapp.shell.currentWidget;
        await panel.sessionContext.session.kernel.restart();
        await window.jupyterapp.commands.execute('notebook:run-all-cells');
    }""")
    app = desk.page.locator(".wb-app")
    app.get_by_label("Session").select_option(index=0)
    press(app, "Resume")
    app.get_by_text("green:").wait_for(timeout=120_000)
    after = list(journal.read(session))
    assert after[: len(before)] == before
    assert [event["event"] for event in after].count("started") == 1
    assert after[-1]["event"] == "finished"
