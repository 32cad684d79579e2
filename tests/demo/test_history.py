"""The demo's target is a real repository: each of its commits is green by its own rules."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.demo import _history, lay
from workbench.demo._history import CHAPTERS, pages

LAST = len(CHAPTERS) - 1
NUMBERS = range(len(CHAPTERS))


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment as a person in that folder would."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(folder / "src")}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    return lay(tmp_path / "target")


def at_chapter(folder: Path, number: int) -> Path:
    git(folder, "checkout", "--quiet", git(folder, "rev-list", "--reverse", "HEAD").split()[number])
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_its_own_tests_pass_after_each_commit(laid: Path, number: int) -> None:
    done = run(at_chapter(laid, number), "pytest", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ passed", done.stdout)
    assert git(laid, "status", "--porcelain") == ""


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_its_own_ruff_settings_hold_after_each_commit(
    laid: Path, number: int, command: list[str]
) -> None:
    done = run(at_chapter(laid, number), "ruff", *command, ".")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["ml", "a_much_longer_name"])
def test_ruff_settings_hold_under_another_name(tmp_path: Path, name: str) -> None:
    folder = lay(tmp_path / "target", name=name)
    for command in (["check"], ["format", "--check"]):
        done = run(folder, "ruff", *command, ".")
        assert done.returncode == 0, done.stdout + done.stderr


def test_its_ruff_settings_can_fail(laid: Path) -> None:
    (laid / "src" / "pocket" / "bad.py").write_text('"""Bad."""\n\n\ndef f(x):\n    print(x)\n')
    done = run(laid, "ruff", "check", ".")
    assert done.returncode == 1
    assert {"ANN001", "D103", "T201"} <= set(re.findall(r"[A-Z]+\d{3}", done.stdout))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "accuracy"),
    [("mlp_blobs", 99), ("mlp_blobs_focal", 80), ("resnet_shapes", 97), ("tiny_gpt_sequences", 90)],
)
def test_its_recipes_learn(laid: Path, recipe: str, accuracy: int) -> None:
    done = run(laid, "pocket", f"configs/{recipe}.yaml")
    assert done.returncode == 0, done.stderr
    reached = re.search(r"accuracy ([\d.]+) %", done.stderr)
    assert reached, done.stderr
    assert float(reached[1]) >= accuracy


def test_its_titles_follow_its_own_rule(laid: Path) -> None:
    titles = git(laid, "log", "--format=%s").splitlines()
    assert len(titles) > 1
    for title in titles:
        assert re.fullmatch(r"[a-z]+: [a-z].*", title)
        assert len(title) <= 60
    assert all(git(laid, "log", "--format=%b", "-1", f":/^{title}") for title in titles)


def test_each_commit_adds_and_takes_nothing_away() -> None:
    for number in NUMBERS[1:]:
        before, after = pages(number - 1), pages(number)
        assert before.keys() < after.keys()
        for path, text in before.items():
            remaining = iter(after[path].splitlines())
            assert all(line in remaining for line in text.splitlines()), path


def test_the_last_commit_holds_every_stored_line() -> None:
    last = pages(LAST)
    stored = {
        file.relative_to(_history._STORE).as_posix(): file.read_text(encoding="utf-8")
        for file in _history._STORE.rglob("*")
        if file.is_file() and "cache" not in str(file.relative_to(_history._STORE))
    }
    stored[".gitignore"] = stored.pop("gitignore")
    assert last == stored


def test_caches_beside_the_stored_files_stay_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    shutil.copytree(_history._STORE, store)
    expected = pages(LAST).keys()
    for cache in ("src/pocket/__pycache__", ".ruff_cache/0.1", ".pytest_cache"):
        (store / cache).mkdir(parents=True, exist_ok=True)
        (store / cache / "left.pyc").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setattr(_history, "_STORE", store)
    assert pages(LAST).keys() == expected


def test_every_model_stands_in_the_readme_and_is_re_exported(laid: Path) -> None:
    readme = (laid / "README.md").read_text()
    exports = (laid / "src" / "pocket" / "models" / "__init__.py").read_text()
    registered = {
        found[1]: found[2]
        for file in (laid / "src" / "pocket" / "models").glob("*.py")
        for found in re.finditer(r"@register\('(\w+)'\)\nclass (\w+)\(Model\)", file.read_text())
    }
    assert {"mlp", "resnet", "tiny_gpt"} <= registered.keys()
    for name, model in registered.items():
        assert f"| `{name}` | `{model}` |" in readme
        assert f"import {model}\n" in exports
        assert f"    '{model}',\n" in exports


def test_the_new_resnet_is_the_one_model_without_tests(laid: Path) -> None:
    registered = {
        file.stem
        for file in (laid / "src" / "pocket" / "models").glob("*.py")
        if re.search(r"^@register\('", file.read_text(), re.MULTILINE)
    }
    tested = {file.stem.removeprefix("test_") for file in (laid / "tests" / "models").glob("*.py")}
    assert registered - tested == {"resnet"}
