"""What stands in the cells: an implementer's drafts, and what a person made of them.

Rebuilt from a session's events alone, so that a dead kernel loses nothing. A cell that the person
has not touched follows the implementer, and the change can be taken back; a cell that the person
has edited stays as it is, and the implementer's next version of it waits as a proposal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.errors import UsageError
from workbench.records import Cell, Draft

Answer = Literal["accept", "reject", "undo"]


@dataclass(frozen=True)
class Revision:
    """A change of one cell by the implementer.

    Args:
        id: The cell.
        before: What stood there.
        after: What the implementer wrote; ``""`` where it dropped the cell.
        state: ``proposed`` where the person's own version still stands, ``taken`` or ``rejected``.
    """

    id: str
    before: str
    after: str
    state: Literal["proposed", "taken", "rejected"]


@dataclass
class Revisions:
    """The cells of one session as they stand.

    Args:
        offered: The implementer's latest draft.
        cells: What stands, by id and in order.
        revisions: The latest change of each cell by the implementer.
        past: Every source that a cell has had, by which an old copy is told from a new edit.
        refused: The changes of the target's own files that the person does not want, by id.
    """

    offered: Draft | None = None
    cells: dict[str, Cell] = field(default_factory=dict)
    revisions: dict[str, Revision] = field(default_factory=dict)
    past: dict[str, set[str]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    _gone: dict[str, Cell] = field(default_factory=dict)
    _edited: set[str] = field(default_factory=set)  # by the person, and not given up since
    _seen: dict[str, str] = field(default_factory=dict)  # the offer that a person's cell answers

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take one event of a session's journal."""
        match event["event"]:
            case "drafted":
                draft = Draft.model_validate(event["draft"])
                if not _by_person(draft):
                    self.offer(draft)
            case "edited":
                self.edit(Cell.model_validate(event["cell"]), kept=event.get("kept", False))
            case "answered" if "cell" in event:
                self.answer(event["cell"], event["answer"])
            case "answered" if "hunk" in event:
                refuse = event["answer"] == "reject"
                (self.refused.add if refuse else self.refused.discard)(event["hunk"])
        for identity, cell in self.cells.items():
            self.past.setdefault(identity, set()).add(cell.source.rstrip("\n"))

    def offer(self, draft: Draft) -> None:
        """Take a draft of the implementer; what a person edited stays."""
        former = {cell.id: cell.source for cell in self.offered.cells} if self.offered else {}
        own, kept = self.own | self._edited, {}
        self.offered = draft
        for cell in draft.cells:
            kept[cell.id] = self._offered(cell, own, former)
        for identity, cell in self.cells.items():
            if identity in kept:
                continue
            if identity in own or identity not in former:  # a person's stays
                kept[identity] = cell
            else:
                self._gone[identity] = cell
                self.revisions[identity] = Revision(identity, cell.source, "", "taken")
        self.cells = kept

    def edit(self, cell: Cell, *, kept: bool = False) -> None:
        """Take a cell over from a person.

        Args:
            cell: The cell as the person has it.
            kept: Whether it stood against a change of the implementer that came meanwhile; then
                that change waits as a proposal.
        """
        offered = self._offer_of(cell.id) or ""
        self._seen[cell.id] = offered
        self.cells[cell.id] = cell
        again = cell.source.rstrip("\n") == offered.rstrip("\n")
        (self._edited.discard if again else self._edited.add)(cell.id)
        if kept and offered != cell.source:
            self.revisions[cell.id] = Revision(cell.id, cell.source, offered, "proposed")

    def answer(self, identity: str, answer: Answer) -> None:
        """Accept, reject or take back the implementer's change of a cell.

        Raises:
            UsageError: There is no such change.
        """
        revision = self.revisions.get(identity)
        if revision is None:
            raise UsageError(f"the implementer has changed no cell {identity!r}")
        taken = answer == "accept"
        (self._edited.discard if taken else self._edited.add)(identity)
        if taken and not revision.after:
            self._gone[identity] = self._cell(identity)
            self.cells.pop(identity, None)
        else:
            source = revision.after if taken else revision.before
            self.cells[identity] = self._cell(identity).model_copy(update={"source": source})
        self._seen[identity] = revision.after
        state: Literal["taken", "rejected"] = "taken" if taken else "rejected"
        self.revisions[identity] = Revision(identity, revision.before, revision.after, state)

    @property
    def own(self) -> frozenset[str]:
        """The cells that stand as the person, and not as the implementer, has them."""
        return frozenset(
            identity
            for identity, cell in self.cells.items()
            if cell.source.rstrip("\n") != (self._offer_of(identity) or "").rstrip("\n")
        )

    def draft(self, module: str) -> Draft | None:
        """Put the cells that stand together.

        Args:
            module: The dotted name of the module, where no implementer has offered a draft.

        Returns:
            The implementer's own draft where nobody has changed it, and None where no cell stands.
        """
        cells = tuple(self.cells.values())
        if self.offered is None:
            return Draft(implementer="person", module=module, cells=cells) if cells else None
        edits = tuple(edit for edit in self.offered.edits if edit.id not in self.refused)
        offered = {cell.id: cell.source for cell in self.offered.cells}
        if edits == self.offered.edits and {c.id: c.source for c in cells or ()} in (offered, {}):
            return self.offered
        changed = {"cells": cells or self.offered.cells, "edits": edits, "wants": None}
        name = f"{self.offered.implementer} and person"
        return self.offered.model_copy(update={**changed, "implementer": name})

    def _offered(self, cell: Cell, own: frozenset[str], former: Mapping[str, str]) -> Cell:
        """Decide what stands in a cell that the implementer offers."""
        stands = self.cells.get(cell.id)
        if stands is None or stands.source == cell.source:
            return cell
        if cell.id in own:
            if cell.source != self._seen.get(cell.id, former.get(cell.id)):
                self.revisions[cell.id] = Revision(cell.id, stands.source, cell.source, "proposed")
            return stands
        self.revisions[cell.id] = Revision(cell.id, stands.source, cell.source, "taken")
        return cell

    def _offer_of(self, identity: str) -> str | None:
        if self.offered is None:
            return None
        return next((c.source for c in self.offered.cells if c.id == identity), None)

    def _cell(self, identity: str) -> Cell:
        if identity in self.cells:
            return self.cells[identity]
        if identity not in self._gone:
            raise UsageError(f"there is no cell {identity!r} any more")
        return self._gone[identity]


def _by_person(draft: Draft) -> bool:
    return draft.implementer == "person" or draft.implementer.endswith(" and person")
