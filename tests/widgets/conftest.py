from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from workbench.records import (
    Cell,
    Draft,
    Edit,
    Evidence,
    Export,
    Finding,
    FlowStep,
    Gradient,
    Note,
    Placement,
    Report,
    Study,
    TestResult,
    Verdict,
)
from workbench.spec import Spec, loads

CONTRACT = """\
name: TextClassifier
kind: model
text: |
  A transformer-based classifier with 6 layers and 8 heads.
options: {num_layers: 6, num_heads: 8, vocab_size: 100}
sizes: {batch: 0..4, time: 1..16}
inputs:
  tokens: int64 "batch time" in 0..vocab_size-1
  mask?: bool "batch time"
outputs:
  logits: float "batch 3"
requires:
  - attention layers == num_layers
  - attention heads == num_heads
allows: {determinism: "dropout by design"}
assumptions:
  - {about: pooling, text: mean over real tokens, alternative: the first token}
"""


@pytest.fixture
def spec() -> Spec:
    return loads(CONTRACT)


def study_with(text: str) -> tuple[Study, Placement]:
    evidence = (Evidence(path=text, line=3, text=text), Evidence(path="b.py"))
    findings = (
        Finding(topic=text, value=text, share=0.9, seen=10, evidence=evidence),
        Finding(topic="list", value=[text, 1]),
        Finding(topic="mapping", value={text: text}),
        Finding(topic="nested", value=[{"a": text}]),
    )
    edit = Edit(path=text, before=text, after=text, reason=text)
    placement = Placement(
        path=text, module=text, test_path=text, base=text, edits=(edit,), evidence=evidence
    )
    return Study(root=text, findings=findings, skipped={text: text}), placement


def draft_with(text: str) -> Draft:
    kinds = ("assumption", "concern", "improvement")
    notes = [
        Note(kind=kind, text=text, reason=text, about=text, alternative=text) for kind in kinds
    ]
    return Draft(
        implementer=text,
        module=text,
        cells=(Cell(id="a", role="module", path=text, source=f"# {text}\nx = '{text}'\n{text}"),),
        edits=(Edit(path=text, before=text, after=text, reason=text),),
        notes=tuple(notes),
        summary=text,
    )


def report_with(text: str, spec_hash: str = "s") -> Report:
    verdict = Verdict(
        check=text,
        requirement="R1",
        outcome="failed",
        seen=text,
        expected=text,
        where=text,
        reason=text,
        fix=text,
        conditions={text: text},
    )
    return Report(
        spec_hash=spec_hash,
        draft_hash=text,
        environment={text: text},
        verdicts=(verdict, verdict.model_copy(update={"requirement": ""})),
        tests=(TestResult(id=text, outcome="failed", message=text),),
        flow=(FlowStep(name=text, type=text, output=text, parameters=3),),
        gradients=(Gradient(name=text, norm=None, size=2), Gradient(name="b", norm=1.0, size=2)),
        guarantees={text: text},
    )


def export_with(text: str) -> Export:
    return Export(repo=text, branch=text, commit=text, base=text, paths=(text, text))


def everything_with(text: str) -> list[tuple[object, ...]]:
    """Every record that can be shown, with a text in every field that holds text."""
    return [
        study_with(text),
        (draft_with(text),),
        (report_with(text),),
        (export_with(text),),
        (ValueError(text),),
    ]


class Markup(HTMLParser):
    """What a browser would make of markup: elements, attributes, text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.open.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def parse() -> Callable[[str], Markup]:
    return Markup


@pytest.fixture
def everything() -> Callable[[str], list[tuple[object, ...]]]:
    return everything_with


@pytest.fixture
def report() -> Callable[..., Report]:
    return report_with
