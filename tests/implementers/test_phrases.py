from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.implementers._phrases import find, words


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        ("32,000", "32000"),
        ("32k", "32000"),
        ("1.5M", "1500000"),
        ("3.2e4", "32000.0"),
        ("thirty-two thousand", "32000"),
        ("two hundred six", "206"),
        ("Eight-Head", "8 head"),
        ("512-dimensional", "512 dimensional"),
        ("pre_norm / post-norm", "pre norm / post norm"),
        ("d_model=512", "d model 512"),
        ("heads: 8", "heads 8"),
        ("10 %", "10 %"),
        ("10%", "0.1"),
        ("1e-4", "0.0001"),
        ("-6 layers", "-6 layers"),
        ("6-8 layers", "6 8 layers"),
        ("ResNet-50, resnet50", "resnet 50 , resnet50"),
        ("3x3", "3x3"),
        ("(8) heads", "8 heads"),
        ("[3, 4, 6, 3]", "[ 3 , 4 , 6 , 3 ]"),
        ("six eight", "6 8"),
        ("twenty fifteen", "20 15"),
        ("", ""),
    ],
)
def test_sentences_are_brought_into_a_plain_form(sentence, plain):
    assert " ".join(word.text for word in words(sentence)) == plain


@pytest.mark.parametrize("huge", ["1" + "0" * 60, "1e400", "1e999999999", "9" * 5000])
def test_a_number_that_is_no_size_stays_a_word(huge):
    (word,) = words(huge)
    assert word.kind == "word"


@given(st.text(max_size=200))
def test_any_text_is_read_and_places_are_right(text):
    end = 0
    for word in words(text):
        assert end <= word.start < word.end <= len(text)
        end = word.end


@pytest.mark.parametrize(
    ("pattern", "sentence", "values"),
    [
        ("{n}( self)( attention) head(s)", "8 heads, 9 attention heads and 8-head", [8, 9, 8]),
        ("{n} heads", "8 headsets", []),
        ("{n} heads", "8, heads", []),
        ("[cifar|cifar 10]( images)", "for CIFAR-10 images", [None]),
        ("layers {list}", "layers [3, 4, 6, 3]", [[3, 4, 6, 3]]),
        ("{list} blocks", "3-4-6-3 blocks", [[3, 4, 6, 3]]),
        ("layers {list}", "layers 3, 4 heads", []),
        ("dropout( of) {n}", "dropout of 0.25", [0.25]),
    ],
)
def test_patterns_are_found_as_whole_words(pattern, sentence, values):
    assert [match.value for match in find(pattern, words(sentence))] == values


def test_the_longest_alternative_is_taken():
    text = words("cifar 10 images")
    (match,) = find("[cifar|cifar 10]( images)", text)
    assert (match.first, match.last) == (0, len(text) - 1)
