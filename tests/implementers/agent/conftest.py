from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_room import KEY, Room

collect_ignore = ["hostile"]  # targets, whose own tests are none of ours


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    made = Room(tmp_path)
    yield made
    if made.endpoint is not None:
        made.endpoint.close()
