"""The sessions that there are; each can be resumed where it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from workbench.widgets._flusher import Flusher
from workbench.widgets._panel import LABEL, Panel, button, row


class SessionsPanel(Panel):
    """Choose a session and resume it.

    Args:
        flusher: Brings changes to the widgets.
        resume: Called with a session's name.
        refresh: Called when the list shall be made anew.
    """

    def __init__(
        self, flusher: Flusher, resume: Callable[[str], None], refresh: Callable[[], None]
    ) -> None:
        self.choice = ipywidgets.Dropdown(
            options=[("none yet", "")],
            description="Session",
            style=LABEL,
            layout=ipywidgets.Layout(flex="1 1 420px"),
        )
        self.resume_button = button("Resume", "Go on with it where it was")
        self.refresh_button = button("Refresh", "Look for sessions again")
        line = row(self.choice, self.resume_button, self.refresh_button)
        super().__init__("Sessions", flusher, [line])
        self.resume_button.on_click(lambda _: resume(self.choice.value))
        self.refresh_button.on_click(lambda _: refresh())

    def listed(self, sessions: Sequence[Mapping[str, Any]]) -> None:
        """Show the sessions, the newest first."""
        options = [(_label(session), session["session"]) for session in sessions]
        self.flusher.set(self.choice, options=options or [("none yet", "")])


def _label(session: Mapping[str, Any]) -> str:
    if "spec" not in session:
        return f"{session['session']}: {session['state']}"
    started = str(session["started"])[:16].replace("T", " ")
    return f"{started}  {session['spec']} for {Path(session['repo']).name}: {session['state']}"
