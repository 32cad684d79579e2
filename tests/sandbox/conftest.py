"""A warm worker with small limits, on machines that offer everything and on poorer ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from machines import NO_NAMESPACES, poorer_python

from workbench.sandbox import Candidate, Limits, Worker

HERE = Path(__file__).parent
SMALL = Limits(
    seconds=10,
    memory_bytes=256 * 2**20,
    output_bytes=2**16,
    reply_bytes=2**24,
    file_bytes=2**22,
    open_files=64,
    threads=16,
)
Run = Callable[..., object]


@pytest.fixture(scope="session", params=["all means", "without namespaces"])
def worker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """A worker that all tests share, because each must leave it as good as new."""
    python = None
    if request.param == "without namespaces":
        python = poorer_python(tmp_path_factory.mktemp("poorer"), NO_NAMESPACES)
    with Worker("stand_ins.plain", limits=SMALL, roots=[HERE], python=python) as shared:
        yield shared


@pytest.fixture
def draft(worker: Worker) -> Iterator[Callable[..., Candidate]]:
    """Open candidates for draft code; afterwards the same worker must still make good ones."""
    opened: list[Candidate] = []

    def open_draft(source: str, **options: object) -> Candidate:
        opened.append(worker.candidate({"draft": source}, **options))  # type: ignore[arg-type]
        return opened[-1]

    process = worker._zygote
    yield open_draft
    for candidate in opened:
        candidate.close()
    with worker.candidate({}) as next_one:
        assert next_one.ask("echo", {"good": "as new"}) == {"good": "as new"}
    assert process is None or worker._zygote is process, "the attack has cost the warm process"


@pytest.fixture
def run(draft: Callable[..., Candidate]) -> Run:
    """Run a draft's function ``run`` in a fresh candidate and return its value."""

    def run_draft(source: str, *given: object, seconds: float | None = None) -> object:
        arguments = {"module": "draft", "with": list(given)}
        return draft(source).ask("call", arguments, seconds=seconds)["value"]

    return run_draft
