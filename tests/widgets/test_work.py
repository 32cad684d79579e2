from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from workbench import demo, journal
from workbench.errors import UsageError
from workbench.records import Cell, Draft, Edit
from workbench.widgets._work import Work

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
        self.weight = nn.Parameter(torch.ones(features))

    def forward(self, x: Tensor) -> Tensor:
        """Scale."""
        return x * self.weight
'''
TEST = """\
from pocket.layers.scale import Scale


def test_it_has_a_weight_per_feature() -> None:
    assert Scale(3).weight.shape == (3,)
"""
ENDLESS = "\n\ndef test_that_never_ends() -> None:\n    while True:\n        pass\n"


def draft(module: str = MODULE, test: str = TEST) -> dict[str, Any]:
    cells = (
        Cell(id="scale", role="module", path="src/pocket/layers/scale.py", source=module),
        Cell(id="test-scale", role="test", path="tests/layers/test_scale.py", source=test),
    )
    made = Draft(implementer="scripted", module="pocket.layers.scale", cells=cells)
    return made.model_dump(mode="json")


class Person:
    """Gives commands and waits for what is told.

    Args:
        folder: Where the sessions go.
    """

    def __init__(self, folder: Path) -> None:
        self.sessions = folder / "sessions"
        self._told: Queue[tuple[str, Any]] = Queue()
        self.history: list[tuple[str, Any]] = []
        self.work = Work(lambda topic, value: self._told.put((topic, value)), self.sessions)

    def wait(self, *topics: str, seconds: float = 120) -> tuple[str, Any]:
        """Wait for the next word on one of the topics; an event's topic is its own name."""
        end = time.monotonic() + seconds
        while True:
            topic, value = self._told.get(timeout=max(end - time.monotonic(), 0.001))
            topic = value["event"] if topic == "event" else topic
            self.history.append((topic, value))
            if topic in topics:
                return topic, value
            assert topic != "failed", value

    def start(self, target: Path, *drafts: dict[str, Any], contract: str = CONTRACT) -> None:
        """Start with drafts that are given."""
        options = {"drafts": list(drafts)}
        self.work.start(contract, str(target), implementer="scripted", options=options)

    def events(self) -> list[str]:
        """The kinds of events in the journal of the only session."""
        (folder,) = self.sessions.iterdir()
        return [event["event"] for event in journal.read(folder)]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return demo.lay(tmp_path / "pocket")


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    made = Person(tmp_path)
    yield made
    made.work.close()


def branches(target: Path) -> list[str]:
    command = ["git", "-C", str(target), "branch", "--format=%(refname:short)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_from_start_to_an_exported_branch(person: Person, target: Path) -> None:
    before = branches(target)
    person.start(target, draft())
    _, finished = person.wait("finished")
    assert finished["green"]
    person.work.accept()
    person.wait("accepted")
    tried = person.wait("tried")[1]["trial"]
    assert tried["complete"]
    assert tried["passed"]
    person.work.export("patch")
    patch = Path(person.wait("exported")[1]["export"]["patch"])
    assert "src/pocket/layers/scale.py" in patch.read_text()
    person.work.export()
    _, exported = person.wait("exported")
    assert set(branches(target)) - set(before) == {exported["export"]["branch"]}
    assert person.events().count("tried") == 1  # nobody waits for the same tests twice
    person.work.undo()
    person.wait("undone")
    assert branches(target) == before


def test_a_change_of_the_targets_files_is_left_out_and_taken_again(
    person: Person, target: Path
) -> None:
    first = "src/pocket/layers/__init__.py"
    text = (target / first).read_text()
    line = "from pocket.layers.scale import Scale\n"
    edits = [
        Edit(path=first, before=text, after=f"{text}{line}", reason="exports it"),
        Edit(path="README.md", before="", after="Anything.\n", reason="more"),
    ]
    edits[1] = edits[1].model_copy(update={"path": "NOTES.md"})
    offered = Draft.model_validate(draft()).model_copy(update={"edits": tuple(edits)})
    person.start(target, offered.model_dump(mode="json"))
    proposal = person.wait("proposed")[1]
    assert [(hunk.path, bool(hunk.refused)) for hunk in proposal.hunks] == [
        (first, False),
        ("NOTES.md", True),
    ]
    person.work.choose(edits[0].id, False)
    left = person.wait("proposed")[1]
    assert left.refused == {edits[0].id}
    assert left.message == ""  # nothing is known of a draft without it
    person.work.accept(0)
    hash_without = person.wait("accepted")[1]["draft"]
    person.wait("proposed")
    person.work.choose(edits[0].id, True)
    again = person.wait("proposed", "busy")
    while again[0] == "busy" or again[1].refused == {edits[0].id, edits[1].id}:
        again = person.wait("proposed", "busy")
    assert again[1].refused == {edits[1].id}
    person.work.export()
    assert "accept it, then export" in str(person.wait("failed")[1][1])
    person.work.accept(0)
    assert person.wait("accepted")[1]["draft"] != hash_without
    person.work.export("tree", seconds=0)
    assert set(person.wait("exported")[1]["export"]["paths"]) == {
        first,
        "src/pocket/layers/scale.py",
        "tests/layers/test_scale.py",
    }
    assert line in (target / first).read_text()


def test_what_the_authors_write_otherwise_is_repaired_and_checked_again(
    person: Person, target: Path
) -> None:
    person.start(target, draft(module=MODULE.replace("        return x", "        return (  x)")))
    proposal = person.wait("proposed")[1]
    assert any(one.repairable for one in proposal.conformance.deviations)
    person.work.repair()
    person.wait("edited")
    better = person.wait("proposed")[1]
    assert not any(one.repairable for one in better.conformance.deviations)
    assert better.message


def test_what_is_being_done_is_told_from_beginning_to_end(person: Person, target: Path) -> None:
    person.work.study(str(target), CONTRACT)
    person.wait("studied")
    person.wait("busy")
    words = [value for topic, value in person.history if topic == "busy"]
    assert words == ["study", ""]


def test_a_study_needs_no_valid_spec_but_a_target(person: Person, target: Path) -> None:
    person.work.study(str(target), "name: [")
    _, (study, placement) = person.wait("studied")
    assert study.root == str(target)
    assert placement is None
    person.work.study("  ", CONTRACT)
    _, (doing, error) = person.wait("failed")
    assert doing == "study"
    assert "no target yet" in str(error)


@pytest.mark.parametrize(
    ("contract", "folder", "message"),
    [
        ("name: Scale\nkind: lair\ntext: x\n", "", "kind: 'lair' is no kind"),
        (CONTRACT, "missing", "is no folder"),
        (CONTRACT.replace("parameters ==", "paramters =="), "", "paramters"),
    ],
)
def test_bad_input_is_one_clear_message(
    person: Person, target: Path, contract: str, folder: str, message: str
) -> None:
    person.start(target / folder, draft(), contract=contract)
    _, (doing, error) = person.wait("failed")
    assert doing == "implement"
    assert message in str(error)
    assert "fault of the workbench" not in str(error)


def test_an_implementer_without_its_key_says_what_is_missing(
    person: Person, target: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    person.work.start(CONTRACT, str(target), implementer="anthropic")
    _, (doing, error) = person.wait("failed")
    assert doing == "implement"
    assert isinstance(error, UsageError), error


def test_commands_without_a_session_say_what_to_do(person: Person) -> None:
    person.work.accept()
    _, (doing, error) = person.wait("failed")
    assert (doing, "start one, or resume one" in str(error)) == ("export", True)
    for name in ("nothing", ""):
        person.work.resume(name)
        _, (_, error) = person.wait("failed")
        assert "there is no session" in str(error)
    assert not person.sessions.exists()


def test_a_draft_that_is_not_green_cannot_be_accepted(person: Person, target: Path) -> None:
    person.start(target, draft(module=MODULE.replace("ones(features)", "ones(1)")))
    _, finished = person.wait("finished")
    assert not finished["green"]
    person.work.accept()
    _, (_, error) = person.wait("failed")
    assert "cannot be accepted" in str(error)


def test_stopping_in_an_endless_test_ends_it_at_once_and_leaves_no_evidence(
    person: Person, target: Path
) -> None:
    person.start(target, draft(test=TEST + ENDLESS))
    while person.wait("verdict")[1]["verdict"]["check"] != "save_and_load":
        pass  # the last check but those on requirements; the tests come next
    # A person's edit waits for none of it.
    person.work.edit(Cell(**draft(module=MODULE + "# mine\n")["cells"][0]))
    assert person.wait("checked")[1].green
    began = time.monotonic()
    person.work.stop()
    person.wait("stopped", seconds=10)
    assert time.monotonic() - began < 2
    assert person.events().count("reported") == 1  # the live one


def test_stopping_in_endless_code_is_no_verdict_on_it(person: Person, target: Path) -> None:
    endless = MODULE.replace("        return x", "        while True: pass\n        return x")
    person.start(target, draft(module=endless))
    person.wait("drafted")
    person.wait("verdict")
    began = time.monotonic()
    person.work.stop()
    person.wait("stopped", seconds=10)
    assert time.monotonic() - began < 2
    assert "reported" not in person.events()


def test_a_stopped_session_is_resumed_where_it_was(person: Person, target: Path) -> None:
    person.start(target, draft())
    person.wait("verdict")
    person.work.stop()
    person.wait("stopped")
    person.work.list_sessions()
    _, (session,) = person.wait("listed")
    assert session["spec"] == "Scale"
    person.work.resume(session["session"])
    _, finished = person.wait("finished")
    assert finished["green"]


def test_a_session_is_resumed_by_another_person_with_its_evidence(
    person: Person, target: Path, tmp_path: Path
) -> None:
    person.start(target, draft())
    person.wait("finished")
    (folder,) = person.sessions.iterdir()
    before = person.events()
    person.work.close()
    assert person.work.join(30)
    other = Person(tmp_path)
    other.work.resume(folder.name)
    other.wait("finished")
    other.work.accept()
    other.wait("accepted")
    other.work.close()
    assert other.work.join(30)
    assert other.events() == [*before, "accepted"]


def test_the_targets_own_tests_are_stopped_and_nothing_is_taken_for_their_end(
    person: Person, target: Path
) -> None:
    (target / "tests" / "test_endless.py").write_text(ENDLESS.lstrip())
    commit = ["commit", "-qam", "tests: wait for ever"]
    for words in (["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", *commit]):
        subprocess.run(["git", "-C", str(target), *words], check=True)
    person.start(target, draft())
    person.wait("finished")
    person.work.accept(600)
    person.wait("trying")
    began = time.monotonic()
    person.work.stop()
    assert person.wait("stopped", seconds=10)[1] == "export"
    assert time.monotonic() - began < 3
    assert "tried" not in person.events()
    person.work.export(seconds=0)  # without them, as the person now wants
    assert person.wait("exported")[1]["export"]["branch"]


def test_stopping_when_nothing_runs_changes_nothing(person: Person, target: Path) -> None:
    person.work.stop()
    person.start(target, draft())
    assert person.wait("finished")[1]["green"]


def test_a_demo_target_is_laid_beside_the_sessions_each_time_anew(person: Person) -> None:
    person.work.lay(CONTRACT)
    first = person.wait("laid")[1]
    person.work.lay("")
    second = person.wait("laid")[1]
    assert first != second
    assert Path(first).parent == person.sessions.parent / "targets"
    assert (Path(second) / ".git").is_dir()


def test_a_sentence_becomes_a_contract(person: Person) -> None:
    person.work.read("a ResNet with 18 layers for 10 classes, dancing", "Net")
    _, reading = person.wait("read")
    spec, not_understood = reading.spec, reading.not_understood
    assert spec.name == "Net"
    assert any("dancing" in words for words in not_understood)
    person.work.read("  ", "Net")
    assert "no sentence" in str(person.wait("failed")[1][1])
