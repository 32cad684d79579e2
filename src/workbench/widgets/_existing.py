"""Tests for code that is there: choose it, have its contract inferred, and confirm that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ipywidgets

from workbench.inference import Inferred
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, join, tag
from workbench.widgets._panel import LABEL, button, framed, html, row
from workbench.widgets._pieces import badge, fold, number, sub
from workbench.widgets.draft_view import note_card

_LAST = "the last that no other one uses"
_HINT = "Code of the repository that has no spec can get tests: name its file."
_NEXT = (
    " It stands in 1 · Spec, where every line can be changed; confirm it once it says what the "
    "code is meant to do."
)


class Existing(ipywidgets.VBox):
    """Choose a file and a class of the target, and confirm what it is meant to do.

    Args:
        flusher: Brings changes to the widgets.
        offer: Called with a file, to learn what it defines.
        infer: Called with a file and the name of a class, or ``""``.
        confirm: Called when the contract is what the code is meant to do.
    """

    def __init__(
        self,
        flusher: Flusher,
        offer: Callable[[str], None],
        infer: Callable[[str, str], None],
        confirm: Callable[[], None],
    ) -> None:
        self._flusher = flusher
        flex = ipywidgets.Layout(flex="1 1 320px")
        self.file = ipywidgets.Combobox(
            placeholder="src/.../layer.py", description="Code file", style=LABEL, layout=flex
        )
        self.name = ipywidgets.Dropdown(
            options=[(_LAST, "")],
            description="Class",
            style=LABEL,
            layout=ipywidgets.Layout(flex="1 1 320px"),
        )
        self.infer_button = button("Infer its contract", "Read it, and run it on small tensors")
        self.confirm_button = button(
            "Confirm and write its tests",
            "The contract is what the code is meant to do; write tests, and prove them by mutants",
            main=True,
        )
        self._confirmed = row(self.confirm_button)
        self.view = html(sub(_HINT))
        line = row(self.file, self.name, self.infer_button)
        super().__init__([html(tag("h4", "Tests for code that is there")), line, self.view])
        self.file.observe(lambda change: offer(change["new"]), "value")
        self.infer_button.on_click(lambda _: infer(self.file.value, self.name.value))
        self.confirm_button.on_click(lambda _: confirm())

    def offered(self, files: Sequence[str]) -> None:
        """Offer the files of a target that was studied."""
        self._flusher.set(self.file, options=tuple(files))
        self._show(sub(_HINT), inferred=False)

    def defined(self, path: str, definitions: Mapping[str, str]) -> None:
        """Offer what a file defines, unless another one has been chosen meanwhile."""
        if path == self.file.value.strip():
            named = [(f"{name} ({kind})", name) for name, kind in definitions.items()]
            self._flusher.set(self.name, options=[(_LAST, ""), *named])

    def inferred(self, found: Inferred) -> None:
        """Show from what a contract was inferred, and what looks wrong with the code."""
        concerns = [tag("div", *map(note_card, found.concerns), class_="wb-cards")]
        lines = join(tag("div", tag("code", line)) for line in found.evidence)
        title = f"What it was inferred from: {number(len(found.evidence), 'line')}"
        self._show(
            join(
                [
                    badge("inferred, to be confirmed", "?", "warn"),
                    " ",
                    tag("b", found.spec.name),
                    sub(_NEXT),
                    *(concerns if found.concerns else ()),
                    fold(title, lines, box=False),
                ]
            ),
            inferred=True,
        )

    def usable(self, *, idle: bool) -> None:
        """Let its buttons be pressed while nothing is being done."""
        self._flusher.set(self.infer_button, disabled=not idle)
        self._flusher.set(self.confirm_button, disabled=not idle)

    def _show(self, body: Html, *, inferred: bool) -> None:
        self._flusher.set(self.view, value=framed(body))
        self._flusher.set(self, children=[*self.children[:3], *([self._confirmed] * inferred)])
