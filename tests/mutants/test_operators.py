"""Each operator breaks what its example shows, and leaves alone what it must."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import registry
from workbench.mutants import Grown, grow
from workbench.sandbox import Worker

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"
OPERATORS = registry.members("mutants")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker("stand_ins.caller", roots=[HERE]) as warm:
        yield warm


def example(operator: str) -> tuple[str, str]:
    """Read the code that is mutated, and the function that shows how it behaves."""
    path = EXAMPLES / f"{operator}.py"
    code, _, behaviour = path.read_text(encoding="utf-8").partition("# Behaviour\n")
    assert behaviour, f"{path.name} does not show how its code behaves"
    return code, behaviour


def mutants(operator: str) -> list[Grown]:
    return grow({"example.py": example(operator)[0]}, [operator])


def untouched(code: str) -> Iterator[range]:
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and "untouched" in node.name.lower():
            yield range(node.lineno, (node.end_lineno or node.lineno) + 1)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_mutant_of_the_example_behaves_in_another_way(worker, operator):
    _, behaviour = example(operator)
    sources = {f"mutant{place}": one.source for place, one in enumerate(mutants(operator))}
    assert sources, "the operator finds nothing in its own example"
    sources = {"original": example(operator)[0], **sources}
    with worker.candidate({name: text + behaviour for name, text in sources.items()}) as candidate:
        said = candidate.ask("behave", {"modules": list(sources)})
    assert not str(said["original"]).startswith("raised")
    alike = [name for name in sources if name != "original" and said[name] == said["original"]]
    found = dict(zip(list(sources)[1:], mutants(operator), strict=True))
    assert not alike, "\n".join(found[name].mutant.diff for name in alike)


@pytest.mark.parametrize("operator", OPERATORS)
def test_what_must_be_left_alone_is(operator):
    code, _ = example(operator)
    protected = [line for lines in untouched(code) for line in lines]
    assert protected, "the example shows nothing that must be left alone"
    assert [one.mutant.diff for one in mutants(operator) if one.mutant.line in protected] == []


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator_teaches(operator):
    module = importlib.import_module(f"workbench.mutants.{operator}")
    assert module.RANK in (0, 1, 2)
    for one in mutants(operator):
        assert one.mutant.what
        assert one.mutant.why
        assert one.mutant.fix


def test_every_example_belongs_to_an_operator():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(OPERATORS)
