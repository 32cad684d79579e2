"""Attack the target as an implementer sees it: it reads what is committed and nothing else."""

from __future__ import annotations

import pytest
from repositories import PACKAGE, repository, spec, write

from workbench.errors import TargetError
from workbench.repo import Target, place, study
from workbench.spec import loads

MLP = "src/pocketnet/models/mlp.py"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "outside.py").write_text("SECRET = 1\n")
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "link.py").symlink_to(tmp_path / "outside.py")
    files = {
        **PACKAGE,
        ".env": "KEY=1\n",
        "keys/server.pem": "-----\n",
        ".aws/config": "[default]\n",
        "weights.pt": b"\0\1",
        "notes.md": b"one\r\ntwo\r\n",
        "latin.md": "Jos\xe9\n".encode("latin-1"),
        ".gitignore": "out\n",
    }
    root = repository(tmp_path / "target", files)
    return write(root, {"loose.py": "A = 1\n", "out/made.py": "A = 1\n"})


@pytest.fixture
def target(root):
    found = study(root)
    return Target(found, place(found, spec()))


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("../outside.py", "refused"),
        ("src/../../outside.py", "refused"),
        ("/etc/passwd", "not relative"),
        (".git/config", "git's own folder"),
        ("link.py", "symbolic link"),
        (".env", "keys or passwords"),
        ("keys/server.pem", "keys or passwords"),
        (".aws/config", "keys or passwords"),
        ("loose.py", "no committed file"),
        ("out/made.py", "no committed file"),
        ("latin.md", "not UTF-8"),
        ("weights.pt", "binary"),
        ("src/pocketnet/models/mpl.py", "did you mean 'src/pocketnet/models/mlp.py'"),
        ("src", "no committed file"),
    ],
)
def test_what_is_not_read(target, path, match):
    with pytest.raises(TargetError, match=match) as caught:
        target.read(path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_became_a_link_is_not_followed(target, root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mlp.py").write_text("SECRET = 1\n")
    (root / "src/pocketnet/models").rename(root / "src/pocketnet/kept")
    (root / "src/pocketnet/models").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TargetError, match="symbolic link"):
        target.read(MLP)


def test_the_files_are_the_committed_texts_without_secrets(target):
    assert set(target.files()) == {*PACKAGE, "notes.md", "latin.md", ".gitignore"}


def test_a_file_is_read_as_it_stands_with_plain_line_breaks(target, root):
    assert target.read("notes.md") == "one\ntwo\n"
    write(root, {MLP: "CHANGED = 1\n"})
    assert target.read(MLP) == "CHANGED = 1\n"


def test_study_and_placement_are_at_hand(target):
    assert target.study.commit
    assert target.placement.path == "src/pocketnet/models/text_classifier.py"


def test_a_folder_without_git_is_read_too(tmp_path):
    root = write(tmp_path / "plain", {"a.py": "A = 1\n", ".env": "KEY=1\n"})
    found = study(root)
    target = Target(found, place(found, spec()))
    assert target.files() == ("a.py",)
    assert target.read("a.py") == "A = 1\n"


# --- the format ------------------------------------------------------------------------------

UGLY = "import torch\nimport os\nfrom pocketnet.layers import Attention\nx = {'a':\"b\"}\n"


def _format(root, files, source, path="src/pocketnet/models/new.py"):
    found = study(repository(root, files))
    return Target(found, place(found, spec())).format(path, source)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"pyproject.toml": "[tool.ruff.format]\nquote-style = 'single'\n"}, "x = {'a': 'b'}\n"),
        ({"ruff.toml": "line-length = 20\n"}, 'x = {"a": "b"}\n'),
        ({"pyproject.toml": "[tool.black]\nline-length = 96\n"}, "x = {'a': 'b'}\n"),
        ({}, "x = {'a': 'b'}\n"),
    ],
)
def test_the_targets_own_style_applies(tmp_path, settings, line):
    single = {"src/pocketnet/other.py": "A = 'a'\nB = 'b'\nC = 'c'\nD = ['MLP', 'TinyGPT']\n"}
    formatted = _format(tmp_path / "target", {**PACKAGE, **single, **settings}, UGLY)
    assert formatted.startswith("import os\n\nimport torch\n\nfrom pocketnet.layers import")
    assert formatted.endswith(line)


def test_measured_line_length_and_indentation_apply(tmp_path):
    body = "".join(f"def f{n}():\n  return {'1' * 100}\n\n\n" for n in range(20))
    arguments = "first_argument, second_argument, third_argument, fourth_argument, fifth_one"
    source = f"def f({arguments}):\n    return 1\n"
    formatted = _format(tmp_path / "target", {"a.py": body}, source, "b.py")
    assert formatted.split("\n")[0] == source.split("\n")[0]
    assert formatted.split("\n")[1] == "  return 1"


def test_settings_that_ruff_refuses_do_not_stop_the_format(tmp_path):
    files = {**PACKAGE, "ruff.toml": "required-version = '==0.0.1'\n"}
    assert _format(tmp_path / "target", files, "x={1:2}\n") == "x = {1: 2}\n"


def test_the_persons_environment_does_not_change_the_format(tmp_path, monkeypatch):
    monkeypatch.setenv("RUFF_LINE_LENGTH", "20")
    line = "x = [1111111111, 2222222222, 3333333333]\n"
    assert _format(tmp_path / "target", {"a.py": "A = 1\n"}, line, "b.py") == line


@pytest.mark.parametrize("source", ["def f(:\n", "", "class A\n  x"])
def test_what_does_not_parse_comes_back_unchanged(tmp_path, source):
    assert _format(tmp_path / "target", PACKAGE, source) == source


def test_formatting_writes_nothing(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    before = sorted(root.rglob("*"))
    found = study(root)
    Target(found, place(found, spec())).format("src/pocketnet/models/new.py", UGLY)
    assert sorted(root.rglob("*")) == before


def test_a_path_outside_has_no_format(target):
    with pytest.raises(TargetError, match="refused"):
        target.format("../x.py", "A = 1\n")


def test_a_module_that_is_not_there_yet_is_sorted_as_the_targets_own(laid_target):
    """Ruff tells own imports by their files, and a draft has none yet."""
    studied = study(laid_target)
    placed = Target(studied, place(studied, loads("name: Fresh\nkind: layer\ntext: t")))
    source = f"import torch\nfrom {placed.placement.module} import Fresh\n\nprint(Fresh, torch)\n"
    ordered = placed.format(placed.placement.test_path, source)
    assert ordered.startswith("import torch\n\nfrom pocket.")
