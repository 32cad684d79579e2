from __future__ import annotations

import subprocess
import sys

import pytest

from workbench import registry
from workbench.errors import UsageError

ROOMS = ["blueprints", "checks", "frameworks", "implementers", "laws"]


@pytest.mark.parametrize("room", ROOMS)
def test_listing_imports_nothing(room):
    code = (
        "import sys; from workbench import registry; "
        f"assert registry.members({room!r}); "
        f"assert not any(m.startswith('workbench.{room}') for m in sys.modules); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_member_gets_the_nearest_one():
    with pytest.raises(UsageError, match="did you mean 'blueprint'"):
        registry.load("implementers", "blueprnt")


def test_furniture_is_no_member():
    for room in ROOMS:
        assert not any(name.startswith("_") for name in registry.members(room))
    with pytest.raises(UsageError):
        registry.load("checks", "__init__")


def test_a_path_is_no_member():
    with pytest.raises(UsageError):
        registry.source("blueprints", "../errors")


def test_a_file_that_is_dropped_in_is_a_member(tmp_path, monkeypatch):
    room = tmp_path / "rooms"
    room.mkdir()
    (room / "one.py").write_text("raise RuntimeError('listing must not import')")
    monkeypatch.setattr(registry, "__file__", str(tmp_path / "registry.py"))
    assert registry.members("rooms") == ["one"]
    assert registry.source("rooms", "one").startswith("raise")
