"""Small targets of many habits; the study must tell what each does, with the line that shows it."""

from __future__ import annotations

import textwrap

import pytest
from repositories import PACKAGE, SCRIPTS, git, repository, write

from workbench.records import Study
from workbench.repo import cautions, study, topics


def _of(tmp_path, files) -> Study:
    return study(write(tmp_path, files))


def _names_of_topics() -> set[str]:
    plain = {value for name, value in vars(topics).items() if name.isupper()}
    kinds = ("model", "layer", "loss", "metric", "dataset", "training")
    made = (topics.folder, topics.file, topics.file_names, topics.base, topics.registry)
    return plain | {topic(kind) for topic in made for kind in kinds}


@pytest.mark.parametrize("files", [PACKAGE, SCRIPTS, {}], ids=["package", "scripts", "empty"])
def test_every_finding_is_a_known_topic_with_evidence_that_is_there(tmp_path, files):
    result = study(repository(tmp_path / "target", {"LICENSE": "\n", **files}))
    seen = [finding.topic for finding in result.findings]
    assert len(seen) == len(set(seen))
    assert set(seen) <= _names_of_topics()
    for finding in result.findings:
        assert 0 <= finding.share <= 1
        for one in finding.evidence:
            if one.path == ".git":
                continue
            file = tmp_path / "target" / one.path
            lines = file.read_text().splitlines() if file.is_file() else []
            assert file.exists()
            assert one.line <= len(lines)
            assert not one.line or not one.text or one.text in lines[one.line - 1]


def test_a_study_survives_the_way_through_json(tmp_path):
    result = _of(tmp_path, PACKAGE)
    assert Study.model_validate_json(result.model_dump_json()) == result


def test_a_second_study_of_the_same_tree_is_the_same(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    assert study(root) == study(root)


def test_nothing_of_the_target_is_run(tmp_path):
    mark = tmp_path / "ran"
    trap = f"open({str(mark)!r}, 'w').close()\n"
    files = dict.fromkeys(
        ["__init__.py", "pkg/__init__.py", "pkg/models/a.py", "conftest.py", "setup.py",
         "tests/conftest.py", "tests/test_a.py", "sitecustomize.py"],
        trap,
    )  # fmt: skip
    _of(tmp_path / "target", files)
    assert not mark.exists()


def test_the_layout_of_a_package(tmp_path):
    found = _of(tmp_path, PACKAGE)
    assert found.value("layout") == "src"
    assert found.value("package") == "pocketnet"
    assert found.value("package folder") == "src/pocketnet"
    assert found.value("import root") == "src"
    assert found.value("model folder") == "src/pocketnet/models"
    assert found.value("layer folder") == "src/pocketnet/layers"
    assert found.value("test folder") == "tests"
    assert found.value("test layout") == "mirrored"
    assert found.value("test places")["src/pocketnet/models"] == "tests/models"
    assert found.value("python") == ">=3.10"


def test_the_layout_of_scripts(tmp_path):
    found = _of(tmp_path, SCRIPTS)
    assert found.value("layout") == "scripts"
    assert found.value("package") == ""
    assert found.value("import root") == "."
    assert found.value("model folder") == "."
    assert found.value("training folder") == "."
    assert found.find("training folder").evidence[0].text == "loss.backward()"
    assert found.value("constructor options") == "config"
    assert found.find("test layout") is None


def test_an_empty_folder_is_empty(tmp_path):
    found = _of(tmp_path, {})
    assert found.value("layout") == "empty"
    assert found.find("framework") is None


def test_folders_of_scripts_with_init_files_are_no_package(tmp_path):
    folders = ("models", "data", "utils")
    files = {f"{folder}/__init__.py": "" for folder in folders}
    files |= {"models/net.py": "import torch\n", "train.py": "from models.net import x\n"}
    found = _of(tmp_path, files)
    assert (found.value("layout"), found.value("package")) == ("scripts", "")


def test_scripts_in_a_src_folder_are_imported_from_there(tmp_path):
    files = {f"src/{path}": text for path, text in SCRIPTS.items() if path.endswith(".py")}
    assert _of(tmp_path, files).value("import root") == "src"


def test_the_package_with_the_projects_name_is_the_main_one(tmp_path):
    files = {"setup.cfg": "[metadata]\nname = small-net\n", "small_net/__init__.py": ""}
    files |= {f"large_net/{name}.py": "A = 1\n" for name in ("__init__", "a", "b", "c")}
    assert _of(tmp_path, files).value("package") == "small_net"


def test_guidance_stands_in_reading_order(tmp_path):
    paths = [
        "CLAUDE.md",
        "AGENTS.md",
        ".cursor/rules/style.mdc",
        ".github/copilot-instructions.md",
        "CONTRIBUTING.md",
        "README.rst",
        "src/CLAUDE.md",
    ]
    files = dict.fromkeys([*reversed(paths), "docs/notes.md", "third_party/CLAUDE.md"], "text\n")
    assert _of(tmp_path, files).value("guidance") == paths


@pytest.mark.parametrize(
    ("statement", "framework"),
    [
        ("import torch", "torch"),
        ("from torch import nn", "torch"),
        ("import pytorch_lightning as pl", "lightning"),
        ("from tensorflow import keras", "tensorflow"),
        ("import keras", "keras"),
        ("import jax.numpy as jnp", "jax"),
        ("import jax\nfrom flax import linen as nn", "flax"),
        ("import jax\nimport equinox as eqx", "equinox"),
        ("import numpy", None),
        ("'''import torch'''", None),
        ("from .torch import nn", None),
    ],
)
def test_the_framework_is_what_is_imported(tmp_path, statement, framework):
    assert _of(tmp_path, {"net.py": statement + "\n"}).value("framework") == framework


def test_lightning_over_torch_is_told_by_the_greater_number(tmp_path):
    files = {f"net_{n}.py": "import torch\n" for n in range(3)}
    files["train.py"] = "import torch\nimport lightning\n"
    found = _of(tmp_path, files)
    assert found.value("framework") == "torch"
    assert found.value("frameworks") == {"torch": 4, "lightning": 1}


GOOGLE = "Do.\n\n    Args:\n        x: A number.\n\n    Returns:\n        Another.\n    "
NUMPY = "Do.\n\n    Parameters\n    ----------\n    x : int\n        A number.\n    "
REST = "Do.\n\n    :param x: A number.\n    :returns: Another.\n    "


@pytest.mark.parametrize(
    ("docstring", "style"),
    [
        (GOOGLE, "google"),
        (NUMPY, "numpy"),
        (REST, "rest"),
        ("Do.", "plain"),
        ("Do: this.\n\n    Note that x is a number: 3.\n    ", "plain"),
    ],
)
def test_the_docstring_style_is_what_the_sections_show(tmp_path, docstring, style):
    source = f'def do(x):\n    """{docstring}"""\n\n\ndef undocumented():\n    pass\n'
    found = _of(tmp_path, {"do.py": source})
    assert found.value("docstring style") == style
    assert found.value("docstring coverage") == 0.5
    assert found.find("docstring style").evidence[0].line == 1


def test_where_constructors_are_documented(tmp_path):
    body = '    def __init__(self, x):\n        """{inside}"""\n'
    on_class = 'class A:\n    """Do.\n\n    Args:\n        x: It.\n    """\n\n'
    on_init = "class A:\n" + body.format(
        inside="Do.\n\n        Args:\n            x: It.\n        "
    )
    first = _of(tmp_path / "one", {"a.py": on_class + body.format(inside="")})
    assert first.value("options documented in") == "class"
    assert _of(tmp_path / "two", {"a.py": on_init}).value("options documented in") == "__init__"


def test_annotations_and_their_syntax(tmp_path):
    new = "import torch\n\n\ndef f(x: int | None, y: list[int]) -> torch.Tensor: ...\n"
    old = "def f(x: Optional[int], y: List[int], z: 'Optional[int]'): ...\n"
    first, second = _of(tmp_path / "new", {"f.py": new}), _of(tmp_path / "old", {"f.py": old})
    assert [first.value(t) for t in ("annotations", "optional syntax", "generic syntax")] == [
        1.0, "X | None", "list[int]",
    ]  # fmt: skip
    assert first.value("tensor name") == "torch.Tensor"
    assert [second.value(t) for t in ("annotations", "optional syntax", "generic syntax")] == [
        0.75, "Optional[X]", "List[int]",
    ]  # fmt: skip


def test_an_annotation_that_does_not_parse_is_passed_over(tmp_path):
    assert _of(tmp_path, {"f.py": "def f(x: 'a b c'): ...\n"}).value("annotations") == 0.5


@pytest.mark.parametrize(
    ("files", "topic", "value"),
    [
        ({"pyproject.toml": "[tool.ruff]\nline-length = 96\n"}, "line length", 96),
        ({"ruff.toml": "line-length = 97\n"}, "line length", 97),
        ({"pyproject.toml": "[tool.black]\nline-length = 98\n"}, "line length", 98),
        ({"pyproject.toml": "[tool.black]\n"}, "line length", 88),
        ({"setup.cfg": "[flake8]\nmax-line-length = 101\n"}, "line length", 101),
        ({".flake8": "[flake8]\nmax-line-length = 102\n"}, "line length", 102),
        ({"setup.cfg": "[yapf]\ncolumn_limit = 103\n"}, "line length", 103),
        ({".editorconfig": "root = true\n[*.py]\nmax_line_length = 104\n"}, "line length", 104),
        ({"pyproject.toml": "[tool.ruff.format]\nquote-style = 'single'\n"}, "quotes", "single"),
        ({"ruff.toml": "[format]\nindent-style = 'tab'\n"}, "indentation", "tab"),
        ({"ruff.toml": "indent-width = 2\n"}, "indentation", 2),
        ({"pyproject.toml": "[tool.ruff.format]\n"}, "formatter", "ruff"),
        ({"pyproject.toml": "[tool.black]\n"}, "formatter", "black"),
        ({"setup.cfg": "[yapf]\ncolumn_limit = 79\n"}, "formatter", "yapf"),
        ({".pre-commit-config.yaml": "repos:\n  - id: black\n"}, "formatter", "black"),
        ({}, "formatter", "none"),
    ],
)
def test_settings_decide_where_there_are_any(tmp_path, files, topic, value):
    source = "def f():\n    return 1\n"
    finding = _of(tmp_path, {"f.py": source, **files}).find(topic)
    assert finding.value == value
    assert [one.path for one in finding.evidence] == list(files)


def test_a_setting_that_makes_no_sense_is_passed_over(tmp_path):
    files = {"pyproject.toml": "[tool.ruff]\nline-length = 'long'\n", "f.py": "A = 1\n"}
    assert _of(tmp_path, files).find("line length").evidence[0].path == "f.py"


def test_what_no_setting_tells_is_measured(tmp_path):
    source = "def f():\n\treturn 'a', 'b', \"it's\"\n" + "x = " + " + ".join(["1"] * 23) + "\n"
    found = _of(tmp_path, {"f.py": source})
    assert found.value("quotes") == "single"
    assert found.value("indentation") == "tab"
    assert found.value("line length") == 96
    assert found.find("quotes").seen == 2  # the third needs its double quotes


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("import logging\n\nlogger = logging.getLogger(__name__)\n", "logging"),
        ("from loguru import logger\n", "loguru"),
        ("from absl import logging\n", "absl"),
        ("from net.tools.logging import logger\n", "logging"),
        ("print('hello')\n", "print"),
        ("A = 1\n", "none"),
        ("TEXT = 'print(1)'\n", "none"),
    ],
)
def test_how_progress_is_told(tmp_path, source, value):
    assert _of(tmp_path, {"a.py": source}).value("logging") == value


def test_the_line_that_makes_a_logger(tmp_path):
    line = "_logger = logging.getLogger(__name__)"
    assert _of(tmp_path, {"a.py": f"import logging\n\n{line}\n"}).value("logger") == line


def test_a_licence_header_is_found_whole(tmp_path):
    header = "# Copyright 2024 Somebody\n# SPDX-License-Identifier: MIT"
    files = {f"{n}.py": f"#!/usr/bin/env python\n{header}\nA = 1\n" for n in range(3)}
    assert _of(tmp_path, files).value("licence header") == header
    assert _of(tmp_path / "none", {"a.py": "# A comment\nA = 1\n"}).value("licence header") == ""


def test_future_annotations_and_module_all(tmp_path):
    source = "from __future__ import annotations\n\n__all__ = ['A']\n\n\nclass A:\n    pass\n"
    found = _of(tmp_path, {"a.py": source})
    assert found.value("future annotations") is True
    assert found.value("module __all__") is True


@pytest.mark.parametrize(("line", "style"), [
    ("from pocket.b import B", "absolute"),
    ("from .b import B", "relative"),
])  # fmt: skip
def test_the_import_style(tmp_path, line, style):
    files = {"pocket/__init__.py": "", "pocket/a.py": line + "\n", "pocket/b.py": "class B: ...\n"}
    assert _of(tmp_path, files).value("import style") == style


@pytest.mark.parametrize(("line", "value"), [
    ("from .b import B", "names"),
    ("from .b import *", "star"),
    ("import os", "none"),
])  # fmt: skip
def test_what_init_files_re_export(tmp_path, line, value):
    files = {"pocket/__init__.py": line + "\n", "pocket/b.py": "class B: ...\n"}
    assert _of(tmp_path, files).value("init re-exports") == value


@pytest.mark.parametrize(
    ("source", "style"),
    [
        ("def test_a():\n    assert 1\n", "functions"),
        ("class TestA:\n    def test_a(self):\n        assert 1\n", "classes"),
        (
            "import unittest\n\n\nclass A(unittest.TestCase):\n    def test_a(self): ...\n",
            "unittest",
        ),
    ],
)
def test_the_style_of_tests(tmp_path, source, style):
    found = _of(tmp_path, {"tests/test_a.py": source})
    assert found.value("test style") == style
    command = "python -m unittest" if style == "unittest" else "pytest"
    assert found.value("test command") == command


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['tests']\n"}, "pytest tests"),
        ({"pytest.ini": "[pytest]\ntestpaths = unit integration\n"}, "pytest unit integration"),
        ({"Makefile": "test:\n\tpython -m pytest -q\n"}, "pytest"),
        ({"tox.ini": "[testenv]\ncommands = python -m unittest\n"}, "python -m unittest"),
    ],
)
def test_how_the_tests_run(tmp_path, files, command):
    assert _of(tmp_path, files).value("test command") == command


@pytest.mark.parametrize(
    ("tests", "layout"),
    [
        (["tests/models/test_net.py"], "mirrored"),
        (["tests/test_models/test_net.py"], "mirrored"),
        (["tests/test_net.py"], "flat"),
        (["pocket/models/test_net.py"], "beside"),
        (["tests/test_other.py"], "flat"),
    ],
)
def test_the_layout_of_tests(tmp_path, tests, layout):
    code = {
        "pocket/__init__.py": "",
        "pocket/models/__init__.py": "",
        "pocket/models/net.py": "A = 1\n",
    }
    files = code | dict.fromkeys(tests, "def test_a():\n    assert 1\n")
    assert _of(tmp_path, files).value("test layout") == layout


@pytest.mark.parametrize(
    ("names", "style"),
    [
        (["text_model.py", "net.py"], "snake_case"),
        (["TextModel.py", "Net.py"], "CamelCase"),
        (["text-model.py"], "kebab-case"),
    ],
)
def test_how_files_are_named(tmp_path, names, style):
    assert _of(tmp_path, dict.fromkeys(names, "A = 1\n")).value("file naming") == style


def test_files_whose_class_names_are_run_together(tmp_path):
    files = {"textmodel.py": "class TextModel: ...\n", "shapemodel.py": "class ShapeModel: ...\n"}
    assert _of(tmp_path, files).value("file naming") == "lowercase"


def _family(base: str, *, users: int = 2) -> dict[str, str]:
    files = {"net/__init__.py": "", "net/models/__init__.py": "", "net/models/base.py": base}
    for number in range(users):
        files[f"net/models/net_{number}.py"] = (
            "from net.models.base import Base\n\n\n"
            f"class Net{number}(Base):\n    def forward(self, x):\n        return x\n"
        )
    return files


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("pass", {"constructor": "none"}),
        ("def __init__(self, *, width=3): ...", {"constructor": "options", "options": ["width"]}),
        ("def __init__(self, width): ...", {"constructor": "positional", "required": ["width"]}),
        ("def __init__(self, *, width): ...", {"constructor": "required", "required": ["width"]}),
        ("def __init__(self, config): ...", {"constructor": "config"}),
        ("def __init__(self, args: ModelArgs): ...", {"constructor": "config"}),
        ("def __init__(self, *args, **kwargs): ...", {"constructor": "none"}),
        ("@abstractmethod\n    def encode(self, x): ...", {"abstract": ["encode"]}),
        ("def encode(self, x):\n        raise NotImplementedError", {"abstract": ["encode"]}),
        ("def encode(self, x):\n        return self.encoder(x)", {"expects": ["encoder"]}),
        ("def size(self):\n        return len(list(self.parameters()))", {"expects": []}),
        (
            "def __init__(self):\n        self.a = 1\n\n    def get(self):\n        return self.a",
            {"expects": []},
        ),
        (
            "def get(self):\n        return self.a if hasattr(self, 'a') else None",
            {"expects": []},
        ),
    ],
)
def test_what_a_base_class_asks_of_a_subclass(tmp_path, body, asks):
    imports = "from abc import abstractmethod\nfrom torch import nn\n\n\n"
    base = f"{imports}class Base(nn.Module):\n    {body}\n"
    finding = _of(tmp_path, _family(base)).find("model base")
    assert finding.value["class"] == "net.models.base.Base"
    assert finding.value["import"] == "from net.models.base import Base"
    assert {name: finding.value[name] for name in asks} == asks
    assert (finding.value["subclasses"], finding.share) == (2, 1.0)
    assert finding.evidence[0].path == "net/models/base.py"


def test_a_class_with_one_subclass_is_no_base_class(tmp_path):
    base = "from torch import nn\n\n\nclass Base(nn.Module):\n    pass\n"
    assert _of(tmp_path, _family(base, users=1)).find("model base") is None


def test_a_base_class_is_found_through_a_re_export_and_a_relative_import(tmp_path):
    files = _family("from torch.nn import Module\n\n\nclass Base(Module):\n    pass\n")
    files["net/models/__init__.py"] = "from .base import Base\n"
    for number in range(2):
        path = f"net/models/net_{number}.py"
        files[path] = files[path].replace("from net.models.base", "from ..models")
    finding = _of(tmp_path, files).find("model base")
    assert finding.value["class"] == "net.models.base.Base"
    assert finding.value["import"] == "from ..models import Base"


def test_classes_that_derive_from_each_other_do_not_hang(tmp_path):
    files = {
        "a.py": "from b import B\n\n\nclass A(B): ...\n",
        "b.py": "from a import A\n\n\nclass B(A): ...\n",
    }
    files["c.py"] = "from c import C\n\n\nclass C(C): ...\n"
    assert _of(tmp_path, files).find("class naming").seen == 3


@pytest.mark.parametrize(
    ("decorator", "text", "naming"),
    [
        ("@register('{snake}')", "@register('{name}')", "snake_case"),
        ("@register('{camel}')", "@register('{name}')", "CamelCase"),
        ("@MODELS.register_module()", "@MODELS.register_module()", "none"),
        ("@register", "@register", "none"),
    ],
)
def test_the_registry_that_decorates_models(tmp_path, decorator, text, naming):
    files = {"net/__init__.py": "", "net/models/__init__.py": ""}
    name = decorator.removeprefix("@").split("(")[0].split(".")[0]
    for camel in ("FirstNet", "TextModel", "ShapeModel"):
        snake = {"FirstNet": "first_net", "TextModel": "text_model", "ShapeModel": "shape_model"}[
            camel
        ]
        used = decorator.format(snake=snake, camel=camel)
        files[f"net/models/{snake}.py"] = (
            f"from torch import nn\n\nfrom net.registry import {name}\n\n\n"
            f"{used}\nclass {camel}(nn.Module):\n    pass\n"
        )
    value = _of(tmp_path, files).value("model registry")
    assert value == {
        "form": "decorator",
        "on": "class",
        "text": text,
        "import": f"from net.registry import {name}",
        "name": naming,
    }


def test_a_table_of_models_is_a_registry(tmp_path):
    files = {"net/__init__.py": "", "net/models/__init__.py": ""}
    for name in ("alpha", "beta"):
        files[f"net/models/{name}.py"] = (
            f"from torch import nn\n\n\nclass {name.title()}(nn.Module):\n    pass\n"
        )
    files["net/build.py"] = textwrap.dedent("""
        from net.models.alpha import Alpha
        from net.models.beta import Beta

        MODELS = {"alpha": Alpha, "beta": Beta}
        """)
    finding = _of(tmp_path, files).find("model registry")
    assert finding.value["form"] == "table"
    assert (finding.value["path"], finding.value["table"]) == ("net/build.py", "MODELS")
    assert finding.evidence[0].text == 'MODELS = {"alpha": Alpha, "beta": Beta}'


def test_an_unrelated_decorator_is_no_registry(tmp_path):
    files = {"net/__init__.py": ""}
    for name in ("alpha", "beta"):
        files[f"net/models/{name}.py"] = (
            "from dataclasses import dataclass\nfrom torch import nn\n\n\n"
            f"@dataclass\nclass {name.title()}(nn.Module):\n    pass\n"
        )
    assert _of(tmp_path, files).find("model registry") is None


def test_models_with_a_folder_each_are_seen_as_a_pattern(tmp_path):
    net = "from torch import nn\n\n\nclass Net(nn.Module):\n    pass\n"
    files = {"net/__init__.py": ""}
    for name in ("unet", "fpn", "pan"):
        files |= {f"net/decoders/{name}/__init__.py": "", f"net/decoders/{name}/model.py": net}
    found = _of(tmp_path, files)
    assert found.value("model folder") == "net/decoders"
    assert found.value("model file") == "{name}/model.py"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("from torch import nn\n\n\nclass DiceLoss(nn.Module):\n    pass\n", "loss"),
        ("from torch.utils.data import Dataset\n\n\nclass Toys(Dataset):\n    pass\n", "dataset"),
        ("import torch\n\n\nclass Toys(torch.utils.data.IterableDataset):\n    pass\n", "dataset"),
        ("from torchmetrics import Metric\n\n\nclass Score(Metric):\n    pass\n", "metric"),
        ("def step(loss, optimizer):\n    loss.backward()\n", "training"),
        ("import flax.linen as nn\n\n\nclass Net(nn.Module):\n    pass\n", "model"),
        ("import keras\n\n\nclass Net(keras.Model):\n    pass\n", "model"),
    ],
)
def test_what_lives_in_a_folder_is_told_by_content(tmp_path, source, kind):
    found = _of(
        tmp_path, {"net/__init__.py": "", "net/stuff/__init__.py": "", "net/stuff/a.py": source}
    )
    assert found.value(f"{kind} folder") == "net/stuff"


def test_examples_and_documentation_do_not_speak_for_the_code(tmp_path):
    files = {"net/__init__.py": "", "net/a.py": 'NAME = "a"\n'}
    files |= {f"examples/{n}.py": "print('a', 'b', 'c')\n" for n in range(5)}
    files |= {f"docs/{n}.py": "print('a', 'b', 'c')\n" for n in range(5)}
    found = _of(tmp_path, files)
    assert found.value("quotes") == "double"
    assert found.value("logging") == "none"


@pytest.mark.parametrize(
    ("titles", "style"),
    [
        (["Add a net", "Fix the loss (#12)"], {"prefix": "none", "capitalised": True}),
        (["add a net", "fix the loss"], {"prefix": "none", "capitalised": False}),
        (
            ["feat(models): add a net", "fix(data): read all"],
            {"prefix": "conventional", "scope": True},
        ),
        (["feat: add a net", "docs: say more"], {"prefix": "conventional", "scope": False}),
        (["models: add a net", "data: read all"], {"prefix": "area", "words": ["data", "models"]}),
        (["[Feature] Add a net", "[Fix] Read all"], {"prefix": "bracket", "capitalised": True}),
        (["Added a net", "Fixed the loss"], {"mood": "past"}),
        (["Adds a net", "Fixes the loss"], {"mood": "present"}),
        (["Add a net.", "Fix the loss."], {"period": True}),
    ],
)
def test_how_commits_are_titled(tmp_path, titles, style):
    root = repository(tmp_path / "target", {"a.py": "A = 1\n"}, title=titles[0])
    for title in titles[1:]:
        git(root, "commit", "--quiet", "--allow-empty", "--message", title)
    value = study(root).value("commit style")
    assert {name: value[name] for name in style} == style


MODULE = "from torch import nn\n\n\nclass {name}(nn.Module):\n    def forward(self, x): ...\n"


def _value(tmp_path, files, topic, default=None):
    return study(repository(tmp_path / "target", {**PACKAGE, **files})).value(topic, default)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"focal": "FocalLoss", "dice": "DiceLoss"}, {"style": "", "drops": ["loss"]}),
        ({"focal_loss": "FocalLoss", "dice": "DiceLoss"}, {"style": "snake_case", "drops": []}),
        ({"softdice": "SoftDice", "hardfocal": "HardFocal"}, {"style": "lowercase", "drops": []}),
    ],
)
def test_how_files_are_named_after_their_classes(tmp_path, names, expected):
    files = {
        f"src/pocketnet/losses/{stem}.py": MODULE.format(name=name) for stem, name in names.items()
    }
    assert _value(tmp_path, files, topics.file_names("loss")) == expected


def test_words_that_live_in_one_folder_are_kin(tmp_path):
    names = ("Gat", "Gin", "Gcn", "Sage")
    files = {
        f"src/pocketnet/graphs/{name.lower()}.py": MODULE.format(name=f"{name}Conv")
        for name in names
    }
    assert _value(tmp_path, files, topics.KIN) == {"conv": "src/pocketnet/graphs"}


def test_a_small_package_beside_many_scripts_is_not_the_main_one(tmp_path):
    files = {f"models/net_{n}.py": MODULE.format(name=f"Net{n}") for n in range(9)}
    found = study(repository(tmp_path / "target", {"settings/__init__.py": "", **files}))
    assert found.value(topics.LAYOUT) == "scripts"
    assert found.value(topics.folder("model")) == "models"


def test_a_folder_that_is_named_for_models_is_their_home(tmp_path):
    files = {f"src/pocketnet/noise/n{n}.py": MODULE.format(name=f"Blur{n}") for n in range(20)}
    assert _value(tmp_path, files, topics.folder("model")) == "src/pocketnet/models"


@pytest.mark.parametrize(
    ("files", "formatter", "length"),
    [
        ({"Makefile": "lint:\n\tblack -l 100 .\n"}, "black", 100),
        ({".github/workflows/lint.yml": "run: ruff format --check\n"}, "ruff", 88),
        ({"dev/linter.sh": "black --version\n# black x\n"}, "none", None),
        ({"CONTRIBUTING.md": "1. Line length is 120 char.\n"}, "none", 120),
        ({"README.md": "A sequence of up to 512 tokens.\n"}, "none", None),
    ],
)
def test_a_formatter_in_a_script_and_a_length_in_a_guide(tmp_path, files, formatter, length):
    found = study(repository(tmp_path / "target", {**PACKAGE, **files}))
    assert found.value(topics.FORMATTER) == formatter
    if length:
        assert found.value(topics.LINE_LENGTH) == length
        assert found.find(topics.LINE_LENGTH).evidence[0].path == next(iter(files))


def test_a_table_of_strings_does_not_decide_the_quotes(tmp_path):
    table = "TABLE = [" + ", ".join("'a'" for _ in range(900)) + "]\n"
    files = {f"src/pocketnet/part_{n}.py": 'A = ["a"' + ', "b"' * 40 + "]\n" for n in range(5)}
    files["src/pocketnet/table.py"] = table
    assert _value(tmp_path, files, topics.QUOTES) == "double"


def test_code_that_is_only_called_like_a_test_is_none(tmp_path):
    files = {"src/pocketnet/models/test_time_scaling.py": MODULE.format(name="TestTimeScaling")}
    files["src/pocketnet/models/test_time_scaling.py"] = MODULE.format(name="Scaling")
    found = study(repository(tmp_path / "target", {**PACKAGE, **files}))
    assert found.find(topics.folder("model")).seen == 4


def test_siblings_may_be_imported_otherwise_than_the_rest(tmp_path):
    text = "from .base import Model\nfrom pocketnet.layers.attention import Attention\n"
    found = study(
        repository(
            tmp_path / "target",
            {"pocketnet/__init__.py": "", "pocketnet/layers/__init__.py": ""}
            | {"pocketnet/layers/attention.py": MODULE.format(name="Attention")}
            | {f"pocketnet/models/{name}.py": text for name in "abc"},
        )
    )
    assert found.value(topics.IMPORT_STYLE) == "absolute"
    assert found.value(topics.SIBLING_IMPORTS) == "relative"


def test_errors_factories_and_shapes(tmp_path):
    text = """
        from jaxtyping import Float

        def create_model(name):
            if not name:
                raise ValueError("no name")
            assert name
            raise KeyError(name)
        """
    found = study(repository(tmp_path / "target", {**PACKAGE, "src/pocketnet/make.py": text}))
    assert found.value(topics.ERROR_TYPES) == {"ValueError": 1, "KeyError": 1}
    assert found.value(topics.ERROR_STYLE) == "raise"
    assert found.value(topics.FACTORIES) == {"create_model": "src/pocketnet/make.py"}
    assert found.value(topics.JAXTYPING) is True


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "torch >= 2.1, <3\nnumpy\n"),
        ("setup.py", "setup(\n    install_requires=[\n        'torch>=2.1,<3',\n    ])\n"),
    ],
)
def test_the_versions_that_are_asked_for(tmp_path, path, text):
    assert _value(tmp_path, {path: text}, topics.REQUIRES) == {"torch": ">=2.1,<3"}


@pytest.mark.parametrize(
    ("files", "hazard"),
    [
        ({".pre-commit-config.yaml": "repos: []\n"}, "pre-commit"),
        ({".gitattributes": "*.bin filter=lfs diff=lfs\n"}, "git lfs"),
        ({".gitattributes": "*.py text eol=crlf\n"}, "line endings"),
        ({"CONTRIBUTING.md": "Use git commit -s.\n"}, "sign-off"),
    ],
)
def test_what_an_export_has_to_respect(tmp_path, files, hazard):
    found = study(repository(tmp_path / "target", {**PACKAGE, **files}))
    assert found.value(topics.HAZARDS) == [hazard]
    # What an export does by itself is not left to the person.
    assert len(cautions(found)) == (hazard != "line endings")


def test_settings_and_hooks_of_the_clone_are_hazards_too(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    assert study(root).value(topics.HAZARDS) is None
    git(root, "config", "commit.gpgSign", "true")
    (root / ".git" / "hooks" / "commit-msg").write_text("#!/bin/sh\n")
    assert study(root, fresh=True).value(topics.HAZARDS) == ["hooks", "signed commits"]


def test_documents_that_list_models(tmp_path):
    files = {
        "README.md": "# Models\n\n- MLP\n- TinyGPT\n- Third\n",
        "docs/other.md": "MLP TinyGPT\n",
    }
    files["src/pocketnet/models/third.py"] = MODULE.format(name="Third")
    files["src/pocketnet/models/mlp.py"] = MODULE.format(name="MLPs") + "\n\nclass MLP(MLPs): ...\n"
    files["README.md"] = "# Models\n\n- MLPs\n- TinyGPT\n- Third\n"
    assert _value(tmp_path, files, topics.MODEL_PAGES) == {
        "README.md": ["MLPs", "Third", "TinyGPT"]
    }


# --- what other people's repositories have shown -----------------------------------------------

HEADER = "# Copyright {} The Authors. All rights reserved.\n\nX = 1\n"
NET = "from torch import nn\n\n\nclass {}(nn.Module):\n    pass\n"


def _alone(tmp_path, files, topic):
    return study(repository(tmp_path / "target", files)).value(topic)


def test_licence_headers_of_several_years_are_one_and_the_latest_is_written(tmp_path):
    files = {f"net/a{year}.py": HEADER.format(year) for year in (2019, 2020, 2021, 2022)}
    files |= {"net/__init__.py": "", "net/bare.py": "X = 1\n"}
    header = study(repository(tmp_path / "target", files)).find(topics.LICENCE_HEADER)
    assert header.value == "# Copyright 2022 The Authors. All rights reserved."
    assert header.share == 0.8


def test_re_exports_by_absolute_names_are_re_exports(tmp_path):
    files = {"net/__init__.py": "from net.ops import add\n", "net/ops.py": "def add(): ...\n"}
    assert _alone(tmp_path, files, topics.INIT_EXPORTS) == "names"


def test_a_package_whose_own_init_is_missing(tmp_path):
    inner = {f"ldm/{name}/__init__.py": "" for name in ("data", "modules")}
    files = inner | {"main.py": "import ldm.modules.x\n", "ldm/modules/x.py": NET.format("X")}
    found = study(repository(tmp_path / "target", files))
    assert found.value(topics.PACKAGE) == "ldm"
    assert found.value(topics.IMPORT_ROOT) == "."


def test_a_project_is_its_own_package_beside_larger_ones(tmp_path):
    larger = {f"inference/f{number}.py": "X = 1\n" for number in range(9)}
    files = larger | {"inference/__init__.py": "", "olmo/__init__.py": "", "olmo/model.py": ""}
    files["pyproject.toml"] = '[project]\nname = "ai2-olmo"\n'
    assert _alone(tmp_path, files, topics.PACKAGE) == "olmo"


def test_the_tests_of_examples_are_not_the_tests(tmp_path):
    files = {"net/__init__.py": "", "net/loaders/__init__.py": "", "net/loaders/lora.py": "X = 1"}
    files |= {"examples/lora/test_lora.py": "def test_it(): ...\n"}
    files |= {"tests/test_other.py": "def test_it(): ...\n"}
    assert _alone(tmp_path, files, topics.TEST_PLACES) is None
    assert _alone(tmp_path / "again", files, topics.TEST_FOLDER) == "tests"


def test_the_nearest_base_class_is_the_base(tmp_path):
    files = {
        "net/__init__.py": "",
        "net/hub.py": "from torch import nn\n\n\nclass Hub(nn.Module):\n    pass\n",
        "net/models/__init__.py": "",
        "net/models/base.py": "from net.hub import Hub\n\n\nclass Base(Hub):\n    pass\n",
    }
    for name in ("one", "two", "three"):
        text = f"from net.models.base import Base\n\n\nclass {name.title()}(Base):\n    pass\n"
        files[f"net/models/{name}.py"] = text
    assert _alone(tmp_path, files, topics.base("model"))["class"] == "net.models.base.Base"


def test_layers_in_a_folder_of_models_are_layers(tmp_path):
    files = {"net/__init__.py": "", "net/models/__init__.py": ""}
    files |= {f"net/models/{name}.py": NET.format(name.title()) for name in ("attention", "norms")}
    files |= {f"net/models/big/{name}.py": NET.format(name.title()) for name in "abcdefghijklm"}
    files |= {"net/models/unet.py": NET.format("UNet"), "net/models/vae.py": NET.format("VAE")}
    found = study(repository(tmp_path / "target", files))
    assert found.value(topics.folder("layer")) == "net/models"
    assert found.value(topics.folder("model")) == "net/models/big", "where far more of them are"


def test_a_scaler_that_is_fitted_is_no_training_code(tmp_path):
    files = {
        "net/__init__.py": "",
        "net/scale.py": "def fit(x):\n    ...\n",
    }
    assert _alone(tmp_path, files, topics.folder("training")) is None


def test_a_logging_module_of_the_target_is_logging(tmp_path):
    files = {"net/__init__.py": "", "net/a.py": "from .utils import logging\n\nprint(1)\n"}
    assert _alone(tmp_path, files, topics.LOGGING) == "logging"
