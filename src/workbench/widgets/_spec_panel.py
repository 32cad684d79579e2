"""The spec: read from a sentence or a file, edited as YAML, valid or not as it is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from pathlib import Path
from typing import Any

import ipywidgets

from workbench.errors import SpecError, UsageError
from workbench.spec import Spec, dumps, loads, save
from workbench.widgets._flusher import Flusher
from workbench.widgets._html import Html, join, tag
from workbench.widgets._lane import Lane
from workbench.widgets._panel import LABEL, WIDE, Panel, button, html, row
from workbench.widgets._pieces import badge, fold, listed, number, sub
from workbench.widgets.error_view import error_piece

_HINT = "A transformer-based classifier with 6 layers, 8 attention heads, embedding dim 512 ..."


class SpecPanel(Panel):
    """Write or choose a spec.

    Args:
        flusher: Brings changes to the widgets.
        read: Called with a sentence and a name when the sentence shall be read.
        folder: Where spec files are.
        spec: A spec to begin with, or its file.
    """

    def __init__(
        self,
        flusher: Flusher,
        read: Callable[[str, str], None],
        folder: Path,
        spec: Spec | Path | str | None,
    ) -> None:
        self._folder = folder
        self._quick = Lane("workbench-spec", self.fail)
        self.sentence = ipywidgets.Textarea(
            placeholder=_HINT, description="In words", style=LABEL, layout=WIDE, rows=8
        )
        self.name = ipywidgets.Text(
            "NewModule", description="Name", style=LABEL, layout=WIDE, tooltip="What it defines"
        )
        self.files = ipywidgets.Dropdown(
            options=self._files(), description="Or a file", style=LABEL, layout=WIDE
        )
        self.yaml = ipywidgets.Textarea(
            layout=WIDE, rows=20, continuous_update=True, tooltip="The contract, as YAML"
        )
        self.yaml.add_class("wb-code")
        self.validity = html(sub("The contract appears here; it can be edited."))
        self.reading = html()
        self.read_button = button("Write the contract", "Read the sentence", main=True)
        self.save_button = button("Save", f"Save as a YAML file in {folder}")
        actions = row(self.read_button)
        actions.add_class("wb-beside-label")
        left = ipywidgets.VBox(
            [self.sentence, self.name, actions, self.files, self.reading],
            layout=ipywidgets.Layout(flex="2 1 340px", min_width="320px"),
        )
        right = ipywidgets.VBox(
            [self.yaml, self.validity, row(self.save_button)],
            layout=ipywidgets.Layout(flex="3 1 480px", min_width="320px"),
        )
        super().__init__("1 · Spec", flusher, [row(left, right)])
        self.yaml.observe(self._typed, "value")
        self.files.observe(self._chosen, "value")
        self.read_button.on_click(lambda _: read(self.sentence.value, self.name.value))
        self.save_button.on_click(lambda _: self._quick.put(self._save))
        if spec is not None:
            self._quick.put(lambda: self._begin(spec))

    def written(self, spec: Spec, not_understood: Sequence[str]) -> None:
        """Show a contract that was read from a sentence, and what is left to confirm."""
        self.flusher.set(self.yaml, value=dumps(spec))
        heard = (
            join([badge("not understood", "?", "warn"), " ", listed(not_understood)])
            if not_understood
            else badge("every word was understood", "✓", "good")
        )
        self.show(self.reading, join([heard, assumed(spec)]))
        self.say("")

    def opened(self, spec: Spec) -> None:
        """Show the spec of a session, unless it is what stands there already."""
        try:
            same = loads(self.yaml.value).hash == spec.hash
        except SpecError:
            same = False
        if not same:
            self.flusher.set(self.yaml, value=dumps(spec))

    def close(self) -> None:
        """End its thread."""
        self._quick.close()
        super().close()

    def _begin(self, spec: Spec | Path | str) -> None:
        text = dumps(spec) if isinstance(spec, Spec) else _text(Path(spec))
        self.flusher.set(self.yaml, value=text)

    def _typed(self, change: dict[str, Any]) -> None:
        text = change["new"]
        self._quick.put(lambda: self.show(self.validity, validity(text)))

    def _chosen(self, change: dict[str, Any]) -> None:
        path = change["new"]
        if path:
            self._quick.put(lambda: self._begin(Path(path)))

    def _save(self) -> None:
        spec = loads(self.yaml.value)
        path = self._folder / f"{spec.name}.yaml"
        save(spec, path)
        self.say(f"saved as {path.name}", "✓", "good")

    def _files(self) -> list[tuple[str, str]]:
        found = [(path.name, str(path)) for path in sorted(self._folder.glob("*.yaml"))]
        return [("choose ...", ""), *found]


def validity(text: str) -> Html:
    """Say whether a text is a spec, and what it holds or what is wrong with it."""
    if not text.strip():
        return sub("The contract appears here; it can be edited.")
    try:
        spec = loads(text)
    except SpecError as error:
        return error_piece(str(error))
    parts: dict[str, Sized] = {
        "option": spec.options,
        "size": spec.sizes,
        "input": spec.inputs,
        "output": spec.outputs,
        "requirement": spec.requires,
    }
    held = ", ".join(number(len(entries), name) for name, entries in parts.items() if entries)
    return join([badge("valid", "✓", "good"), " ", tag("b", spec.name), sub(f" {held}")])


def assumed(spec: Spec) -> Html:
    """List what a spec leaves open and how it was decided."""
    if not spec.assumptions:
        return Html()
    lines = [tag("p", tag("b", item.about), f" {item.text}") for item in spec.assumptions]
    title = f"{number(len(lines), 'assumption')}; change them in the contract"
    return fold(title, tag("div", *lines, class_="wb-scroll wb-low"))


def specs_folder() -> Path:
    """Find the folder of spec files: here, beside the notebooks, or in the package."""
    here = Path(__file__).resolve()
    places = [
        Path("specs"),
        Path("..", "specs"),
        here.parents[1] / "specs",
        here.parents[3] / "specs",
    ]
    return next((place.resolve() for place in places if place.is_dir()), places[0].resolve())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
