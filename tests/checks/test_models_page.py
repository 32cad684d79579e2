"""The page about models and layers names every phrase and every component that can be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import registry
from workbench.spec import EQUATION_FUNCTIONS, OPERATIONS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "models.md").read_text(encoding="utf-8")
BOTH = PAGE + (DOCS / "kinds.md").read_text(encoding="utf-8")


def test_every_phrase_is_on_a_page():
    for name in registry.members("checks"):
        phrases = () if name == "law" else registry.load("checks", name).DECIDES
        listed = [phrase for phrase in phrases if not phrase.endswith(" operations")]  # see below
        assert [phrase for phrase in listed if f"`{phrase}" not in BOTH] == [], name


@pytest.mark.parametrize(
    ("title", "names"), [("Operations", OPERATIONS), ("Functions", EQUATION_FUNCTIONS)]
)
def test_every_operation_and_function_is_on_the_page(title, names):
    listed = " ".join(PAGE.partition(f"{title}: ")[2].partition(".\n")[0].split())
    assert listed.split(", ") == list(names)


def test_every_component_is_on_the_page():
    words = " ".join(PAGE.split())
    assert [n for n in registry.members("laws") if n.replace("_", " ") not in words] == []
