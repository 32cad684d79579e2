"""The contract as a form: each part of a spec in a field of its own, with its message beside it.

A field holds the part as YAML, one entry per line; so what can be said in a file can be said here.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from workbench.errors import SpecError
from workbench.spec import Spec
from workbench.widgets._html import Html, join, tag
from workbench.widgets._panel import LABEL, framed, html
from workbench.widgets._pieces import badge

# Each part with the hint that stands in its empty field.
PARTS: Mapping[str, str] = {
    "kind": "model, layer, loss, metric, dataset or training",
    "options": "num_layers: 6",
    "sizes": "batch: 0..64",
    "inputs": 'tokens: int64 "batch time" in 0..vocab_size-1',
    "outputs": 'logits: float "batch num_classes"',
    "requires": "R1: attention layers == num_layers",
    "allows": "deterministic: it samples, by design",
}
_LONGEST = 12  # rows


class Form(ipywidgets.VBox):
    """A field for each part of a contract.

    Args:
        changed: Called when a person has changed a field.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed, self._filling = changed, False
        self.fields: dict[str, ipywidgets.Textarea] = {}
        self.messages: dict[str, ipywidgets.HTML] = {}
        rows: list[ipywidgets.Widget] = []
        for part, hint in PARTS.items():
            field = ipywidgets.Textarea(
                placeholder=hint,
                description=part,
                rows=1,
                continuous_update=True,
                style=LABEL,
                layout=ipywidgets.Layout(width="auto"),
            )
            field.add_class("wb-code")
            message = html()
            message.add_class("wb-beside-label")
            field.observe(self._typed, "value")
            self.fields[part], self.messages[part] = field, message
            rows += [field, message]
        super().__init__(rows)

    def fill(self, spec: Spec) -> None:
        """Show a spec."""
        dumped = spec.model_dump(mode="json")
        self._filling = True
        try:
            for part, field in self.fields.items():
                text = _lines(dumped[part])
                if _parsed(field.value) != _parsed(text):
                    field.value = text
                field.rows = min(max(field.value.count("\n") + 1, 1), _LONGEST)
        finally:
            self._filling = False

    def contract(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Put the fields together.

        Args:
            spec: The parts that no field is for, by name.

        Returns:
            The contract as plain values.

        Raises:
            SpecError: A field is no YAML; its name is the error's field.
        """
        made = dict(spec)
        for part, field in self.fields.items():
            try:
                value = _parsed(field.value)
            except ValueError as error:
                raise SpecError(str(error), field=part) from None
            if value in (None, {}, ""):
                made.pop(part, None)
            else:
                made[part] = value
        return made

    def say(self, error: SpecError | None, put: Callable[..., None]) -> bool:
        """Show beside its field what is wrong with the contract.

        Args:
            error: What is wrong, where something is.
            put: Changes a widget.

        Returns:
            Whether there is a field for it.
        """
        place, _, where = error.field.partition(".") if error else ("", "", "")
        for part, message in self.messages.items():
            body = Html()
            if error is not None and part == place:
                text = f"{where}: {error.problem}" if where else error.problem
                body = tag("span", join([badge("wrong", "✗", "bad"), " ", text]), role="alert")
            put(message, value=framed(body))
        return place in self.messages

    def _typed(self, change: Mapping[str, Any]) -> None:
        if not self._filling:
            self._changed()


def _lines(value: Any) -> str:
    """Write a part as YAML, one entry per line."""
    if isinstance(value, str):
        return value
    if not value:
        return ""
    yaml = _yaml()
    text = io.StringIO()
    yaml.dump(value, text)
    return text.getvalue().rstrip("\n")


def _parsed(text: str) -> Any:
    from ruamel.yaml.error import YAMLError

    try:
        return _yaml().load(text) if text.strip() else None
    except YAMLError as error:
        problem = getattr(error, "problem", None) or str(error)
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark is not None else ""
        raise ValueError(f"{line}{problem}; write one 'name: value' per line") from None


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.width = 4096
    return yaml
