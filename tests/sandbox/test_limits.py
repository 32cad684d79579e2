from __future__ import annotations

import pytest

from workbench.errors import UsageError
from workbench.sandbox import Limits


@pytest.mark.parametrize("name", ["seconds", "memory_bytes", "output_bytes", "threads"])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), True])
def test_a_limit_that_cannot_be_kept_is_refused(name: str, value: float) -> None:
    with pytest.raises(UsageError, match=f"limit {name} is"):
        Limits(**{name: value})  # type: ignore[arg-type]


def test_no_processes_at_all_is_a_limit() -> None:
    assert Limits(processes=0).processes == 0
    with pytest.raises(UsageError, match="limit processes is -1"):
        Limits(processes=-1)
