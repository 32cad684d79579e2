"""What an implementer says about its work, as cards that a person confirms or answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from workbench.journal import Event
from workbench.records import Draft, Note
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, join, tag
from workbench.widgets._panel import button, html, row
from workbench.widgets._pieces import badge, fold, listed, number, table
from workbench.widgets.draft_view import note_card

_ANSWER = "what holds instead; empty confirms it"


class Cards(ipywidgets.VBox):
    """The plan, questions that wait for an answer, and the notes.

    Args:
        flusher: Brings changes to the widgets.
        confirm: Called with a note's name and what the person says to it.
        reply: Called with the answers to the questions that wait.
    """

    def __init__(
        self,
        flusher: Flusher,
        confirm: Callable[[str, str], None],
        reply: Callable[[Sequence[Mapping[str, str]]], None],
    ) -> None:
        self._flusher, self._confirm, self._reply = flusher, confirm, reply
        self._notes: dict[str, Note] = {}
        self._said: dict[str, str] = {}
        self.plan = html()
        self.questions, self.cards = ipywidgets.VBox([]), ipywidgets.Box([])
        self.cards.add_class("wb-two")
        self.cards.add_class("wb-tall")
        super().__init__([self.questions, self.plan, self.cards])

    def hear(self, event: Event) -> None:
        """Take one event of the session's journal."""
        match event["event"]:
            case "started":
                self._notes, self._said = {}, {}
                self._flusher.set(self.plan, value="")
                self._flusher.set(self.questions, children=())
            case "said" if event.get("kind") == "plan":
                self._flusher.set(self.plan, value=_framed(_plan(event["plan"])))
                self._keep([Note.model_validate(note) for note in event["notes"]])
            case "said" if event.get("kind") == "note":
                self._keep([Note.model_validate(event["note"])])
            case "drafted":
                self._notes = {}
                self._keep(Draft.model_validate(event["draft"]).notes)
            case "asked":
                self._ask(event["assumptions"])
                return
            case "said" if event.get("kind") == "decided":
                self._flusher.set(self.questions, children=())
            case "answered" if "note" in event:
                self._said[event["note"]] = event["answer"]
            case _:
                return
        self._flusher.set(self.cards, children=[self._card(name) for name in self._notes])

    def _keep(self, notes: Sequence[Note]) -> None:
        self._notes |= {f"{note.kind} {note.about}: {note.text}": note for note in notes}

    def _card(self, name: str) -> ipywidgets.VBox:
        note = self._notes[name]
        body = html(note_card(note))
        if name in self._said:
            words = self._said[name]
            sign = badge("answered" if words else "confirmed", "✓", "good")
            return ipywidgets.VBox([body, html(join([sign, f" {words}"]))])
        confirm = button("Confirm", f"Confirm the {note.kind}")
        answer = ipywidgets.Text(
            placeholder="or answer, then Enter",
            continuous_update=False,
            tooltip=f"Answer to the {note.kind}",
            layout=ipywidgets.Layout(flex="1 1 160px"),
        )
        confirm.on_click(lambda _: self._confirm(name, ""))

        def answered(change: Mapping[str, Any]) -> None:
            if change["new"].strip():
                self._confirm(name, change["new"].strip())

        answer.observe(answered, "value")
        return ipywidgets.VBox([body, row(confirm, answer)])

    def _ask(self, assumptions: Sequence[Mapping[str, str]]) -> None:
        """Show questions that the implementer waits for."""
        fields = [
            ipywidgets.Text(
                placeholder=_ANSWER,
                tooltip=f"Answer to: {one['text']}",
                layout=ipywidgets.Layout(width="auto"),
            )
            for one in assumptions
        ]
        send = button("Send the answers", "The implementer waits for them", main=True)

        def sent(_: object) -> None:
            send.disabled = True
            self._reply(
                [
                    {"text": one["text"], "answer": field.value.strip()}
                    for one, field in zip(assumptions, fields, strict=True)
                ]
            )

        send.on_click(sent)
        head = badge(f"{number(len(fields), 'question')} before it goes on", "?", "warn")
        children: list[ipywidgets.Widget] = [html(head)]
        for one, field in zip(assumptions, fields, strict=True):
            other = f" It could also mean: {one['alternative']}." if one.get("alternative") else ""
            said = [tag("code", one.get("about", "")), f" {one['text']}{other}"]
            children += [html(join(said)), field]
        self._flusher.set(self.questions, children=[*children, send])


def _plan(plan: Mapping[str, Any]) -> Html:
    """Show a plan: the files in order, and what it predicts."""
    rows: list[Sequence[object]] = []
    for key, value in plan.items():
        if key in {"assumptions"} or not value:
            continue
        if isinstance(value, list):
            lines = [
                join([tag("code", item.get("path", "")), f" {item.get('purpose', '')}"])
                if isinstance(item, Mapping)
                else str(item)
                for item in value
            ]
            rows.append((tag("b", key), join(tag("div", line) for line in lines)))
        else:
            rows.append(
                (tag("b", key), listed([f"{value:,}" if isinstance(value, int) else value]))
            )
    return fold("Plan", table(["_", ""], rows, "Plan"), open_=True)


def _framed(body: Html) -> str:
    return str(tag("div", body, class_="wb"))
