from __future__ import annotations

import math
import re

import pytest

from workbench.records import Gradient
from workbench.widgets.gradient_flow import gradient_flow, mark


def gradient(norm: float | None, name: str = "w", size: int = 3) -> Gradient:
    return Gradient(name=name, norm=norm, size=size)


@pytest.mark.parametrize(
    ("norm", "word"),
    [
        (None, "dead"),
        (0.0, "dead"),
        (math.nan, "exploding"),
        (math.inf, "exploding"),
        (2e3, "exploding"),
        (1.0, ""),
        (1e-30, ""),
    ],
)
def test_marks(norm: float | None, word: str) -> None:
    assert mark(gradient(norm), middle=1.0) == word


def test_a_parameter_without_elements_is_not_dead() -> None:
    assert mark(gradient(None, size=0), middle=1.0) == ""


def test_marks_are_words_and_not_only_colours() -> None:
    shown = gradient_flow([gradient(1.0, "a"), gradient(None, "b"), gradient(math.inf, "c")])
    assert "✗ dead" in shown._repr_html_()
    assert "▲ exploding" in shown._repr_html_()
    assert repr(shown).splitlines() == [
        "gradient flow of 3 parameters: 1 dead, 1 exploding",
        "  dead: b",
        "  exploding: c",
    ]


@pytest.mark.parametrize(
    "norms",
    [[1e-300, 1e300], [0.0, 0.0], [None], [math.nan, math.inf], [3.0] * 4, [5e-324, 1.0]],
)
def test_every_range_of_numbers_can_be_drawn(norms: list[float | None]) -> None:
    drawn = gradient_flow([gradient(norm, f"p{i}") for i, norm in enumerate(norms)])._repr_html_()
    numbers = re.findall(r' (?:x|y|width|height|x1|x2)="([^"]+)"', drawn)
    assert all(math.isfinite(float(number)) for number in numbers)
    assert all(0 <= float(number) <= 420 for number in re.findall(r' width="([^"]+)"', drawn))


def test_bars_are_on_a_log_scale() -> None:
    drawn = gradient_flow([gradient(10.0**power, f"p{power}") for power in (0, 1, 2)])
    widths = [
        float(width) for width in re.findall(r'<rect x="0" y="0" width="([\d.]+)"', drawn.html)
    ]
    assert widths[2] - widths[1] == pytest.approx(widths[1] - widths[0], abs=5)


def test_no_gradients_are_said_and_not_drawn() -> None:
    assert "<svg" not in gradient_flow([])._repr_html_()


def test_without_its_drawings_every_word_is_still_there() -> None:
    drawn = gradient_flow([gradient(0.25, "a"), gradient(None, "b")])._repr_html_()
    assert not re.search(r"<svg[^>]*>[^<]*\w", re.sub(r"</?(?:rect|line)[^>]*>", "", drawn))
    assert re.search(r"a</span>.*0\.25.*b</span>.*none.*✗ dead", drawn)
