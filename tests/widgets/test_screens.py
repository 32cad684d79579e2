"""The parts of the screens that show something of their own: form, cards, pictures, devices."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench
from workbench import registry
from workbench.cells import located, marked, unmarked
from workbench.records import (
    Cell,
    Change,
    Conformance,
    Draft,
    Influence,
    LayerStatistic,
    Numeric,
    Proposal,
    Report,
    Trial,
    Verdict,
)
from workbench.spec import loads
from workbench.widgets._cards import Cards
from workbench.widgets._flusher import Flusher
from workbench.widgets._form import Form
from workbench.widgets._verdicts_panel import compared
from workbench.widgets.change_view import change_view, trial_piece
from workbench.widgets.influence_map import influence_map
from workbench.widgets.layer_statistics import layer_statistics
from workbench.widgets.numerics_map import numerics_map
from workbench.widgets.report_view import tier_of

CONTRACT = 'name: Net\ntext: a net\noptions: {width: 3}\ninputs: {x: float "batch width"}\n'
HOSTILE = "<img src=x onerror=steal()>"


@pytest.fixture
def flusher() -> Iterator[Flusher]:
    made = Flusher()
    yield made
    made.close()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def cell(identity: str, source: str, path: str = "a.py") -> Cell:
    return Cell(id=identity, role="module", path=path, source=source)


def test_a_form_holds_what_the_contract_says_and_gives_it_back() -> None:
    changes: list[int] = []
    form = Form(lambda: changes.append(1))
    spec = loads(CONTRACT.replace("batch", "4"))
    form.fill(spec)
    assert changes == []
    assert form.fields["options"].value == "width: 3"
    form.fields["options"].value = "width: 5"
    assert changes == [1]
    made = form.contract({"name": "Net", "text": "a net"})
    assert made["options"] == {"width": 5}
    assert type(spec).model_validate(made).inputs == spec.inputs


def test_a_message_stands_beside_the_field_it_is_about() -> None:
    form = Form(lambda: None)
    form.fields["sizes"].value = "batch: ["
    said: dict[Any, str] = {}
    with pytest.raises(Exception, match="name: value") as caught:
        form.contract({"name": "Net"})
    assert form.say(caught.value, lambda widget, value: said.update({widget: value}))
    assert "wrong" in said[form.messages["sizes"]]
    assert said[form.messages["options"]] == ""


def test_notes_are_confirmed_and_questions_are_answered(flusher: Flusher) -> None:
    told: list[Any] = []
    cards = Cards(flusher, lambda *words: told.append(words), told.append)
    note = {"kind": "assumption", "text": HOSTILE, "about": "width"}
    draft = Draft(implementer="a", module="m", cells=(cell("a", "x"),), notes=(note,))  # type: ignore[arg-type]
    cards.hear({"event": "drafted", "draft": draft.model_dump(mode="json")})
    until(lambda: len(cards.cards.children) == 1)
    body, (confirm, _) = (
        cards.cards.children[0].children[0],
        cards.cards.children[0].children[1].children,
    )
    assert "<img" not in body.value
    confirm.click()
    name, answer = told.pop()
    assert answer == ""
    cards.hear({"event": "answered", "note": name, "answer": ""})
    until(lambda: hasattr(cards.cards.children[0].children[1], "value"))
    assert "confirmed" in cards.cards.children[0].children[1].value
    cards.hear({"event": "asked", "assumptions": [{"text": "wide?", "about": "width"}]})
    until(lambda: len(cards.questions.children) == 4)
    cards.questions.children[2].value = "narrow"
    cards.questions.children[3].click()
    assert told == [[{"text": "wide?", "answer": "narrow"}]]


def test_the_map_says_which_positions_reach_nothing() -> None:
    rows = ((1.0, 0.5), (0.0, 2.0), (0.0, 0.0))
    one = Influence(input="x", output=HOSTILE, axis="time", padding=(2,), rows=rows)
    shown = influence_map([one])
    assert "positions without influence: 2" in shown.text
    assert "2 (padding)" in shown.body
    assert "<img" not in shown.body
    assert "no input" in influence_map([]).text


def test_layers_that_died_are_marked() -> None:
    dead = LayerStatistic(kind="activation", name="a", mean=0, deviation=0.1, largest=1, zeros=0.95)
    broken = LayerStatistic(kind="activation", name="b")
    body = layer_statistics([dead, broken]).body
    assert "95% zeros" in body
    assert "not finite" in body


def test_the_numerics_say_what_broke_and_how_far_the_rest_is() -> None:
    entries = [
        Numeric(input="ordinary", type="float32", error=2e-7),
        Numeric(input="ordinary", type="float16", error=3e-2, gradients=(HOSTILE,)),
        Numeric(input=HOSTILE, type="float16", broken=7),
        Numeric(input="masked", type=HOSTILE, raised=HOSTILE),
    ]
    shown = numerics_map(entries)
    assert "2e-07" in shown.body
    assert "7 not finite" in shown.body
    assert "<img" not in shown.body
    assert f"masked in {HOSTILE}: {HOSTILE}" in shown.text
    assert "no numerics" in numerics_map([]).text


def test_each_check_says_from_which_tier_on_it_runs() -> None:
    tiers = {name: tier_of(name) for name in registry.members("checks")}
    assert set(tiers.values()) == {"live", "full", "deep"}
    assert tier_of("no_such_check") == ""


def test_devices_are_compared_check_by_check() -> None:
    def report(device: str, outcome: Any) -> Report:
        verdict = Verdict(check="finite", outcome=outcome)
        return Report(spec_hash="s", draft_hash="d", device=device, verdicts=(verdict,))

    good = report("cpu", "passed")
    assert compared({"cpu": good}) == ""
    assert "the same on" in compared({"cpu": good, "cuda:0": report("cuda:0", "passed")})
    differ = compared({"cpu": good, "cuda:0": report("cuda:0", "failed")})
    assert "Where the devices differ" in differ
    assert "finite" in differ
    near, far = (
        report(device, "passed").model_copy(
            update={"numerics": (Numeric(input="zeros", type="float16", error=error),)}
        )
        for device, error in (("cpu", 1e-4), ("cuda:0", 1e-2))
    )
    assert "error, zeros in float16" in compared({"cpu": near, "cuda:0": far})
    assert "the same on" in compared({"cpu": near, "cuda:0": near})


def test_a_change_is_shown_with_its_reason_and_as_text() -> None:
    change = Change(path="a.py", diff=f"@@ -1 +1 @@\n+{HOSTILE}", reason="registers it")
    proposal = Proposal(
        draft_hash="d",
        changes=(change,),
        message=f"Add it\n\n{HOSTILE}",
        body=HOSTILE,
        conformance=Conformance(score=1.0),
    )
    body = change_view(proposal).body
    assert "registers it" in body
    assert "<img" not in body
    bare = change_view(proposal.model_copy(update={"message": "", "body": ""})).body
    assert "once it is checked" in bare
    assert "nothing newly fails" in trial_piece(Trial(passed=3, complete=True))
    assert "not run" in trial_piece(Trial(reason="nobody asked"))


def test_a_place_in_a_file_is_found_in_its_cell() -> None:
    parts = (cell("a", "1\n2\n3\n"), cell("b", "5\n"), cell("c", "1\n", "c.py"))
    draft = Draft(implementer="a", module="m", cells=parts)
    lines = draft.files("module")["a.py"].split("\n")
    assert lines[5] == "5"
    assert located(draft, "a.py:2") == ("a", 2)
    assert located(draft, "a.py:6") == ("b", 1)
    assert located(draft, "a.py:99") == ("b", 1)
    assert located(draft, "c.py:1") == ("c", 1)
    assert located(draft, "d.py:1") is None
    assert located(draft, "nonsense") is None


def test_a_mark_comes_off_again_and_nothing_else_does() -> None:
    one = cell("a", "%%timeit\nx = 1\n")
    assert unmarked(marked(one)) == "%%timeit\nx = 1"
    assert unmarked("%%timeit\nx = 1") == "%%timeit\nx = 1"
    assert unmarked("x = 1") == "x = 1"


def test_the_card_opens_the_notebook_that_is_kept_among_the_notebooks() -> None:
    house = Path(__file__).parents[2]
    folder = house / "src/workbench/front_end/labextensions/ml-model-workbench"
    ours = (folder / "static" / "workbench.ipynb").read_bytes()
    assert ours == (house / "notebooks" / "workbench.ipynb").read_bytes()
    about = json.loads((folder / "package.json").read_text())
    assert (folder / about["jupyterlab"]["_build"]["load"]).is_file()
    assert about["version"] == workbench.__version__


def test_the_front_end_asks_no_other_host() -> None:
    static = Path(__file__).parents[2] / "src/workbench/front_end"
    for path in static.rglob("*.js"):
        assert "http" not in path.read_text().replace("http://www.w3.org", ""), path
