"""What every room's tests share: a laid target, and one warm worker for the whole run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import demo
from workbench.sandbox import Worker


@pytest.fixture(scope="session")
def laid_target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the demo's target once; tests take a copy."""
    return demo.lay(tmp_path_factory.mktemp("laid") / "pocket")


@pytest.fixture
def target(laid_target: Path, tmp_path: Path) -> Path:
    """Give a test its own copy of the demo's target."""
    return Path(shutil.copytree(laid_target, tmp_path / "pocket", symlinks=True))


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """Give one warm worker to all tests."""
    with Worker() as warm:
        yield warm
