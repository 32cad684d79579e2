"""The page about the other kinds names every phrase that their checks decide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench import registry, spec
from workbench.checks import plan

PAGE = (Path(__file__).parents[2] / "docs" / "kinds.md").read_text(encoding="utf-8")
KINDS = {"loss", "metric", "dataset", "training"}
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split()[1])
def test_an_example_is_a_spec_that_can_be_checked(text: str):
    assert plan(spec.loads(text), "full")


def test_every_phrase_of_a_check_for_these_kinds_alone_is_on_the_page():
    for name in registry.members("checks"):
        module = registry.load("checks", name)
        if module.KINDS and KINDS.issuperset(module.KINDS):
            assert all(f"`{phrase}" in PAGE for phrase in module.DECIDES), name
