from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from workbench.errors import UsageError
from workbench.spec import Spec
from workbench.widgets import errors_shown, show, view
from workbench.widgets._style import STYLE

HOSTILE = [
    "<script>steal()</script>",
    '"><img src=x onerror=steal()>',
    "' onmouseover='steal()",
    "</style></pre></svg><iframe src=//evil.example>",
    "]]><svg onload=steal()>",
    "&lt;b&gt; \x1b[31m \u202e",
]
ELEMENTS = {
    *("div", "style", "span", "b", "h4", "p", "pre", "code", "blockquote", "details", "summary"),
    *("button", "table", "thead", "tbody", "tr", "th", "td"),
    *("svg", "title", "g", "rect", "line", "path", "text"),
}
ATTRIBUTES = {
    *("class", "scope", "aria-label", "aria-hidden", "open", "role", "style", "title"),
    *("type", "data-wb-cell", "data-wb-line", "data-wb-copy"),
    *("width", "height", "viewbox"),
    *("x", "y", "rx", "x1", "x2", "y1", "y2", "d", "fill", "fill-opacity", "opacity"),
    *("stroke", "stroke-opacity", "stroke-dasharray", "font-size", "font-weight", "text-anchor"),
}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(
    text: str, everything: Callable[[str], list[tuple[object, ...]]], parse: Callable[..., object]
) -> None:
    for about in everything(text):
        markup = parse(view(*about)._repr_html_())
        assert set(markup.elements) <= ELEMENTS
        assert {name for name, _ in markup.attributes} <= ATTRIBUTES
        styles = {value for name, value in markup.attributes if name == "style"}
        assert all(re.fullmatch(r"text-align: left|margin-left: \d+px", style) for style in styles)
        assert markup.open == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_spec_is_text_too(text: str, spec: Spec, parse: Callable[..., object]) -> None:
    assumption = spec.assumptions[0].model_copy(update={"about": text, "text": text})
    changed = {
        "text": text,
        "options": {"word": text},
        "allows": {text: text},
        "assumptions": [assumption],
    }
    markup = parse(view(spec.model_copy(update=changed))._repr_html_())
    assert set(markup.elements) <= ELEMENTS
    assert {name for name, _ in markup.attributes} <= ATTRIBUTES


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_lines_carry_no_terminal_command(
    text: str, everything: Callable[[str], list[tuple[object, ...]]]
) -> None:
    for about in everything(text):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", repr(view(*about)))


def test_nothing_is_loaded_from_anywhere(
    everything: Callable[[str], list[tuple[object, ...]]], parse: Callable[..., object]
) -> None:
    for about in everything("https://evil.example/x.png url(//evil.example)"):
        for name, value in parse(view(*about)._repr_html_()).attributes:
            if name not in ("aria-label", "title"):  # words, which load nothing
                assert "//" not in value
    assert not re.search(r"url\(|@import|https?:(?!//jfly)", STYLE)


def test_no_text_is_smaller_than_twelve_pixels(
    everything: Callable[[str], list[tuple[object, ...]]],
) -> None:
    for about in everything("text"):
        sizes = re.findall(r"font-size[:=]\s*\"?([\d.]+)", view(*about)._repr_html_())
        assert sizes
        assert min(map(float, sizes)) >= 12


def test_every_view_is_short_in_a_terminal(
    everything: Callable[[str], list[tuple[object, ...]]],
) -> None:
    for about in everything("word"):
        lines = repr(view(*about)).splitlines()
        assert lines
        assert "word" in lines[0] + lines[-1] or "report" in lines[0]
        assert "<" not in lines[0]


def test_mathematics_between_dollar_signs_is_left_alone(spec: Spec) -> None:
    assert "mathjax_ignore" in view(spec)._repr_html_()


def test_what_has_no_view_is_refused_with_what_has_one() -> None:
    with pytest.raises(TypeError, match=r"no view for a int; there is one for: Spec, Study"):
        view(3)


def test_show_prints_the_plain_lines_where_there_is_no_notebook(
    spec: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    show(spec)
    assert "R1 attention layers == num_layers" in capsys.readouterr().out


def test_errors_are_shown_and_then_raised(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError), errors_shown():
        raise UsageError("seen 'x', expected 'y'")
    assert capsys.readouterr().out.strip() == "seen 'x', expected 'y'"


def test_importing_the_widgets_loads_no_tensor_library() -> None:
    program = "import sys, workbench.widgets; print({'torch', 'anthropic'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
