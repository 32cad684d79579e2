from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.errors import CandidateRaised
from workbench.sandbox import Worker


@pytest.fixture
def target(tmp_path: Path) -> Path:
    models = tmp_path / "target" / "pocket" / "models"
    models.mkdir(parents=True)
    (models.parent / "__init__.py").write_text("NAME = 'pocket on disk'\n")
    (models / "__init__.py").write_text("from pocket.models.base import KIND\n")
    (models / "base.py").write_text("KIND = 'base on disk'\n")
    (models / "old.py").write_text("WHAT = 'old on disk'\n")
    return tmp_path / "target"


Ask = Callable[..., object]


@pytest.fixture
def ask(worker: Worker, target: Path) -> Ask:
    def ask_candidate(sources: dict[str, str], module: str, **options: object) -> object:
        with worker.candidate(sources, search_path=[target], **options) as candidate:  # type: ignore[arg-type]
            return candidate.ask("call", {"module": module})["value"]

    return ask_candidate


def test_a_draft_cannot_replace_what_is_in_use(worker: Worker) -> None:
    with pytest.raises(CandidateRaised, match="cannot replace 'json'"):
        worker.candidate({"json": "def loads(text): return 'forged'"})


def test_a_target_does_not_shadow_the_standard_library(target: Path, ask: Ask) -> None:
    (target / "colorsys.py").write_text("raise SystemError('not this one')\n")
    source = "import colorsys\ndef run(): return colorsys.rgb_to_hsv(1, 1, 1)[2]\n"
    assert ask({"draft": source}, "draft") == 1


def test_a_draft_module_stands_among_the_targets_own(ask: Ask) -> None:
    source = (
        "from pocket import NAME\nfrom pocket.models import KIND\n"
        "from .old import WHAT\n"
        "def run(): return [NAME, KIND, WHAT, __name__, __package__]\n"
    )
    assert ask({"pocket.models.new": source}, "pocket.models.new") == [
        "pocket on disk",
        "base on disk",
        "old on disk",
        "pocket.models.new",
        "pocket.models",
    ]


def test_a_draft_module_shadows_the_targets(ask: Ask) -> None:
    sources = {
        "pocket.models.old": "WHAT = 'old as drafted'\n",
        "draft": "from pocket.models.old import WHAT\ndef run(): return WHAT\n",
    }
    assert ask(sources, "draft") == "old as drafted"


def test_a_drafted_package_keeps_the_files_beside_it(ask: Ask) -> None:
    sources = {
        "pocket.models": "from pocket.models.base import KIND\nKIND += ', drafted package'\n",
        "draft": (
            "import pocket.models, pocket.models.old\n"
            "def run(): return [pocket.models.KIND, pocket.models.old.WHAT]\n"
        ),
    }
    assert ask(sources, "draft") == ["base on disk, drafted package", "old on disk"]


def test_packages_that_only_the_draft_knows_are_made(ask: Ask) -> None:
    sources = {
        "pocket.new.deep.layer": "def run(): return __package__\n",
        "alone.part": "from pocket.new.deep import layer\ndef run(): return layer.run()\n",
    }
    assert ask(sources, "alone.part") == "pocket.new.deep"


def test_tracebacks_show_the_cells_line(worker: Worker) -> None:
    source = (
        "import math\n\ndef run():\n    return inner()\n\ndef inner():\n    return math.sqrt(-1)\n"
    )
    with (
        worker.candidate({"pocket.new": source}) as candidate,
        pytest.raises(CandidateRaised) as caught,
    ):
        candidate.ask("call", {"module": "pocket.new"})
    error = caught.value
    assert (error.kind, error.where) == ("ValueError", "<cell pocket/new.py>:7")
    assert error.trace[-1] == {
        "file": "<cell pocket/new.py>",
        "line": 7,
        "function": "inner",
        "text": "return math.sqrt(-1)",
    }
    assert [frame["function"] for frame in error.trace] == ["answer", "run", "inner"]


def test_the_path_that_is_shown_can_be_given(worker: Worker) -> None:
    paths = {"pocket.new": "src/pocket/new.py"}
    with (
        worker.candidate({"pocket.new": "def run(): 1 / 0\n"}, paths=paths) as candidate,
        pytest.raises(CandidateRaised, match=r"at <cell src/pocket/new.py>:1"),
    ):
        candidate.ask("call", {"module": "pocket.new"})


def test_a_syntax_error_names_cell_and_line(worker: Worker) -> None:
    with (
        worker.candidate({"pocket.new": "x = 1\ndef run(:\n"}) as candidate,
        pytest.raises(CandidateRaised) as caught,
    ):
        candidate.ask("call", {"module": "pocket.new"})
    assert (caught.value.kind, caught.value.where) == ("SyntaxError", "<cell pocket/new.py>:2")
    assert caught.value.trace[-1]["text"] == "def run(:"


def test_inspect_finds_a_drafts_source(ask: Ask) -> None:
    source = (
        "import inspect\nclass Layer:\n    size = 3\ndef run(): return inspect.getsource(Layer)\n"
    )
    assert ask({"pocket.new": source}, "pocket.new") == "class Layer:\n    size = 3\n"


def test_the_seed_decides_random_numbers(ask: Ask) -> None:
    source = (
        "import random\nimport numpy\ndef run(): return [random.random(), numpy.random.rand()]\n"
    )
    first, second, other = (ask({"draft": source}, "draft", seed=seed) for seed in (1, 1, 2))
    assert first == second
    assert first != other
