"""No test of a draft is believed that forges its outcome; honest ones are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from workbench.records import Cell, Draft, TestResult
from workbench.sandbox import Worker
from workbench.sandbox._bench import Bench
from workbench.sandbox._drafts import sources
from workbench.sandbox._outcomes import word
from workbench.sandbox._sabotage import sabotaged

FORGED = sorted((Path(__file__).parent / "forged_tests").glob("*.py"))
WRONG = 'def double(number, times=3):\n    """Doubles."""\n    return times * number\n'
RIGHT = WRONG.replace("times=3", "times=2")
HONEST = """\
import pytest
from draft import double

GOOD = [1, 2]


@pytest.fixture
def test_number():
    return 4


@pytest.mark.parametrize("number", GOOD)
def test_each(number, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("json.dumps", lambda *_: "{}")
    (tmp_path / "number").write_text(str(double(number)))
    assert (tmp_path / "number").read_text() == str(2 * number)


def test_it_doubles(test_number):
    assert double(test_number) == 8


def test_it_needs_a_number():
    with pytest.raises(TypeError):
        double()


@pytest.mark.skip(reason="not today")
def test_later(): ...


if GOOD:
    def test_here(): assert double(0) == 0


class _Base:
    def test_of_both(self): assert double(self.number) == 2 * self.number


class TestFour(_Base):
    number = 4

    def test_own(self): assert double(4) == 8


test_again = test_here
"""
Run = Callable[[str, Mapping[str, str]], list[TestResult]]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One worker, on the machine as it is: what is confined is attacked elsewhere."""
    with Worker("stand_ins.plain", roots=[Path(__file__).parent]) as warm:
        yield warm


@pytest.fixture
def ran(worker: Worker) -> Run:
    def run(module: str, tests: Mapping[str, str]) -> list[TestResult]:
        cell = Cell(id="module", role="module", path="draft.py", source=module)
        draft = Draft(implementer="test", module="draft", cells=(cell,))
        broken = sabotaged(draft, word())
        assert broken is not None
        with Bench(worker, sources(draft, None, "."), 0, None) as bench:
            return list(bench.tests(tests, sources(broken, None, ".")))

    return run


@pytest.mark.parametrize("path", FORGED, ids=lambda path: path.stem)
def test_a_forged_outcome_is_not_believed(path: Path, ran: Run) -> None:
    text = path.read_text(encoding="utf-8")
    says = text.splitlines()[0].removeprefix("# says: ")
    results = ran(WRONG, _files(text))
    bad = [result for result in results if result.outcome in ("failed", "error")]
    assert any(says in f"{result.id} {result.message}" for result in bad), results


def _files(text: str) -> dict[str, str]:
    first, *parts = re.split(r"^# (conftest\.py|test_it\.py)$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True)) or {"test_it.py": first}


def test_honest_tests_are_believed(ran: Run) -> None:
    results = ran(RIGHT, {"test_it.py": HONEST, "conftest.py": "def pytest_configure(): ...\n"})
    assert {result.outcome for result in results} == {"passed", "skipped"}, results
    assert {result.id.partition("[")[0].rpartition("::")[2] for result in results} == {
        *("test_each", "test_it_doubles", "test_it_needs_a_number", "test_later", "test_here"),
        *("test_of_both", "test_own", "test_again"),
    }


def test_a_wrong_module_fails_honest_tests(ran: Run) -> None:
    failed = [result for result in ran(WRONG, {"test_it.py": HONEST}) if result.outcome == "failed"]
    assert any("test_it_doubles" in result.id for result in failed)


def test_a_module_without_functions_is_not_sabotaged() -> None:
    cell = Cell(id="module", role="module", path="draft.py", source="WIDTH = 3\n")
    assert sabotaged(Draft(implementer="test", module="draft", cells=(cell,)), word()) is None
