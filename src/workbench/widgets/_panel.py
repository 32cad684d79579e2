"""One numbered part of the workbench widget: a heading, what is in it, and its message."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, tag
from workbench.widgets._pieces import badge
from workbench.widgets.error_view import error_piece

LABEL = {"description_width": "88px"}


class Panel(ipywidgets.VBox):
    """A part of the workbench.

    Args:
        title: Its heading.
        flusher: Brings changes to the widgets.
        controls: What a person uses; the part's message stands below.
        results: What is shown below the message.
    """

    def __init__(
        self,
        title: str,
        flusher: Flusher,
        controls: Sequence[ipywidgets.Widget] = (),
        results: Sequence[ipywidgets.Widget] = (),
    ) -> None:
        self.flusher = flusher
        self.message = html()
        heading = html(tag("h3", title, class_="wb-panel"))
        super().__init__([heading, *controls, self.message, *results])
        self.add_class("wb-part")

    def say(self, text: str, sign: str = "", tone: str = "none") -> None:
        """Show a message in the place of the former one; none where the text is empty."""
        self.show(self.message, badge(text, sign, tone) if text else Html())

    def fail(self, error: Exception) -> None:
        """Show an error as one clear message."""
        self.show(self.message, error_piece(str(error)))

    def show(self, place: ipywidgets.HTML, body: Html) -> None:
        """Show markup in a place made by `html`."""
        self.flusher.set(place, value=framed(body))


def wide() -> ipywidgets.Layout:
    """Make the layout of what is as wide as its place; each widget needs one of its own."""
    return ipywidgets.Layout(width="auto")


def html(body: Html | None = None) -> ipywidgets.HTML:
    """Make a place for markup."""
    return ipywidgets.HTML(framed(body or Html()), layout=wide())


def framed(body: Html) -> str:
    """Give markup the class that the style sheet speaks of; the sheet itself stands once."""
    return str(tag("div", body, class_="wb")) if body else ""


def button(label: str, hint: str, *, main: bool = False) -> ipywidgets.Button:
    """Make a button."""
    return ipywidgets.Button(
        description=label,
        tooltip=hint,
        button_style="primary" if main else "",
        layout=ipywidgets.Layout(width="auto", min_width="110px"),
    )


def row(*children: ipywidgets.Widget) -> ipywidgets.HBox:
    """Put widgets side by side; those that do not fit go below."""
    layout = ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="4px 12px")
    return ipywidgets.HBox(children, layout=layout)
