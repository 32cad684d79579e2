"""The spec: read from a sentence as it is typed or from a file, edited as a form or as YAML."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence, Sized
from pathlib import Path
from typing import Any

import ipywidgets

from workbench.errors import Refused, SpecError, UsageError
from workbench.records import FlowStep
from workbench.spec import Spec, dumps, loads, save
from workbench.widgets import _recent
from workbench.widgets._flusher import Flusher
from workbench.widgets._form import Form
from workbench.widgets._html import Html, join, tag
from workbench.widgets._lane import Lane
from workbench.widgets._panel import LABEL, Panel, button, html, row, wide
from workbench.widgets._pieces import badge, fold, number, sub
from workbench.widgets.error_view import error_piece
from workbench.widgets.reading_view import reading_view
from workbench.widgets.shape_flow import cost, shape_flow

_HINT = (
    "What shall it be? For example: A transformer-based classifier with 6 layers, 8 attention "
    "heads, embedding dim 512, for text classification with 10 classes."
)
_EMPTY = "The contract appears here; it can be edited."
_PAUSE = 0.25  # seconds without a key before a sentence is read


class SpecPanel(Panel):
    """Write or choose a spec.

    Args:
        flusher: Brings changes to the widgets.
        read: Reads a sentence and a name into a contract.
        predict: Called with a valid contract, to find out what it will cost.
        folder: Where spec files are.
        spec: A spec to begin with, or its file.
    """

    def __init__(
        self,
        flusher: Flusher,
        read: Callable[[str, str], Any],
        predict: Callable[[str], None],
        folder: Path,
        spec: Spec | Path | str | None,
    ) -> None:
        self._folder, self._read, self._predict = folder, read, predict
        self._quick = Lane("workbench-spec", self.fail)
        self._typed_last = 0.0
        self._made = self._shown = ""  # what the last reading made; what the form shows
        self._inputs()
        below = [self.assumed, self.assumptions, self.prediction]
        super().__init__("1 · Spec", flusher, [self._screen()], below)
        self.sentence.observe(lambda _: self._quick.put(self._sentence_typed), "value")
        self.yaml.observe(self._typed, "value")
        self.files.observe(self._chosen, "value")
        self.view_as.observe(self._switch, "value")
        self.read_button.on_click(lambda _: self._quick.put(lambda: self._write(force=True)))
        self.load_button.on_click(lambda _: self._quick.put(self._load))
        self.save_button.on_click(lambda _: self._quick.put(self._save))
        if spec is not None:
            self._quick.put(lambda: self._begin(spec))

    def begin(self, text: str, name: str = "") -> None:
        """Begin with a sentence, or with a contract as YAML."""
        try:
            loads(text)
        except SpecError:
            self.flusher.set(self.name, value=name)
            self.flusher.set(self.sentence, value=text.strip())
            return
        self.flusher.set(self.yaml, value=text)

    def opened(self, spec: Spec) -> None:
        """Show the spec of a session, unless it is what stands there already."""
        try:
            same = loads(self.yaml.value).hash == spec.hash
        except SpecError:
            same = False
        if not same:
            self.flusher.set(self.yaml, value=dumps(spec))

    def predicted(self, contract: str, flow: Sequence[FlowStep], reason: str) -> None:
        """Show what a contract will cost, unless it has changed meanwhile."""
        if contract != self.yaml.value:
            return
        if not flow:
            self.show(self.prediction, join([badge("no prediction", "–"), " ", sub(reason)]))
            return
        picture = fold("Predicted shape flow", shape_flow(flow).body, open_=True)
        self.show(self.prediction, join([cost(flow), picture]))

    def close(self) -> None:
        """End its thread."""
        self._quick.close()
        super().close()

    def _inputs(self) -> None:
        self.sentence = ipywidgets.Textarea(
            placeholder=_HINT, description="In words", style=LABEL, layout=wide(), rows=6
        )
        self.name = ipywidgets.Text(
            placeholder="the class to write", description="Name", style=LABEL, layout=wide()
        )
        self.files = ipywidgets.Dropdown(
            options=self._files(), description="Open", style=LABEL, layout=wide()
        )
        self.path = ipywidgets.Text(
            placeholder="a spec file (.yaml)", description="File", style=LABEL, layout=wide()
        )
        self.yaml = ipywidgets.Textarea(
            layout=wide(), rows=22, continuous_update=True, tooltip="The contract, as YAML"
        )
        self.yaml.add_class("wb-code")
        self.yaml.add_class("wb-yaml")
        self.form = Form(self._filled)
        self.view_as = ipywidgets.ToggleButtons(
            options=["Form", "YAML"], tooltips=["A field for each part", "The file as it is"]
        )
        self.view_as.style.button_width = "84px"
        self.validity = html(sub(_EMPTY))
        self.reading, self.prediction = html(), html()
        self.assumed = html()
        self.assumptions = ipywidgets.Box([])
        self.assumptions.add_class("wb-two")
        self.read_button = button("Write the contract", "Read the sentence again", main=True)
        self.load_button = button("Load", "Read the file")
        self.save_button = button("Save", f"Save as YAML; without a path in {self._folder}")

    def _screen(self) -> ipywidgets.HBox:
        actions, files = row(self.read_button), row(self.load_button, self.save_button)
        for line in (actions, files):
            line.add_class("wb-beside-label")
        self.yaml.layout.display = "none"
        left = ipywidgets.VBox(
            [self.sentence, self.name, actions, self.reading, self.files, self.path, files],
            layout=ipywidgets.Layout(flex="2 1 360px", min_width="320px"),
        )
        right = ipywidgets.VBox(
            [row(self.view_as, self.validity), self.form, self.yaml],
            layout=ipywidgets.Layout(flex="3 1 520px", min_width="320px"),
        )
        return row(left, right)

    def _sentence_typed(self) -> None:
        """Read the sentence once a person pauses; a contract that was edited by hand stays."""
        self._typed_last = time.monotonic()
        if self._quick.waiting:
            return
        time.sleep(_PAUSE)
        if not self._quick.waiting and self.sentence.value.strip():
            self._write(force=False)

    def _write(self, *, force: bool) -> None:
        if force and not self.sentence.value.strip():
            raise UsageError("there is no sentence yet; write what the module shall be")
        try:
            reading = self._read(self.sentence.value, self.name.value)
        except (Refused, SpecError) as error:
            if force:
                raise
            self.show(self.reading, join([badge("not clear yet", "?", "warn"), " ", _first(error)]))
            return
        self.show(self.reading, reading_view(reading).body)
        if force or self.yaml.value.strip() in ("", self._made.strip()):
            self._made = dumps(reading.spec)
            self.flusher.set(self.yaml, value=self._made)
        self.say("")

    def _typed(self, change: dict[str, Any]) -> None:
        text = change["new"]
        self._quick.put(lambda: self._judge(text))

    def _filled(self) -> None:
        self._quick.put(self._assemble)

    def _assemble(self) -> None:
        """Make the contract of the form's fields."""
        try:
            former: dict[str, Any] = loads(self.yaml.value).model_dump(mode="json")
        except SpecError:
            former = loads(self._shown).model_dump(mode="json") if self._shown else {}
        former.setdefault("name", self.name.value or "NewModule")
        former.setdefault("text", self.sentence.value)
        try:
            made = self.form.contract({k: v for k, v in former.items() if v})
            spec = Spec.model_validate(made)
        except SpecError as error:
            self._wrong(error)
            return
        self._shown = dumps(spec)
        self.flusher.set(self.yaml, value=self._shown)

    def _judge(self, text: str) -> None:
        """Say what a contract is, or what is wrong with it, and where."""
        if text != self.yaml.value:
            return  # a later one waits
        if not text.strip():
            self.form.say(None, self.flusher.set)
            self.show(self.validity, sub(_EMPTY))
            self.show(self.prediction, Html())
            return
        try:
            spec = loads(text)
        except SpecError as error:
            self._wrong(error)
            return
        if text != self._shown:
            self._shown = text
            self.form.fill(spec)
        self.form.say(None, self.flusher.set)
        self.show(self.validity, validity(text))
        children = [self._assumption(spec, i) for i in range(len(spec.assumptions))]
        open_ = sum(not one.confirmed for one in spec.assumptions)
        title = f"Assumptions, {open_} to confirm" if open_ else "Assumptions, all confirmed"
        self.show(self.assumed, tag("h4", title) if children else Html())
        self.flusher.set(self.assumptions, children=children)
        self.show(self.prediction, sub("predicting size and cost ..."))
        self._predict(text)

    def _wrong(self, error: SpecError) -> None:
        placed = self.form.say(error, self.flusher.set)
        if placed and self.view_as.value == "Form":
            place = error.field.partition(".")[0]
            self.show(self.validity, join([badge("not valid", "✗", "bad"), sub(f" see {place}")]))
        else:
            self.show(self.validity, error_piece(str(error)))

    def _assumption(self, spec: Spec, index: int) -> ipywidgets.HBox:
        one = spec.assumptions[index]
        box = ipywidgets.Checkbox(
            one.confirmed,
            description="confirmed" if one.confirmed else "confirm",
            indent=False,
            tooltip=f"Confirm: {one.text}",
            layout=ipywidgets.Layout(width="104px", flex="0 0 auto"),
        )
        box.observe(
            lambda change: self._quick.put(lambda: self._confirm(index, change["new"])), "value"
        )
        other = sub(f" It could also mean: {one.alternative}.") if one.alternative else ""
        said = html(join([tag("code", one.about), f" {one.text}", other]))
        return ipywidgets.HBox([box, said])

    def _confirm(self, index: int, confirmed: bool) -> None:
        spec = loads(self.yaml.value)
        said = list(spec.assumptions)
        said[index] = said[index].model_copy(update={"confirmed": confirmed})
        self.flusher.set(self.yaml, value=dumps(spec.model_copy(update={"assumptions": said})))

    def _switch(self, change: dict[str, Any]) -> None:
        form = change["new"] == "Form"
        self.form.layout.display = "" if form else "none"
        self.yaml.layout.display = "none" if form else ""
        text = self.yaml.value
        self._quick.put(lambda: self._judge(text))

    def _begin(self, spec: Spec | Path | str) -> None:
        text = dumps(spec) if isinstance(spec, Spec) else _text(Path(spec))
        if not isinstance(spec, Spec):
            self.flusher.set(self.path, value=str(spec))
            self._remember(Path(spec))
        self.flusher.set(self.yaml, value=text)

    def _chosen(self, change: dict[str, Any]) -> None:
        path = change["new"]
        if path:
            self._quick.put(lambda: self._begin(Path(path)))

    def _load(self) -> None:
        if not self.path.value.strip():
            raise UsageError("there is no file yet; write its path, or choose one")
        self._begin(Path(self.path.value.strip()).expanduser())
        self.say("")

    def _save(self) -> None:
        spec = loads(self.yaml.value)
        named = self.path.value.strip()
        path = Path(named).expanduser() if named else self._folder / f"{spec.name}.yaml"
        save(spec, path)
        self._remember(path)
        self.flusher.set(self.path, value=str(path))
        self.say(f"saved as {path.name}", "✓", "good")

    def _remember(self, path: Path) -> None:
        _recent.add(path)
        self.flusher.set(self.files, options=self._files())

    def _files(self) -> list[tuple[str, str]]:
        recent = [path for path in _recent.paths() if path.is_file()]
        others = [path for path in sorted(self._folder.glob("*.yaml")) if path not in recent]
        found = [(f"{path.name} (recent)", str(path)) for path in recent]
        return [("choose ...", ""), *found, *((path.name, str(path)) for path in others)]


def validity(text: str) -> Html:
    """Say whether a text is a spec, and what it holds or what is wrong with it."""
    if not text.strip():
        return sub(_EMPTY)
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


def _first(error: Exception) -> str:
    reasons = getattr(error, "reasons", None) or (str(error),)
    return str(reasons[0])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
