from __future__ import annotations

import pytest

from workbench.errors import UsageError
from workbench.records import Cell, Draft, Edit
from workbench.revisions import Revisions


def cell(identity: str, source: str) -> Cell:
    return Cell(id=identity, role="module", path="a.py", source=source)


def draft(**sources: str) -> Draft:
    made = tuple(cell(identity, source) for identity, source in sources.items())
    return Draft(implementer="agent", module="a", cells=made)


def drafted(made: Draft) -> dict[str, object]:
    return {"event": "drafted", "draft": made.model_dump(mode="json")}


def edited(identity: str, source: str, *, kept: bool = False) -> dict[str, object]:
    made = cell(identity, source).model_dump(mode="json")
    return {"event": "edited", "cell": made, "kept": kept}


def heard(*events: dict[str, object]) -> Revisions:
    made = Revisions()
    for event in events:
        made.hear(event)
    return made


def sources(revisions: Revisions) -> dict[str, str]:
    return {identity: one.source for identity, one in revisions.cells.items()}


def test_a_persons_edit_is_never_overwritten() -> None:
    found = heard(drafted(draft(x="1", y="1")), edited("x", "mine"), drafted(draft(x="2", y="2")))
    assert sources(found) == {"x": "mine", "y": "2"}
    assert found.revisions["x"].state == "proposed"
    assert found.revisions["y"].state == "taken"
    assert found.own == {"x"}


def test_an_edit_that_the_implementer_took_up_is_the_persons_still() -> None:
    mine = draft(x="mine")
    found = heard(drafted(draft(x="1")), edited("x", "mine"), drafted(mine), drafted(draft(x="2")))
    assert sources(found) == {"x": "mine"}
    assert found.revisions["x"].state == "proposed"
    found.answer("x", "accept")
    found.hear(drafted(draft(x="3")))
    assert sources(found) == {"x": "3"}  # given up by then


def test_a_change_of_the_targets_files_that_was_refused_stays_out() -> None:
    edit = Edit(path="b.py", before="", after="y = 1\n", reason="why")
    offered = draft(x="1").model_copy(update={"edits": (edit,)})
    refuse = {"event": "answered", "hunk": edit.id, "answer": "reject"}
    found = heard(drafted(offered), refuse, drafted(offered))
    standing = found.draft("a")
    assert standing is not None
    assert standing.edits == ()
    assert standing.implementer == "agent and person"
    found.hear({**refuse, "answer": "accept"})
    assert found.draft("a") == offered


def test_an_edit_that_was_not_run_yet_stands_as_well() -> None:
    found = heard(drafted(draft(x="1")), drafted(draft(x="2")), edited("x", "mine", kept=True))
    assert sources(found) == {"x": "mine"}
    assert found.revisions["x"].after == "2"
    assert found.revisions["x"].state == "proposed"


def test_the_same_offer_again_asks_nothing_again() -> None:
    first = draft(x="1")
    found = heard(drafted(first), edited("x", "mine"), drafted(first))
    assert sources(found) == {"x": "mine"}
    assert found.revisions == {}


def test_accept_reject_and_undo() -> None:
    found = heard(drafted(draft(x="1")), edited("x", "mine"), drafted(draft(x="2")))
    found.answer("x", "accept")
    assert sources(found) == {"x": "2"}
    found.answer("x", "undo")
    assert sources(found) == {"x": "mine"}
    found.hear(drafted(draft(x="2")))  # what was rejected is not asked again
    assert found.revisions["x"].state == "rejected"
    with pytest.raises(UsageError, match="changed no cell 'y'"):
        found.answer("y", "accept")


def test_a_dropped_cell_goes_unless_a_person_edited_it_and_comes_back_on_undo() -> None:
    found = heard(drafted(draft(x="1", y="1")), edited("y", "mine"), drafted(draft(z="3")))
    assert sources(found) == {"z": "3", "y": "mine"}
    found.answer("x", "undo")
    assert sources(found)["x"] == "1"


def test_an_untouched_draft_is_the_implementers_own() -> None:
    offered = draft(x="1")
    assert heard(drafted(offered)).draft("a") == offered
    mixed = heard(drafted(offered), edited("x", "mine")).draft("a")
    assert mixed is not None
    assert mixed.implementer == "agent and person"
    assert heard(drafted(offered), drafted(mixed)).cells["x"].source == "1"  # no offer of his
    assert heard(drafted(offered), edited("x", "mine"), edited("x", "1")).draft("a") == offered


def test_a_person_writes_without_an_implementer() -> None:
    found = heard(edited("x", "mine"))
    made = found.draft("house.a")
    assert made is not None
    assert (made.implementer, made.module, made.files("module")) == (
        "person",
        "house.a",
        {"a.py": "mine\n"},
    )
    assert heard().draft("a") is None


def test_old_copies_are_known() -> None:
    found = heard(drafted(draft(x="1")), drafted(draft(x="2\n")), edited("x", "3"))
    assert found.past["x"] == {"1", "2", "3"}
