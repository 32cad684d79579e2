from __future__ import annotations

import pytest

from workbench.widgets._html import Html, escape, join, plain, tag


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("td", "a < b & 'c'") == "<td>a &lt; b &amp; &#x27;c&#x27;</td>"
    assert tag("td", tag("b", "<")) == "<td><b>&lt;</b></td>"


def test_markup_that_is_cut_or_joined_as_text_is_text_again() -> None:
    bold = tag("b", "x")
    assert escape(bold + "<i>").startswith("&lt;b&gt;")
    assert join(["<", bold], " & ") == "&lt; &amp; <b>x</b>"


def test_an_attribute_cannot_be_left() -> None:
    made = tag("p", title='" onclick="x', class_="wb", aria_label="a", open=True, hidden=None)
    assert made == '<p title="&quot; onclick=&quot;x" class="wb" aria-label="a" open></p>'


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        ("\x1b[2J\x07", "␛[2J␇"),
        ("a\rb\x00", "a␍b␀"),
        ("user\u202enimda", "user⟨U+202E⟩nimda"),
        ("\ud800", "⟨U+D800⟩"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("tab\tand\r\nnew line", "tab\tand\nnew line"),
        ("größe 尺寸 ∂L/∂w", "größe 尺寸 ∂L/∂w"),
    ],
)
def test_characters_that_act_become_characters_that_are_read(seen: str, shown: str) -> None:
    assert plain(seen) == shown
    assert escape(seen).encode()  # can be sent


def test_markup_is_a_type_of_its_own() -> None:
    assert isinstance(tag("p"), Html)
    assert not isinstance(plain("p"), Html)
