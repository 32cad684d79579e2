"""What a draft's own words claim, and above all what they do not."""

from __future__ import annotations

import pytest
from gallery import bindings, blueprint, contract, entries, one_file

from workbench import spec
from workbench.checks._claims import claims
from workbench.checks._words import read
from workbench.sandbox.judge import replay
from workbench.spec import Spec

LAYER = """\
name: Part
kind: {kind}
text: something
options: {{width: 4}}
sizes: {{batch: 1..8, time: 2..16}}
inputs: {{x: float "batch time width"}}
outputs: {{y: float "batch time width"}}
"""
SOURCE = '''\
"""{file}"""
from torch import nn


class Unused(nn.Module):
    """A causal pre-norm block."""


class Block(nn.Module):
    """{block}"""


class Part(nn.Module):
    """{part}

    Args:
        width: {width}

    Raises:
        ValueError: The input is causal.
    """

    def __init__(self, width=4{arguments}):
        super().__init__()
        self.block = Block()
'''


def said(
    *,
    part: str = "A part.",
    block: str = "A block.",
    width: str = "How wide.",
    arguments: str = "",
    kind: str = "layer",
    file: str = "",
) -> dict[str, str]:
    """Write a module with these words, and give what they claim with the line."""
    text = SOURCE.format(part=part, block=block, width=width, arguments=arguments, file=file)
    asked = spec.loads(LAYER.format(kind=kind), file="part.yaml")
    return {each.text: each.where for each in claims(asked, read(asked, {"part.py": text}))}


@pytest.mark.parametrize(
    "words",
    [
        "Unlike a causal model it reads both ways.",
        "This is not causal.",
        "A non-causal filter.",
        "Causal if the caller gives a mask.",
        "May be used in causal models.",
        "It can be made causal.",
        "An encoder for causal decoders, with another encoder beside it.",
        "Estimates a causal effect.",
        "Instead of pre-norm, nothing is normalised.",
        "Pre-norm or post-norm, whichever trains.",
        "Supports tied embeddings.",
        "Without learned positions.",
        "Compared with GELU it is cheap.",
        "ReLU would do as well.",
        "TODO: rotary positions.",
        "Expects pre-normalised inputs.",
        "Some tokens are averaged over the positions.",
    ],
)
def test_doubt_comparison_and_denial_claim_nothing(words: str):
    assert said(part=words) == {}
    assert said(block=words) == {}


def test_what_stands_beside_the_module_claims_nothing():
    assert said(file="A causal model.") == {}  # there is a class in the file that nothing uses
    assert said() == {}  # nor do errors, or that class


def test_a_part_does_not_claim_causality_for_the_whole():
    assert said(block="A causal block.") == {}


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("A causal part.", ", causal=True"),
        ("A causal part.", ", is_causal=False"),
        ("A pre-norm part.", ", norm_first=True"),
        ("With ReLU.", ", activation='relu'"),
        ("With learned positions.", ", positions: str = 'learned'"),
        ("With mean pooling.", ", pool='mean'"),
        ("With batch norm.", ", norm_layer=None"),
    ],
)
def test_a_parameter_decides_before_words_do(words: str, arguments: str):
    assert said(part=words) != {}
    assert said(part=words, arguments=arguments) == {}


def test_words_that_disagree_claim_nothing():
    assert said(part="A pre-norm part.", block="A post-norm block.") == {}
    assert said(part="With ReLU.", block="With GELU.") == {}


@pytest.mark.parametrize(
    ("words", "requirement"),
    [
        ("A causal part.", "causal over time"),
        ("An output depends on the past and present only.", "causal over time"),
        ("Keeps the length, so that no future is seen.", "causal over time"),
        ("Blocks with pre-layer-norm.", "norm == pre"),
        ("Each with a residual connection and a norm after it.", "norm == post"),
        ("The head shares its matrix with the token embedding.", "tied embeddings == yes"),
        ("Learned absolute positions.", "positions == learned"),
        ("A map with SiLU.", "activation == silu"),
        ("A map with Swish.", "activation == silu"),
        ("A SwiGLU network.", "feed-forward == swiglu"),
        ("An LSTM over time.", "recurrent cell == lstm"),
        ("With RMSNorm.", "norm kind == rms"),
        ("Returns the logits.", "output == logits"),
        ("Vectors of unit length.", "output == normalised"),
        ("A permutation equivariant map.", "permutation equivariant"),
        ("Averaged over the real positions.", "pooling == mean"),
    ],
)
def test_words_are_read_with_their_line(words: str, requirement: str):
    assert said(part=words) == {requirement: "part.py:14"}


def test_words_over_several_lines_and_of_arguments_have_their_own_line():
    assert said(part="A part.\n\n    It is wide;\n    it is causal.") == {
        "causal over time": "part.py:17"
    }
    assert said(width="Of a pre-norm part.") == {"norm == pre": "part.py:17"}


def test_what_is_no_python_says_nothing():
    asked = spec.loads(LAYER.format(kind="layer"), file="part.yaml")
    assert read(asked, {"part.py": "class Part(:", "other.py": "\0"}).sentences == ()


def goods() -> list[tuple[str, Spec, str]]:
    found = [
        (each.name, contract(each.spec) if isinstance(each.spec, str) else each.spec, each.source)
        for each in entries()
        if not each.trips
    ]
    bound = [(name, *blueprint(name, **chosen)) for name, chosen in bindings()]
    return found + bound


def test_good_drafts_claim_nothing_that_their_contract_denies():
    for name, asked, source in goods():
        said = {line.phrase: line.text for line in asked.requires.values()}
        for claim in claims(asked, read(asked, {"draft.py": source})):
            phrase = claim.text.partition(" == ")[0]
            assert said.get(phrase, claim.text) == claim.text, (name, claim)


def test_a_broken_claim_is_red_with_the_words_and_never_counts_for_the_contract(judged, worker):
    source = SOURCE.format(part="A causal part.", block="", width="", arguments="", file="")
    source = source.replace(
        "self.block = Block()", "self.mix = nn.Conv1d(width, width, 3, padding=1)"
    )
    source += (
        "\n    def forward(self, x):\n        return self.mix(x.transpose(1, 2)).transpose(1, 2)\n"
    )
    asked = spec.loads(LAYER.format(kind="layer"), file="part.yaml")
    report = judged(source, asked, tier="live")
    verdict = next(each for each in report.verdicts if each.check == "causal")
    assert (verdict.outcome, verdict.requirement) == ("failed", "")
    assert "as draft.py:14 says: 'A causal part.'" in verdict.expected
    assert verdict.conditions["implied"] == "causal over time"
    assert verdict.conditions["said at"] == "draft.py:14"
    assert "causal" in {gap.check for gap in report.gaps}
    right = source.replace("3, padding=1)", "1)")
    (verdict,) = replay(asked, one_file(right), ["causal"], worker)
    assert verdict.outcome == "passed"
    allowed = asked.model_copy(update={"allows": {"causal": "it reads both ways"}})
    (verdict,) = replay(allowed, one_file(source), ["causal"], worker)
    assert verdict.outcome == "exempt"
