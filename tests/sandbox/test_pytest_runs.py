from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workbench.errors import CandidateLost, CandidateRaised
from workbench.sandbox import Candidate

Draft = Callable[..., Candidate]
MODULE = "def double(x):\n    if x < 0:\n        raise ValueError('negative')\n    return 2 * x\n"


def by_name(found: list[dict[str, object]]) -> dict[str, dict[str, Any]]:
    return {str(result["id"]).split("::")[-1]: result for result in found}


def test_a_test_that_never_ends_is_named(draft: Draft) -> None:
    source = "def test_good(): pass\ndef test_loop():\n    while True: pass\n"
    with pytest.raises(CandidateLost, match=r"test_loop\.py::test_loop") as caught:
        draft("").run_tests({"test_loop.py": source}, seconds=2)
    assert caught.value.reason == "time"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("os._exit(0)", "exited"),
        ("os.kill(os.getpid(), 11)", "signal"),
        ("os.write(3, b'x' * 100)", "protocol"),
        ("[print('x' * 1000) for _ in range(1000)]", "output"),
    ],
)
def test_tests_end_like_any_draft(draft: Draft, act: str, reason: str) -> None:
    source = f"import os\ndef test_it():\n    {act}\n    import time; time.sleep(60)\n"
    with pytest.raises(CandidateLost) as caught:
        draft("").run_tests({"test_it.py": source}, seconds=20)
    assert caught.value.reason == reason


@pytest.mark.parametrize("path", ["../test_out.py", "/tmp/test_out.py", "a/../../../test_out.py"])
def test_a_path_that_leads_outside_is_refused(draft: Draft, path: str) -> None:
    with pytest.raises(CandidateRaised, match=r"leads outside|Permission|Read-only"):
        draft("").run_tests({path: "def test_it(): pass\n"})


def test_results_that_are_forged_in_shape_are_refused(draft: Draft) -> None:
    candidate = draft(MODULE)
    source = (
        "import workbench.sandbox._tests as tests\n"
        "tests.Recorder._keep = lambda self, name, *rest: self.results.update({name: 'passed'})\n"
        "def test_it(): assert False\n"
    )
    with pytest.raises(CandidateLost) as caught:
        candidate.run_tests({"test_it.py": source})
    assert caught.value.reason == "protocol"


def test_each_outcome_is_told(draft: Draft) -> None:
    source = (
        "import pytest\n"
        "from draft import double\n"
        "@pytest.fixture\n"
        "def broken():\n"
        "    raise RuntimeError('no fixture')\n"
        "def test_good():\n"
        "    assert double(2) == 4\n"
        "def test_bad():\n"
        "    value = double(2)\n"
        "    assert value == 5\n"
        "def test_raises():\n"
        "    double(-1)\n"
        "def test_broken(broken): pass\n"
        "@pytest.mark.skip(reason='not today')\n"
        "def test_skipped(): pass\n"
        "@pytest.mark.parametrize('x', [1, 2])\n"
        "def test_each(x): assert x == 1\n"
        "@pytest.mark.xfail(reason='known')\n"
        "def test_known(): assert False\n"
        "class TestInClass:\n"
        "    def test_method(self, tmp_path):\n"
        "        (tmp_path / 'x').write_text('y')\n"
    )
    found = by_name(draft(MODULE).run_tests({"tests/unit/test_all.py": source}))
    outcomes = {name: result["outcome"] for name, result in found.items()}
    assert outcomes == {
        "test_good": "passed",
        "test_bad": "failed",
        "test_raises": "failed",
        "test_broken": "error",
        "test_skipped": "skipped",
        "test_each[1]": "passed",
        "test_each[2]": "failed",
        "test_known": "skipped",
        "test_method": "passed",
    }
    assert found["test_bad"]["line"] == 10
    assert "assert 4 == 5" in found["test_bad"]["message"]
    assert found["test_raises"]["message"] == "ValueError: negative"
    assert "not today" in found["test_skipped"]["message"]
    assert found["test_good"]["id"] == "tests/unit/test_all.py::test_good"
    assert found["test_good"]["seconds"] >= 0


@pytest.mark.parametrize("source", ["import no_such_module\n", "def test_it(:\n", "1 / 0\n"])
def test_a_file_that_cannot_be_imported_is_an_error(draft: Draft, source: str) -> None:
    (result,) = draft("").run_tests({"test_it.py": source})
    assert (result["id"], result["outcome"]) == ("test_it.py", "error")
    assert result["message"]


def test_an_error_in_one_file_does_not_hide_the_others(draft: Draft) -> None:
    found = draft("").run_tests(
        {"test_a.py": "import no_such_module\n", "test_b.py": "def test_it(): pass\n"}
    )
    outcomes = {result["id"]: result["outcome"] for result in found}
    assert outcomes == {"test_a.py": "error", "test_b.py::test_it": "passed"}


def test_shared_fixtures_and_neighbours_are_found(draft: Draft) -> None:
    found = draft("").run_tests(
        {
            "tests/conftest.py": "import pytest\n@pytest.fixture\ndef three(): return 3\n",
            "tests/numbers_of_ours.py": "FOUR = 4\n",
            "tests/test_it.py": (
                "from tests.numbers_of_ours import FOUR\ndef test_it(three): assert three < FOUR\n"
            ),
        }
    )
    assert [result["outcome"] for result in found] == ["passed"]


def test_a_drafts_tests_can_be_run_twice_with_changes(draft: Draft) -> None:
    candidate = draft(MODULE)
    first = candidate.run_tests({"test_it.py": "def test_it(): assert True\n"})
    second = candidate.run_tests({"test_it.py": "def test_it(): assert False\n"})
    assert [first[0]["outcome"], second[0]["outcome"]] == ["passed", "failed"]


def test_no_tests_are_no_results(draft: Draft) -> None:
    assert draft("").run_tests({"test_it.py": "x = 1\n"}) == []
