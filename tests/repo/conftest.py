"""Git in the tests of this room knows a person of its own and none of the machine's settings."""

from __future__ import annotations

import os
import tempfile

import pytest


@pytest.fixture(autouse=True)
def _own_git(tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("person")
    (home / "config").write_text("[user]\n  name = Ada Example\n  email = ada@example.org\n")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(home))
    # Scratch folders of other runs are not these tests' business.
    (home / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(home / "tmp"))


@pytest.fixture
def scratch_home():
    """Return where temporary folders go."""
    return tempfile.gettempdir()
