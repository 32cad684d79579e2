"""What every view is: markup for a notebook and a few plain lines for everything else."""

from __future__ import annotations

from workbench.widgets._html import Html, plain, tag
from workbench.widgets._style import STYLE


class View:
    """A record as it is shown; it changes nothing and asks nothing.

    Args:
        body: The markup.
        text: A few plain lines for terminals and logs.
    """

    def __init__(self, body: Html, text: str) -> None:
        self.body, self.text = body, plain(text)

    @property
    def html(self) -> Html:
        """The markup with its style, complete in itself."""
        # JupyterLab would set text between dollar signs as mathematics.
        return tag("div", STYLE, self.body, class_="wb mathjax_ignore tex2jax_ignore")

    def _repr_html_(self) -> str:
        return str(self.html)

    def __repr__(self) -> str:
        """Return the plain lines."""
        return self.text
