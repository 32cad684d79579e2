"""What comes out of each layer as it is initialised, and how its parameters were drawn."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.records import LayerStatistic
from workbench.widgets._html import join, tag
from workbench.widgets._pieces import badge, number, sub, table
from workbench.widgets._style import BLUE
from workbench.widgets._svg import bar
from workbench.widgets._view import View

_BAR = 160  # pixels


def layer_statistics(layers: Sequence[LayerStatistic]) -> View:
    """Draw the statistics.

    Args:
        layers: Activations in the order of the calls, then parameters.

    Returns:
        The view; it says so where there is nothing to draw.
    """
    if not layers:
        return View(sub("no statistics were taken"), "no statistics were taken")
    parts = []
    for kind, words in (("activation", "comes out of it"), ("parameter", "it was drawn with")):
        found = [layer for layer in layers if layer.kind == kind]
        most = max((layer.deviation or 0.0 for layer in found), default=0.0) or 1.0
        rows = [_row(layer, most) for layer in found]
        titles = [f"{kind}_", "type_", "standard deviation_", "value#", "mean#", "largest#", ""]
        caption = sub(f"{number(len(found), kind)}: what {words} as initialised")
        shown = table(titles, rows, f"Statistics of each {kind}")
        parts.append(join([caption, tag("div", shown, class_="wb-scroll wb-flow wb-half")]))
    return View(join(parts), "\n".join(f"{layer.name}: {layer.deviation}" for layer in layers))


def _row(layer: LayerStatistic, most: float) -> tuple[object, ...]:
    if layer.deviation is None or layer.mean is None or layer.largest is None:
        alarm = badge("not finite", "▲", "bad")
        return tag("span", layer.name, class_="wb-mono"), layer.type, "", "", "", "", alarm
    dead = layer.kind == "activation" and layer.zeros > 0.9
    constant = layer.deviation == 0 and layer.kind == "activation"
    words = "all alike" if constant else f"{layer.zeros:.0%} zeros" if dead else ""
    mark = badge(words, "✗", "warn") if words else ""
    return (
        tag("span", layer.name or "the whole", class_="wb-mono"),
        layer.type,
        bar(_BAR, layer.deviation / most, BLUE),
        f"{layer.deviation:.3g}",
        f"{layer.mean:.2g}",
        f"{layer.largest:.3g}",
        mark,
    )
