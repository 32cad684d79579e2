"""``workbench test`` as a person runs it: the contract first, then the tests and their kills."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import demo
from workbench.spec import load


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench", "test", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=280)


@pytest.mark.slow
def test_code_that_is_there_gets_tests_after_its_contract_was_confirmed(tmp_path):
    target = demo.lay(tmp_path / "pocket")
    asked = ("src/pocket/models/mlp.py", "--repo", target, "--quiet")
    unconfirmed = run(*asked, cwd=tmp_path)
    assert unconfirmed.returncode == 2
    assert "confirm it with --yes" in unconfirmed.stderr
    contract = load(tmp_path / "specs" / "mlp_tests.yaml")
    assert (contract.name, contract.existing) == ("MLP", "src/pocket/models/mlp.py")
    assert str(contract.inputs["x"]) == 'float "batch in_features"'
    confirmed = run(*asked, "--yes", "--json", "--export", "--kills", "20", cwd=tmp_path)
    assert confirmed.returncode == 0, confirmed.stderr
    made = json.loads(confirmed.stdout)
    kills = [row["outcome"] for row in made["outcome"]["report"]["kills"]["kills"]]
    assert kills.count("killed") >= 0.9 * (kills.count("killed") + kills.count("survived"))
    assert made["export"]["paths"] == ["tests/models/test_mlp_contract.py"]


def test_a_file_without_a_module_is_refused_in_one_sentence(tmp_path):
    target = demo.lay(tmp_path / "pocket")
    done = run("src/pocket/recipe.py", "--repo", target, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("workbench: src/pocket/recipe.py has no class with a forward")
