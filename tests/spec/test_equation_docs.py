"""The table of functions is complete, and its arguments and defaults are those of the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from workbench.checks._functions import FUNCTIONS
from workbench.spec import EQUATION_FUNCTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "equations.md").read_text(encoding="utf-8")
WRITTEN = dict(re.findall(r"`(\w+)\(([^`]*?)\)`", PAGE))


@pytest.mark.parametrize("name", EQUATION_FUNCTIONS)
def test_every_function_stands_in_the_table(name):
    assert name in WRITTEN


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() & WRITTEN.keys()))
def test_defaults_are_those_of_the_code(name):
    try:
        parameters = inspect.signature(FUNCTIONS[name]).parameters
    except (TypeError, ValueError):
        pytest.skip("numpy does not tell")
    told = re.findall(r"(\w+)=([^,]+)", WRITTEN[name])
    real = [str(one.default) for one in parameters.values() if _told(one)]
    if FUNCTIONS[name].__module__.startswith("workbench"):
        assert [value for _, value in told] == real


def _told(parameter: inspect.Parameter) -> bool:
    return parameter.default is not inspect.Parameter.empty
