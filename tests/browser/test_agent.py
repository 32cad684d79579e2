"""The agent in the page, its endpoint on loopback: watched, answered, held, stopped, replayed."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_desk import CELLS, Desk, opened, press
from playwright.sync_api import expect
from scripted_endpoint import Endpoint, call, text, turn

from workbench import demo

CONTRACT = """\
name: Scale
kind: layer
text: A layer that scales each feature.
options: {features: 6}
sizes: {batch: 0..8}
inputs:
  x: float "batch features"
outputs:
  y: float "batch features"
requires:
  - parameters == features
"""
MODULE = '''"""A layer."""

import torch
from torch import Tensor, nn


class Scale(nn.Module):
    """Scales each feature."""

    def __init__(self, features: int = 6) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        """Scale."""
        return x * self.weight
'''
TESTS = """\
from pocket.layers.scale import Scale


def test_it_has_a_weight_per_feature() -> None:
    assert Scale(3).weight.shape == (3,)
"""
HOME, TEST = "src/pocket/layers/scale.py", "tests/layers/test_scale.py"
PLAN = call(
    "state_plan",
    files=[{"path": HOME, "role": "module", "purpose": "the layer"}],
    parameters="features",
    assumptions=[{"text": "the factor begins at one", "alternative": "at zero"}],
)
CONCERN = call("note", kind="concern", text="a factor of zero stays", about="weight", reason="why")
FINISH = call("finish", summary="A layer and its test.")
MENDED = call("revise_cell", id="scale", old="torch.ones(1)", new="torch.ones(features)")


def cell(identity: str, role: str, path: str, source: str) -> dict[str, Any]:
    return call("write_cell", id=identity, role=role, path=path, source=source)


class Story:
    """What the model answers, and when: a turn with a gate waits until it is opened.

    Args:
        gates: One for each turn that waits.
    """

    def __init__(self) -> None:
        self.gates = {name: threading.Event() for name in ("write", "mend", "end")}
        thought = {"type": "thinking", "thinking": "The house comes first."}
        written = (cell("scale", "module", HOME, MODULE), cell("tests", "test", TEST, TESTS))
        self.endpoint = Endpoint(
            turn(thought, call("read_guidance"), call("search", pattern="class ")),
            turn(PLAN, CONCERN),
            self.waits("write", turn(text("I write the layer now. " * 8), *written), after=2),
            turn(call("run_checks", tier="live")),
            self.waits("mend", turn(MENDED, FINISH), after=1),
            self.waits("end", turn(text("I am done."), FINISH), after=2),
            turn(FINISH),
        )

    def waits(self, name: str, answer: dict[str, Any], *, after: int) -> dict[str, Any]:
        return {**answer, "hang": self.gates[name], "after": after, "patience": 300}

    def read(self, number: int) -> str:
        """What the model was told in a request, from 1."""
        return str(self.endpoint.requests[number - 1]["messages"][-1]["content"])


@pytest.fixture
def story() -> Iterator[Story]:
    made = Story()
    yield made
    for gate in made.gates.values():
        gate.set()
    made.endpoint.close()


def begin(app: Any, target: Path, implementer: str, options: str) -> None:
    app.get_by_label("Implementer").select_option(implementer)
    app.get_by_label("Options", exact=True).fill(options)
    app.get_by_label("Repository").fill(str(target))
    press(app, "Start")


def test_an_agent_is_watched_answered_held_stopped_and_replayed(
    desk: Desk, story: Story, tmp_path: Path, shots: Path
) -> None:
    target = demo.lay(tmp_path / "pocket")
    app = opened(desk)
    press(app, "YAML")
    app.locator(".wb-yaml textarea").fill(CONTRACT)
    expect(app.get_by_text("✓ valid")).to_be_visible()
    begin(app, target, "anthropic", f"base_url: {story.endpoint.url}\nretries: 0")
    stream = app.get_by_role("log")

    # It asks, and waits; what it read and thought is seen.
    app.get_by_text("it asks, and waits for your answers").wait_for()
    expect(stream).to_contain_text("The house comes first.")
    expect(stream).to_contain_text("read_guidance")
    app.get_by_placeholder("what holds instead; empty confirms it").fill("at two")
    press(app, "Send the answers")

    # While it writes, its words are seen; held, it does nothing more; then it goes on.
    expect(stream).to_contain_text("says … I write the layer now.")
    assert "the person says: at two" in story.read(3)
    press(app, "Pause")
    story.gates["write"].set()
    expect(app.get_by_text("paused; it holds at its next step")).to_be_visible()
    assert desk.page.evaluate(CELLS) == {}
    press(app, "Go on")

    # What a person says to a card while the agent is at work reaches its next turn.
    expect(desk.page.locator(".wb-strip[data-tone=bad]")).to_have_count(2)
    card = app.locator(".wb-two > *").filter(has_text="a factor of zero stays")
    card.get_by_placeholder("or answer, then Enter").fill("zero is welcome")
    card.get_by_placeholder("or answer, then Enter").press("Enter")
    expect(card.get_by_text("✓ answered")).to_be_visible()
    expect(app.get_by_text("tokens read")).to_be_visible()
    app.get_by_role("heading", name="3 · Implement").evaluate("one => one.scrollIntoView()")
    desk.page.screenshot(path=shots / "3-implement.png")
    story.gates["mend"].set()

    # Stopped in the middle of an answer, it goes on from there.
    expect(stream).to_contain_text("says … I am done.")
    assert "zero is welcome" in story.read(6)
    press(app, "Stop")
    app.get_by_text("stopped; resume").wait_for()
    story.gates["end"].set()
    press(app, "Go on")
    app.get_by_text("✓ green:").first.wait_for(timeout=120_000)
    expect(app.get_by_role("button", name="Pause", exact=True)).to_be_disabled()
    assert not story.endpoint.answers

    # The same session once more without any model, to a branch.
    asked = len(story.endpoint.requests)
    begin(app, target, "replay", f"recording: {max(desk.lab.sessions.iterdir())}")
    app.get_by_text("replay studies").or_(app.get_by_text("the verdicts come")).first.wait_for()
    app.get_by_text("✓ green:").first.wait_for(timeout=120_000)
    press(app, "Accept")
    app.get_by_text("✓ nothing newly fails").wait_for(timeout=120_000)
    press(app, "Export")
    app.get_by_text("✓ committed").wait_for()
    command = ["git", "-C", str(target), "show", f"workbench/scale:{HOME}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "torch.ones(features)" in shown
    assert len(story.endpoint.requests) == asked
    assert desk.outside() == []
    assert desk.faults == []
