from __future__ import annotations

import docstring_parser
import pytest

from workbench.implementers._docstring import Types, parse, render

TEXT = """Turn tokens into vectors, each of which knows the place of its token in the sequence.

A second paragraph that says more, and is
broken over two lines.

Args:
    tokens: Token ids, shape (batch, time).
    mask: True where a token is real, shape (batch, time); without it every token counts as a
        real one.
    *rest: Others.

Returns:
    Vectors, shape (batch, time, width).

Raises:
    ValueError: A shape does not fit.

Example:
    >>> embed(torch.zeros(2, 3))
    tensor([[0., 0., 0.],
            [0., 0., 0.]])

Source:
    Vaswani et al. 2017, section 3.5, which is the place where the sinusoids are first written
        down.
    Another 2018.
"""
TYPES = Types({"tokens": "Tensor", "mask": "Tensor | None", "rest": "int"}, "Tensor")


def written(style: str, width: int = 79) -> str:
    return render(parse(TEXT), style, TYPES, width)


@pytest.mark.parametrize("style", ["google", "numpy", "rest"])
@pytest.mark.parametrize("width", [60, 72, 100])
def test_no_line_is_too_long_and_no_word_is_lost(style, width):
    text = written(style, width)
    assert max(map(len, text.split("\n"))) <= width
    for word in TEXT.replace("Source:", "References").replace("Args:", "").split():
        assert word.strip(":") in text or word in ("Returns:", "Raises:", "Example:")


def test_google_survives_the_way_there_and_back():
    again = parse(written("google").replace("References:", "Source:"))
    assert again == parse(TEXT)


@pytest.mark.parametrize(
    ("style", "known"),
    [
        ("google", docstring_parser.DocstringStyle.GOOGLE),
        ("numpy", docstring_parser.DocstringStyle.NUMPYDOC),
        ("rest", docstring_parser.DocstringStyle.REST),
    ],
)
def test_an_independent_parser_reads_the_same(style, known):
    read = docstring_parser.parse(written(style), style=known)
    names = {param.arg_name: param.description for param in read.params}
    assert names["tokens"] == "Token ids, shape (batch, time)."
    assert " ".join(names["mask"].split()).endswith("counts as a real one.")
    assert read.returns.description == "Vectors, shape (batch, time, width)."
    assert [(raised.type_name, raised.description) for raised in read.raises] == [
        ("ValueError", "A shape does not fit.")
    ]


def test_numpy_repeats_the_types_of_the_signature():
    text = written("numpy")
    assert "tokens : Tensor\n    Token ids" in text
    assert "mask : Tensor, optional\n" in text
    assert "Returns\n-------\nTensor\n    Vectors" in text
    assert "Examples\n--------\n>>> embed" in text


def test_rest_keeps_its_fields_together():
    fields = written("rest").split("\n\n")[-1]
    assert [line.split()[0] for line in fields.split("\n") if line.startswith(":")] == [
        ":param",
        ":param",
        ":param",
        ":returns:",
        ":raises",
    ]


def test_an_entry_can_be_taken_out_and_an_empty_section_goes():
    docstring = parse(TEXT).without("Args", "tokens", "mask", "*rest")
    assert "Args" not in render(docstring, "google", TYPES, 79)


@pytest.mark.parametrize("style", ["google", "numpy", "rest"])
def test_a_single_sentence_stays_as_it_is(style):
    assert render(parse("Say nothing."), style, Types({}), 79) == "Say nothing."
