"""An error as it is read by people: one clear message and no traceback."""

from __future__ import annotations

from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge
from workbench.widgets._view import View


def error_view(error: Exception) -> View:
    """Show an error.

    Args:
        error: Usually a `workbench.errors.WorkbenchError`, whose message says what to do.

    Returns:
        The view.
    """
    text = str(error) or type(error).__name__
    return View(error_piece(text), text)


def error_piece(message: str) -> Html:
    """Show one message as a card."""
    body = tag("pre", message, class_="wb-wrap")
    return tag(
        "div", join([badge("error", "✗", "bad"), body]), class_="wb-card wb-bad", role="alert"
    )
