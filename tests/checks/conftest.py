"""One way to judge drafts, good and bad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gallery import PATIENCE, contract, one_file

from workbench.records import Report
from workbench.sandbox import Worker
from workbench.sandbox.judge import judge
from workbench.spec import Spec


@pytest.fixture(scope="session")
def judged(worker: Worker) -> Callable[..., Report]:
    """Judge a source against a spec, or against one of the gallery by its name."""

    def run(source: str, against: str | Spec, **options: Any) -> Report:
        asked = contract(against) if isinstance(against, str) else against
        return judge(asked, one_file(source), worker, **{"patience": PATIENCE, **options})

    return run
