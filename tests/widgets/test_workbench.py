from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ipywidgets
import pytest

from workbench import registry
from workbench.widgets import Workbench
from workbench.widgets._implement_panel import devices, implementers
from workbench.widgets._spec_panel import validity

CONTRACT = "name: Net\nkind: model\ntext: A net.\noptions: {width: 3}\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Workbench]:
    made = Workbench(sessions=tmp_path / "sessions")
    yield made
    made.close()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what another thread brings about."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def shown(panel: ipywidgets.VBox) -> str:
    """All markup that a part shows."""
    found, waiting = "", [panel]
    while waiting:
        widget = waiting.pop()
        waiting += getattr(widget, "children", ())
        found += widget.value if isinstance(widget, ipywidgets.HTML) else ""
    return found


def test_a_contract_is_judged_as_it_is_typed(desk: Workbench) -> None:
    desk.spec.yaml.value = CONTRACT
    until(lambda: "✓ valid" in desk.spec.validity.value)
    desk.spec.yaml.value = CONTRACT.replace("width: 3", "width: [")
    until(lambda: "✗ error" in desk.spec.validity.value)
    desk.spec.yaml.value = ""
    until(lambda: "appears here" in desk.spec.validity.value)


def test_typing_does_not_wait_for_the_judging(desk: Workbench) -> None:
    began = time.monotonic()
    for number in range(200):
        desk.spec.yaml.value = CONTRACT.replace("3", str(number))
    assert time.monotonic() - began < 2
    until(lambda: "✓ valid" in desk.spec.validity.value)


def test_the_error_of_a_contract_names_line_and_field() -> None:
    said = validity("name: Net\nkind: modle\ntext: x\n")
    assert "2: kind: &#x27;modle&#x27; is no kind" in said
    assert "did you mean" in said


def test_a_hostile_contract_is_text(desk: Workbench) -> None:
    desk.spec.yaml.value = "name: '<img src=x onerror=steal()>'\ntext: x\n"
    until(lambda: "✗ error" in desk.spec.validity.value)
    assert "<img" not in shown(desk.spec)


def test_it_begins_with_what_is_given(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(CONTRACT)
    desk = Workbench(tmp_path / "repo", tmp_path / "net.yaml", tmp_path / "sessions")
    until(lambda: desk.spec.yaml.value == CONTRACT)
    assert desk.target.folder.value == str(tmp_path / "repo")
    desk.close()


def test_a_spec_file_that_is_missing_is_said(tmp_path: Path) -> None:
    desk = Workbench(spec=tmp_path / "missing.yaml", sessions=tmp_path)
    until(lambda: "missing.yaml cannot be read" in shown(desk.spec))
    desk.close()


def test_errors_stand_in_the_part_that_they_belong_to(desk: Workbench) -> None:
    desk.target.study_button.click()
    until(lambda: "no target yet" in shown(desk.target))
    desk.implement.start_button.click()
    until(lambda: "✗ error" in shown(desk.implement))
    assert "✗ error" not in shown(desk.export)


def test_only_what_can_be_done_can_be_pressed(desk: Workbench) -> None:
    until(lambda: not desk.implement.start_button.disabled)
    assert desk.implement.stop_button.disabled
    assert desk.export.accept_button.disabled
    assert desk.export.export_button.disabled


def test_a_kernel_has_one_workbench_and_its_threads_end(tmp_path: Path) -> None:
    before = {thread.name for thread in threading.enumerate()}
    first = Workbench(sessions=tmp_path)
    second = Workbench(sessions=tmp_path)
    until(lambda: first.comm is None)
    second.close()
    until(lambda: {thread.name for thread in threading.enumerate()} <= before)


def test_implementers_that_need_more_than_a_spec_are_not_offered() -> None:
    offered = implementers()
    assert "blueprint" in offered
    assert "scripted" not in offered
    assert set(offered) <= set(registry.members("implementers"))


def test_there_is_always_a_device() -> None:
    assert devices()[0] == "cpu"


def test_every_input_has_a_label(desk: Workbench) -> None:
    inputs = (ipywidgets.Text, ipywidgets.Dropdown, ipywidgets.Textarea)
    waiting: list[ipywidgets.Widget] = [desk]
    bare = []
    while waiting:
        widget = waiting.pop()
        waiting += getattr(widget, "children", ())
        if isinstance(widget, inputs) and not (widget.description or widget.tooltip):
            bare.append(widget)
    assert bare == []


def test_what_is_told_while_it_is_being_built_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def slowly() -> object:
        half_built = Workbench._former
        assert half_built is not None
        early = threading.Thread(target=lambda: told.append(half_built._hear("busy", "") or "told"))
        early.start()
        early.join(0.2)
        told.append("built")
        return devices()

    monkeypatch.setattr(importlib.import_module("workbench.widgets.workbench"), "devices", slowly)
    desk = Workbench(sessions=tmp_path)
    until(lambda: told == ["built", "told"])
    desk.close()
