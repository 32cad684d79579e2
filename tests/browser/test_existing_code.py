"""Tests for code that is there, in a real JupyterLab: from the file to the branch."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from browser_desk import Desk, opened, press
from playwright.sync_api import expect

from workbench import demo, journal

# Another repository than the demo's, with a file and a class of it: REPOSITORY FILE CLASS.
NAMED = os.environ.get("EXISTING", "").split()


def test_code_that_is_there_gets_tests_that_are_proved(
    desk: Desk, shots: Path, tmp_path: Path
) -> None:
    target, file, name = NAMED or (
        str(demo.lay(tmp_path / "pocket")),
        "src/pocket/models/mlp.py",
        "MLP",
    )
    app = opened(desk)
    app.get_by_label("Repository").fill(target)
    press(app, "Study")
    app.get_by_text("Tests for code that is there").wait_for()
    app.get_by_text("findings").first.wait_for(timeout=120_000)
    press(app, "Infer its contract")
    app.get_by_role("alert").get_by_text("there is no file yet").wait_for()
    app.get_by_label("Code file").fill(file)
    choice = app.get_by_label("Class", exact=True)
    expect(choice.locator("option", has_text=f"{name} (")).to_have_count(1)
    shown = choice.locator("option", has_text=f"{name} (").text_content()
    choice.select_option(label=shown.strip())
    press(app, "Infer its contract")
    app.get_by_text("inferred, to be confirmed").wait_for(timeout=120_000)
    app.get_by_text("Tests for code that is there").evaluate("one => one.scrollIntoView()")
    desk.page.screenshot(path=shots / "existing-1-inferred.png")
    press(app, "YAML")
    editor = app.locator(".wb-yaml textarea")
    contract = editor.input_value()
    assert f"existing: {file}" in contract
    editor.fill(contract.replace("which is there already", "confirmed by a person"))
    press(app, "Confirm and write its tests")
    app.get_by_text("green:").wait_for(timeout=300_000)
    app.get_by_role("heading", name="3 · Implement").evaluate("one => one.scrollIntoView()")
    desk.page.screenshot(path=shots / "existing-2-green.png")
    app.get_by_label("Kill map").scroll_into_view_if_needed()
    desk.page.screenshot(path=shots / "existing-3-kills.png")
    (session,) = desk.lab.sessions.iterdir()
    events = journal.read(session)
    (started,) = [event for event in events if event["event"] == "started"]
    assert "confirmed by a person" in started["spec"]["text"]
    outcomes = [event["outcome"] for event in events if event["event"] == "kill"]
    assert outcomes.count("killed") >= 0.95 * (len(outcomes) - outcomes.count("equivalent"))
    if NAMED:
        return
    press(app, "Accept")
    app.get_by_text("✓ nothing newly fails").wait_for(timeout=120_000)
    press(app, "Export")
    app.get_by_text("✓ committed").wait_for()
    made = next(event["export"] for event in journal.read(session) if event["event"] == "exported")
    command = ["git", "-C", target, "show", "--name-only", "--format=", made["branch"]]
    changed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert changed == ["tests/models/test_mlp_contract.py"]
    assert desk.faults == []
