"""The agent's desk: the draft as it grows, and the order in which work is done.

The order is kept here and not by prose: guidance is read before the first cell, assumptions and
plan are stated before code, a report is stale as soon as a cell changes, and to finish is to ask
for one last check. Each change is told as an event, from which `restore` rebuilds the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.errors import SpecError, WorkbenchError
from workbench.implementers import Target
from workbench.implementers._agent import places, problems, tools
from workbench.implementers._agent.reading import WINDOW, Library, inside
from workbench.implementers._agent.toolbox import Refusal
from workbench.records import Cell, Draft, Edit, Note, Report, Study, Tier
from workbench.spec import Expression, Spec

Tell = Callable[[dict[str, Any]], None]


class Desk:
    """The draft of one session, and what has been done for it.

    Args:
        spec: What is asked for.
        study: What is known of the target.
        target: The target.
        tell: Called with each change.
        implementer: Who the drafts are by.
    """

    def __init__(
        self, spec: Spec, study: Study, target: Target, tell: Tell, implementer: str
    ) -> None:
        self.spec, self.target, self.placement = spec, target, target.placement
        self.library = Library(target, study)
        self.cells: dict[str, Cell] = {}
        self.edits: dict[tuple[str, str], Edit] = {}
        self.notes: list[Note] = []
        self.plan: dict[str, Any] | None = None
        self.guided = False
        self.summary = ""
        self.finished = False
        self.person = False  # whether somebody is there who sees the assumptions
        self.reports: dict[Tier, Report] = {}  # what the agent has seen last, by tier
        self.latest: tuple[Draft, Report] | None = None
        # Where tests are written blind: what gives those that there are.
        self.blind: Callable[[], tuple[Cell, ...]] | None = None
        self._decided: dict[str, str] = {}  # the person's answers to assumptions
        self._tell, self._implementer = tell, implementer
        self._formatted: dict[tuple[str, str], str] = {}
        self._persons: set[str] = set()  # cells that stand as the person wrote them

    def draft(self, wants: Tier | None = None) -> Draft:
        """Put together what stands on the desk, laid out as the target lays out its own."""
        return Draft(
            implementer=self._implementer,
            module=self.placement.module,
            cells=tuple(
                cell
                if cell.id in self._persons
                else cell.model_copy(update={"source": self._format(cell.path, cell.source)})
                for cell in (*self.cells.values(), *(self.blind() if self.blind else ()))
            ),
            edits=(*self.placement.edits, *self.edits.values()),
            notes=tuple(self.notes),
            summary=self.summary,
            wants=wants,
        )

    @property
    def stale(self) -> bool:
        """Whether the latest report is about another draft than the one that stands here."""
        return self.latest is None or self.latest[0].hash != self.draft().hash

    def settled(self, tier: Tier) -> bool:
        """Whether the latest report of a tier is all that another check could give."""
        if self.latest is None or self.stale:
            return False
        report = self.latest[1]
        return report.tier == tier and not report.limited

    def state_plan(self, plan: tools.StatePlan) -> str:
        """Take a plan; the closed form must be one."""
        for file in plan.files:
            places.for_cell(file.path, self.library.files)
        try:
            form = Expression(plan.parameters)
            unknown = sorted(form.names - set(self.spec.options))
            if unknown:
                raise Refusal(f"parameters: {', '.join(unknown)} is no option of the spec")
            count = form.value(self.spec.options)
        except SpecError as error:
            raise Refusal(f"parameters: {error}") from None
        notes = [
            Note(kind="assumption", text=a.text, about=a.about, alternative=a.alternative)
            for a in plan.assumptions
        ]
        self._put_plan({**plan.model_dump(mode="json"), "count": count}, notes)
        self._tell({"kind": "plan", "plan": self.plan, "notes": [n.model_dump() for n in notes]})
        said = f"The plan is kept. It predicts {count} parameters with the spec's options."
        for line in self.spec.requires.values():
            if line.phrase == "parameters" and line.comparison == "==":
                asked = line.expression.value(self.spec.options)
                if asked != count:
                    said += f" The spec's {line.id} asks for {asked}: find out which is wrong."
        return said

    @property
    def undecided(self) -> list[dict[str, str]]:
        """The plan's assumptions that no person has seen yet."""
        stated = (self.plan or {}).get("assumptions", ())
        return [dict(given) for given in stated if given["text"] not in self._decided]

    def decide(self, answers: Sequence[Mapping[str, str]]) -> str:
        """Take the person's answers; what is empty confirms the assumption.

        Args:
            answers: Each with the ``text`` of an assumption and the ``answer``.

        Returns:
            What the agent reads.
        """
        kept = [{"text": a["text"], "answer": a.get("answer", "").strip()} for a in answers]
        self._put_decisions(kept)
        self._tell({"kind": "decided", "answers": kept})
        changed = [a for a in kept if a["answer"]]
        said = f" The person saw {len(kept)} assumptions and confirms {len(kept) - len(changed)}."
        for answer in changed:
            said += f"\nInstead of {answer['text']!r} the person says: {answer['answer']}"
        return said + ("\nThat binds you: state the plan again if it changes." if changed else "")

    def hear(self, note: str, answer: str) -> None:
        """Mark a note that the person has confirmed or answered.

        Args:
            note: Its kind, what it is about, and its text.
            answer: What holds, or ``""`` where they confirm it.
        """
        for one in self.notes:
            if f"{one.kind} {one.about}: {one.text}" == note:
                self._put_decisions([{"text": one.text, "answer": answer}])
                self._tell({"kind": "decided", "answers": [{"text": one.text, "answer": answer}]})
                return

    def take_over(self, cell: Cell) -> bool:
        """Put a cell on the desk as the person wrote it; say whether it has a place there."""
        if self.blind and cell.role == "test":
            return False
        self.cells[cell.id] = cell
        self._persons.add(cell.id)
        values = cell.model_dump(mode="json")
        self._tell({"kind": "cell", "cell": values, "id": cell.id, "by": "person"})
        return True

    def note(self, note: tools.Note) -> str:
        """Keep a note."""
        kept = Note.model_validate(note.model_dump())
        if kept in self.notes:
            return "That is noted already."
        self.notes.append(kept)
        self._tell({"kind": "note", "note": kept.model_dump(mode="json")})
        return "Noted."

    def write_cell(self, given: tools.WriteCell) -> str:
        """Put a cell on the desk."""
        self._require_order()
        if self.blind and given.role == "test":
            raise Refusal(
                "the tests are written by somebody who does not see your module's body; make its "
                "docstrings say what holds, and call run_checks at the full tier"
            )
        path = places.for_cell(given.path, self.library.files)
        for cell in self.cells.values():
            if cell.path == path and cell.role != given.role:
                raise Refusal(f"{path} holds {cell.role} cells; one file has one role")
        cell = Cell(id=given.id, role=given.role, path=path, source=given.source)
        return self._keep(cell, given.source)

    def read_file(self, path: str, start: int, lines: int) -> str:
        """Show a file: of the draft as it is laid out, else of the target."""
        own = [cell for cell in self.cells.values() if cell.path == inside(path)]
        if not own:
            return self.library.read(path, start, lines)
        source = "\n".join(self._format(cell.path, cell.source).rstrip("\n") for cell in own)
        rows = source.split("\n")
        if start > len(rows):
            raise Refusal(f"{path!r} has {len(rows)} lines; line {start} is beyond them")
        end = min(len(rows), start - 1 + min(lines, WINDOW))
        shown = [f"{number:5d}| {rows[number - 1]}" for number in range(start, end + 1)]
        heading = f"{own[0].path}, lines {start}-{end} of {len(rows)}: your draft, as laid out"
        return "\n".join([heading, *shown])

    def revise_cell(self, given: tools.ReviseCell) -> str:
        """Replace text that stands in a cell exactly once."""
        cell = self._cell(given.id)
        source = _replaced(cell.source, given.old, given.new, f"cell {given.id!r}")
        return self._keep(cell.model_copy(update={"source": source}), given.new)

    def drop_cell(self, given: tools.DropCell) -> str:
        """Take a cell away."""
        self._cell(given.id)
        del self.cells[given.id]
        self._tell({"kind": "cell", "cell": None, "id": given.id})
        return f"The cell {given.id!r} is gone."

    def edit_file(self, given: tools.EditFile) -> str:
        """Propose an edit of a file that the target has."""
        self._require_order()
        path = places.for_edit(given.path, given.old, self.placement.edits)
        text = self.library.text(path)
        _replaced(text, given.old, given.new, path)
        line = text[: text.index(given.old)].count("\n") + 1
        edit = Edit(path=path, before=given.old, after=given.new, reason=given.reason)
        self._put_edit(edit)
        self._tell({"kind": "edit", "edit": edit.model_dump(mode="json")})
        return f"The edit of {path}:{line} is part of the draft now; the target is as it was."

    def restore(self, event: Mapping[str, Any]) -> None:
        """Take one event of a former run."""
        match event.get("kind"):
            case "guidance":
                self.guided = True
            case "plan":
                self._put_plan(event["plan"], [Note.model_validate(n) for n in event["notes"]])
            case "decided":
                self._put_decisions(event["answers"])
            case "note":
                # A call that was carried out twice, because a process died, is one note.
                self.notes = [*self.notes, Note.model_validate(event["note"])]
                self.notes = list(dict.fromkeys(self.notes))
            case "cell" if event["cell"] is None:
                self.cells.pop(event["id"], None)
            case "cell":
                cell = Cell.model_validate(event["cell"])
                self.cells[cell.id] = cell
                person = event.get("by") == "person"
                (self._persons.add if person else self._persons.discard)(cell.id)
            case "edit":
                self._put_edit(Edit.model_validate(event["edit"]))
            case "summary":
                self.summary = event["text"]
            case "finished" | "reopened":
                self.finished = event["kind"] == "finished"

    def read_guidance(self) -> str:
        """Show the guidance; from here on cells may be planned."""
        text = self.library.read_guidance()
        if not self.guided:
            self.guided = True
            self._tell({"kind": "guidance", "files": list(self.library.guidance)})
        return text

    def sum_up(self, text: str) -> None:
        """Keep the summary."""
        self.summary = text
        self._tell({"kind": "summary", "text": text})

    def finish(self) -> None:
        """Close the desk; what comes after is not carried out."""
        self.finished = True
        self._tell({"kind": "finished"})

    def reopen(self) -> None:
        """Open the desk again."""
        self.finished = False
        self._tell({"kind": "reopened"})

    def problems(self) -> list[str]:
        """List what keeps the draft from being checked."""
        broken = [
            f"the cell {cell.id!r} does not compile, {found}"
            for cell in self.cells.values()
            if (found := problems.of_syntax(cell.source))
        ]
        if not self.cells:
            return ["there is no cell yet; write the module's cells and the test cells"]
        return broken

    def _keep(self, cell: Cell, changed: str) -> str:
        """Keep a cell whatever is wrong with it, and say at once what is, and where it stands."""
        self.cells[cell.id] = cell
        self._persons.discard(cell.id)
        self._tell({"kind": "cell", "cell": cell.model_dump(mode="json"), "id": cell.id})
        broken = problems.of_syntax(cell.source)
        if broken:
            raise Refusal(f"kept, but it does not compile, {broken}; mend it with revise_cell")
        said = f"The cell {cell.id!r} is kept, in {cell.path}{_landed(cell.source, changed)}."
        if self._format(cell.path, cell.source).strip() != cell.source.strip():
            said += " It was laid out as the target lays out its own; read_file shows it."
        if Desk.problems(self):
            return said
        return said + "".join(f"\nStill open: {problem}" for problem in self._open())

    def _open(self) -> list[str]:
        """List what the contract's names still ask for."""
        return problems.of_contract(self.spec, list(self.cells.values()), self.placement.path)

    def _require_order(self) -> None:
        if not self.guided:
            raise Refusal("the target's guidance comes first: call read_guidance, then state_plan")
        if self.plan is None:
            raise Refusal("assumptions and plan come before code: call state_plan")

    def _cell(self, identifier: str) -> Cell:
        if identifier not in self.cells:
            known = ", ".join(self.cells) or "none yet"
            raise Refusal(f"there is no cell {identifier!r}; cells are: {known}")
        return self.cells[identifier]

    def _put_plan(self, plan: dict[str, Any], notes: Sequence[Note]) -> None:
        """Take a plan; the assumptions of the former one go with it."""
        former = {a["text"] for a in (self.plan or {}).get("assumptions", ())}
        kept = [n for n in self.notes if n.kind != "assumption" or n.text not in former]
        self.plan, self.notes = plan, [*notes, *kept]
        self._mark_decided()

    def _put_decisions(self, answers: Sequence[Mapping[str, str]]) -> None:
        self._decided |= {answer["text"]: answer["answer"] for answer in answers}
        self._mark_decided()

    def _mark_decided(self) -> None:
        """Say in the notes what the person has decided."""
        marked = []
        for note in self.notes:
            answer = self._decided.get(note.text)
            if answer is not None:
                reason = f"the person decided: {answer}" if answer else "the person confirmed it"
                note = note.model_copy(update={"reason": reason})
            marked.append(note)
        self.notes = marked

    def _put_edit(self, edit: Edit) -> None:
        if edit.after:
            self.edits[edit.path, edit.before] = edit
        else:
            self.edits.pop((edit.path, edit.before), None)

    def _format(self, path: str, source: str) -> str:
        if (path, source) not in self._formatted:
            try:
                laid_out = self.target.format(path, source)
            except WorkbenchError:
                laid_out = source  # what cannot be laid out is checked as it is
            self._formatted[path, source] = laid_out
        return self._formatted[path, source]


def _landed(source: str, changed: str) -> str:
    """Say in which lines of a cell a change stands."""
    at = source.find(changed) if changed else -1
    if at < 0:
        return ""
    first = source[:at].count("\n") + 1
    last = first + changed.rstrip("\n").count("\n")
    return f", lines {first}-{last} of the cell" if first > 1 else f" ({last} lines)"


def _replaced(source: str, old: str, new: str, place: str) -> str:
    count = source.count(old)
    if count != 1:
        advice = (
            "copy it exactly, with its indentation"
            if count == 0
            else "take more of the lines around it"
        )
        raise Refusal(f"'old' stands {count} times in {place} and must stand once; {advice}")
    return source.replace(old, new)
