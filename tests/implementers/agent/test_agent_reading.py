from __future__ import annotations

import pytest
from agent_room import Folder

from workbench.implementers._agent import reading
from workbench.implementers._agent.outlines import outline
from workbench.implementers._agent.ranking import ranked
from workbench.implementers._agent.reading import Library, Unseen, is_secret
from workbench.implementers._agent.spending import prices_of
from workbench.records import Evidence, Finding, Study
from workbench.spec import loads

SECRETS = [
    ".env",
    "a/.env.local",
    "prod.env",
    ".git/config",
    "x/id_rsa",
    "id_ed25519.pub",
    "k.pem",
    "a/server.key",
    ".netrc",
    ".pypirc",
    "secrets.yaml",
    "conf/secrets/db.txt",
    "terraform.tfstate",
    "credentials.json",
    ".aws/config",
    ".ssh/config",
    "my-service-account-1.json",
]
ORDINARY = [
    "src/environment.py",
    "src/env.py",
    "src/keys.py",
    "lib/secret_sharing.py",
    ".github/workflows/ci.yml",
    "environment.yml",
    "docs/credentials_howto.md",
    "monkey.py",
    ".gitignore",
]


@pytest.mark.parametrize("path", SECRETS)
def test_secrets_are_known_by_their_names(path):
    assert is_secret(path)


@pytest.mark.parametrize("path", ORDINARY)
def test_ordinary_files_are_not_taken_for_secrets(path):
    assert not is_secret(path)


def _library(tmp_path, study=None):
    target = Folder(tmp_path)
    return Library(target, study or Study(root=str(tmp_path))), target


def test_a_long_file_comes_in_windows(tmp_path):
    rows = [f"row {number}" for number in range(1, 1001)]
    (tmp_path / "long.py").write_text("\n".join(rows) + "\n")
    library, _ = _library(tmp_path)
    first = library.read("long.py")
    assert "lines 1-400 of 1000" in first
    assert first.endswith("More follows: read_file with start=401.")
    last = library.read("long.py", 801, 5000)
    assert "lines 801-1000 of 1000" in last
    assert " 1000| row 1000" in last
    assert "More follows" not in last
    with pytest.raises(Unseen, match="has 1000 lines; line 1001"):
        library.read("long.py", 1001)


def test_guidance_stays_within_its_budget(tmp_path):
    for name in ("CLAUDE.md", "CONTRIBUTING.md", "README.md"):
        (tmp_path / name).write_text("a rule of the house\n" * 700)
    finding = Finding(topic="guidance", value=["CLAUDE.md", "CONTRIBUTING.md", "README.md"])
    library, _ = _library(tmp_path, Study(root=str(tmp_path), findings=(finding,)))
    text = library.read_guidance()
    assert len(text) < reading.GUIDANCE_BUDGET * 1.1
    assert text.startswith("CLAUDE.md, lines 1-700")
    assert text.endswith("Further guidance, to read with read_file: CONTRIBUTING.md")


def test_of_a_long_readme_only_what_speaks_of_code_is_shown(tmp_path):
    tables = "## Results\n" + "| a | 81.2 |\n" * 200
    code = "## Contributing\nEvery module has a test.\n```sh\n# Results of it\n```\nAnd so on.\n"
    (tmp_path / "README.md").write_text("# Nets\nSome nets.\n" + tables + code)
    finding = Finding(topic="guidance", value=["README.md"])
    library, _ = _library(tmp_path, Study(root=str(tmp_path), findings=(finding,)))
    text = library.read_guidance()
    assert "Some nets." in text
    assert "Every module has a test." in text
    assert "And so on." in text  # a comment in a fence is no heading
    assert "81.2" not in text
    assert "'Results' (3-203)" in text


def test_an_outline_names_classes_methods_and_lines_and_runs_nothing():
    source = "class A(B):\n    def f(self):\n        pass\n\n\ndef g(x, y):\n    exit()\n"
    assert outline(source) == ["1-3 class A(B): f 2", "6-7 def g(x, y)"]
    assert outline("class (") == []


def test_files_are_found_by_folder_and_pattern(tmp_path):
    for name in ("src/a/one.py", "src/b/two.py", "three.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    library, _ = _library(tmp_path)
    assert library.list("src") == "src/a/one.py\nsrc/b/two.py"
    assert library.list("two.py") == "src/b/two.py"
    assert library.list("**/*.py").count("\n") == 2
    assert "Top level: src/, three.py" in library.list("*.md")
    assert "src/a/one.py:1| x = 1" in library.search(r"x\s*=", "src/a")


def test_what_is_worth_reading_comes_first(tmp_path):
    files = {
        "lib/attention.py": "class SelfAttention: ...\n",
        "lib/resnet.py": "class ResNet: ...\n",
        "lib/base.py": "class Base: ...\n",
        "lib/zoo.py": "class RelativeAttention: ...\n",
        "train.py": "print()\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    evidence = (Evidence(path="lib/base.py", line=1),)
    study = Study(
        root=str(tmp_path),
        findings=(Finding(topic="layer base", value={}, evidence=evidence),),
    )
    library, target = _library(tmp_path, study)
    spec = loads("name: RelativeAttention\nkind: layer\ntext: Attention with relative positions.")
    order = ranked(spec, study, target, library)
    assert {path for path, _ in order[:3]} == {"lib/base.py", "lib/attention.py", "lib/zoo.py"}
    assert dict(order)["lib/base.py"] == "shows the layer base"
    assert "defines RelativeAttention" in dict(order)["lib/zoo.py"]
    assert "train.py" not in dict(order)


def test_the_class_and_the_file_that_the_spec_names_come_before_the_test_style(tmp_path):
    files = {
        "tiny/gpt.py": "class Gate(nn.Module): ...\nclass MLP(nn.Module): ...\n",
        "tiny/rest.py": "class Other(nn.Module): ...\n",
        "tiny/dataset.py": "class Reader: ...\n",
        "tiny/tools.py": "print()\n",
        "tests/test_gpt.py": "def test_it(): ...\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    shown = (Evidence(path="tests/test_gpt.py", line=1),)
    finding = Finding(topic="test style", value="functions", evidence=shown)
    library, target = _library(tmp_path, Study(root=str(tmp_path), findings=(finding,)))
    told = "name: Mixture\nkind: layer\ntext: It replaces the MLP of our tiny transformer."
    study = Study(root=str(tmp_path), findings=(finding,))
    order = [path for path, _ in ranked(loads(told), study, target, library)]
    assert order[:2] == ["tiny/gpt.py", "tests/test_gpt.py"]
    assert "tiny/tools.py" not in order  # it shares no more than the package's name
    named = ranked(loads(told.replace("the MLP", "tiny/rest.py")), study, target, library)
    assert named[0][0] == "tiny/rest.py"
    assert named[0][1].startswith("the spec names it")


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("claude-opus-5-5", True),
        ("claude-opus-5-5-20261001", True),
        ("us.anthropic.claude-opus-5-5-v1:0", True),
        ("claude-opus-5@20260724", True),
        ("claude-opus-5-6", False),
        ("claude-haiku-5-5", False),
        ("llama", False),
    ],
)
def test_prices_are_known_or_not_but_never_guessed(model, known):
    assert (prices_of(model, None) is not None) is known


def test_the_prices_of_neighbours_are_not_mixed_up():
    assert prices_of("claude-opus-5", None)["input"] == 5.0
    assert prices_of("claude-opus-5-5", None)["input"] == 4.0
