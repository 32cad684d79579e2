"""The page about models and layers names every phrase and every component that can be asked for."""

from __future__ import annotations

from pathlib import Path

from workbench import registry
from workbench.spec import OPERATIONS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "models.md").read_text(encoding="utf-8")
BOTH = PAGE + (DOCS / "kinds.md").read_text(encoding="utf-8")


def test_every_phrase_is_on_a_page():
    for name in registry.members("checks"):
        phrases = () if name == "law" else registry.load("checks", name).DECIDES
        listed = [phrase for phrase in phrases if not phrase.endswith(" operations")]  # see below
        assert [phrase for phrase in listed if f"`{phrase}" not in BOTH] == [], name


def test_every_operation_is_on_the_page():
    listed = " ".join(PAGE.partition("Operations: ")[2].partition(".\n")[0].split())
    assert listed.split(", ") == list(OPERATIONS)


def test_every_component_is_on_the_page():
    words = " ".join(PAGE.split())
    assert [n for n in registry.members("laws") if n.replace("_", " ") not in words] == []
