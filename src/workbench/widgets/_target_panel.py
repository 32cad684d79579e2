"""The target repository: a folder, and what was learned by reading it."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from workbench.records import Placement, Study
from workbench.widgets._existing import Existing
from workbench.widgets._flusher import Flusher
from workbench.widgets._panel import LABEL, Panel, button, html, row
from workbench.widgets.study_view import study_view


class TargetPanel(Panel):
    """Choose a target and study it.

    Args:
        flusher: Brings changes to the widgets.
        study: Called when the target shall be studied.
        lay: Called when the demo's target shall be laid.
        place: Called with the files of module and tests when they shall be others.
        repository: A folder to begin with.
        existing: Where tests for code that is there are begun.
    """

    def __init__(
        self,
        flusher: Flusher,
        study: Callable[[], None],
        lay: Callable[[], None],
        place: Callable[[str, str], None],
        repository: str,
        existing: Existing,
    ) -> None:
        self.folder = ipywidgets.Text(
            repository,
            placeholder="the root folder of your repository",
            description="Repository",
            style=LABEL,
            layout=ipywidgets.Layout(flex="1 1 420px"),
        )
        self.study_button = button("Study", "Read the repository; nothing is run", main=True)
        self.lay_button = button("Lay a demo repository", "Make a small training package to try")
        wide = ipywidgets.Layout(flex="1 1 320px")
        self.path = ipywidgets.Text(description="Module file", style=LABEL, layout=wide)
        self.test_path = ipywidgets.Text(description="Test file", style=LABEL, layout=wide)
        self.place_button = button("Use this place", "Put the module and its tests there")
        self.place_button.disabled = True
        self.view = html()
        line = row(self.folder, self.study_button, self.lay_button)
        where = row(self.path, self.test_path, self.place_button)
        super().__init__("2 · Target", flusher, [line, where], [existing, self.view])
        self._study: Study | None = None
        self.place_button.on_click(lambda _: place(self.path.value, self.test_path.value))
        self.study_button.on_click(lambda _: study())
        self.lay_button.on_click(lambda _: lay())

    def laid(self, folder: str) -> None:
        """Show where the demo's target was laid."""
        self.flusher.set(self.folder, value=folder)
        self.say("laid a fresh repository to try", "✓", "good")

    def studied(self, study: Study, placement: Placement | None) -> None:
        """Show what was learned."""
        self.flusher.set(self.folder, value=study.root)
        self._study = study
        self.show(self.view, study_view(study, placement).body)
        self.say("")
        if placement is not None:
            self.flusher.set(self.path, value=placement.path)
            self.flusher.set(self.test_path, value=placement.test_path)

    def placed(self, placement: Placement) -> None:
        """Show where the person wants the code."""
        if self._study is not None:
            self.studied(self._study, placement)
        left = "" if placement.edits else "; the target's registrations are left to you"
        self.say(f"the next session writes {placement.path}{left}", "✓", "good")
