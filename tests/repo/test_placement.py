"""Small targets of different layout; the placement must land where their authors would put it."""

from __future__ import annotations

import ast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repositories import PACKAGE, SCRIPTS, draft, evidence, git, repository, spec, write

from workbench.errors import TargetError
from workbench.repo import _names, export, place, study, worktree

NAMES = st.from_regex(r"[A-Za-z_Üß日][A-Za-z0-9_Üß日]{0,12}", fullmatch=True)
MODULE = "from torch import nn\n\n\nclass {name}(nn.Module):\n    pass\n"


def _placed(tmp_path, files, asked=None):
    return place(study(repository(tmp_path / "target", files)), asked or spec())


def _said(placement) -> str:
    return " | ".join(f"{one.path}: {one.text}" for one in placement.evidence)


def _after(tmp_path, placement) -> dict[str, str]:
    """Apply the placement's edits and return the files that they touch."""
    found = study(tmp_path / "target")
    what = draft({placement.path: "A = 1\n"}, edits=placement.edits)
    with worktree(found, what) as folder:
        return {edit.path: (folder / edit.path).read_text() for edit in placement.edits}


# --- where -----------------------------------------------------------------------------------


def test_a_package_with_a_src_folder(tmp_path):
    made = _placed(tmp_path, PACKAGE)
    assert made.path == "src/pocketnet/models/text_classifier.py"
    assert made.module == "pocketnet.models.text_classifier"
    assert made.import_root == "src"
    assert made.test_path == "tests/models/test_text_classifier.py"
    assert made.base == "pocketnet.models.base.Model"
    assert "3 of 3 model files live in src/pocketnet/models" in _said(made)


def test_a_layer_goes_to_the_layers(tmp_path):
    made = _placed(tmp_path, PACKAGE, spec("RelativeAttention", kind="layer"))
    assert made.path == "src/pocketnet/layers/relative_attention.py"
    assert made.test_path == "tests/layers/test_relative_attention.py"
    assert made.base == ""


def test_a_kind_that_the_target_has_not_yet_goes_to_the_package(tmp_path):
    made = _placed(tmp_path, PACKAGE, spec("FocalLoss", kind="loss"))
    assert made.path == "src/pocketnet/focal_loss.py"
    assert "has no loss code yet" in _said(made)


def test_a_repository_of_scripts(tmp_path):
    made = _placed(tmp_path, SCRIPTS)
    assert (made.path, made.module, made.import_root) == (
        "text_classifier.py",
        "text_classifier",
        ".",
    )
    assert made.test_path == "tests/test_text_classifier.py"
    assert [edit.path for edit in made.edits] == ["tests/__init__.py"]


def test_the_tests_of_scripts_find_the_module_in_a_plain_pytest(tmp_path):
    import subprocess
    import sys

    root = repository(tmp_path / "target", SCRIPTS)
    found = study(root)
    made = place(found, spec())
    files = {
        made.path: "VALUE = 3\n",
        made.test_path: f"from {made.module} import VALUE\n\n\ndef test(): assert VALUE == 3\n",
    }
    with worktree(found, draft(files, edits=made.edits)) as folder:
        command = [sys.executable, "-c", "import pytest; raise SystemExit(pytest.main(['-q']))"]
        done = subprocess.run(command, cwd=folder, env={}, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()


def test_a_root_that_is_a_package_itself_gets_no_package_of_tests(tmp_path):
    made = _placed(tmp_path, {**SCRIPTS, "__init__.py": ""})
    assert made.test_path == "tests/test_text_classifier.py"
    assert made.edits == ()  # with tests/__init__.py, pytest would import from the root's parent


def test_an_empty_repository(tmp_path):
    made = _placed(tmp_path, {"README.md": "Nothing yet.\n"})
    assert (made.path, made.module) == ("text_classifier.py", "text_classifier")
    assert made.test_path == "tests/test_text_classifier.py"


def test_a_folder_that_happens_to_hold_some_models_is_not_their_home(tmp_path):
    files = {"net/__init__.py": "", "net/text/__init__.py": "", "net/sound/__init__.py": ""}
    files["net/text/reader.py"] = MODULE.format(name="Reader")
    files["net/sound/ear.py"] = MODULE.format(name="Ear")
    files["net/picture/eye.py"] = MODULE.format(name="Eye")
    assert _placed(tmp_path, files).path == "net/text_classifier.py"


def test_a_star_in_the_init_asks_for_a_name_in_all(tmp_path):
    made = _placed(tmp_path, {**PACKAGE, INIT: "from .mlp import *\nfrom .tiny_gpt import *\n"})
    assert "the module needs its name in __all__" in _said(made)


def test_a_folder_without_git(tmp_path):
    made = place(study(write(tmp_path / "plain", PACKAGE)), spec())
    assert made.path == "src/pocketnet/models/text_classifier.py"


def test_a_flat_package_with_flat_tests(tmp_path):
    files = {"net/__init__.py": "", "net/unet.py": MODULE.format(name="UNet")}
    files |= {
        "tests/test_unet.py": "def test_a(): ...\n",
        "tests/test_cli.py": "def test_b(): ...\n",
    }
    made = _placed(tmp_path, files)
    assert (made.path, made.test_path) == (
        "net/text_classifier.py",
        "tests/test_text_classifier.py",
    )
    assert made.edits == ()


def test_tests_beside_the_code(tmp_path):
    files = {"net/__init__.py": "", "net/models/__init__.py": ""}
    files |= {"net/models/unet.py": MODULE.format(name="UNet")}
    files |= {"net/models/unet_test.py": "def test_a(): ...\n"}
    assert _placed(tmp_path, files).test_path == "net/models/text_classifier_test.py"


def test_tests_in_folders_that_are_marked_as_tests(tmp_path):
    files = {"net/__init__.py": "", "net/models/__init__.py": "", "net/losses/__init__.py": ""}
    files |= {"net/models/unet.py": MODULE.format(name="UNet")}
    files |= {"net/losses/dice.py": MODULE.format(name="DiceLoss")}
    files |= {"tests/test_models/test_unet.py": "def test_a(): ...\n"}
    made = _placed(tmp_path, files, spec("FocalLoss", kind="loss"))
    assert made.test_path == "tests/test_losses/test_focal_loss.py"


def test_a_new_test_folder_becomes_a_package_where_the_others_are(tmp_path):
    files = dict(PACKAGE)
    files |= {f"tests/{part}__init__.py": "" for part in ("", "models/", "layers/")}
    files["src/pocketnet/losses/dice.py"] = MODULE.format(name="DiceLoss")
    made = _placed(tmp_path, files, spec("FocalLoss", kind="loss"))
    assert made.test_path == "tests/losses/test_focal_loss.py"
    assert "tests/losses/__init__.py" in [edit.path for edit in made.edits]


def test_models_with_a_folder_each(tmp_path):
    files = {"net/__init__.py": ""}
    for name in ("unet", "fpn", "pan"):
        files[f"net/decoders/{name}/__init__.py"] = "from .model import Net\n\n__all__ = ['Net']\n"
        files[f"net/decoders/{name}/model.py"] = MODULE.format(name="Net")
    made = _placed(tmp_path, files)
    assert made.path == "net/decoders/text_classifier/model.py"
    assert made.module == "net.decoders.text_classifier.model"
    own = "net/decoders/text_classifier/__init__.py"
    assert _after(tmp_path, made)[own] == (
        "from .model import TextClassifier\n\n__all__ = ['TextClassifier']\n"
    )


def test_a_folder_that_is_named_for_the_last_word(tmp_path):
    files = {"net/__init__.py": "", "net/models/__init__.py": ""}
    for name in ("resnet", "vgg", "vit"):
        files[f"net/models/backbones/{name}.py"] = MODULE.format(name=name.title())
    for name in ("base", "image"):
        files[f"net/models/classifiers/{name}.py"] = MODULE.format(name=name.title())
    made = _placed(tmp_path, files)
    assert made.path == "net/models/classifiers/text_classifier.py"
    assert "names that end in 'classifier'" in _said(made)


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (["TextModel", "ImageModel"], "net/models/TextClassifier.py"),
        (["textmodel", "imagemodel"], "net/models/textclassifier.py"),
        (["text_model", "image_model"], "net/models/text_classifier.py"),
        (["_text_model", "_image_model"], "net/models/_text_classifier.py"),
    ],
)
def test_the_file_is_named_as_its_siblings(tmp_path, names, path):
    files = {"net/__init__.py": "", "net/models/__init__.py": ""}
    for name, camel in zip(names, ("TextModel", "ImageModel"), strict=True):
        files[f"net/models/{name}.py"] = MODULE.format(name=camel)
    assert _placed(tmp_path, files).path == path


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("ResNet", "resnet"),
        ("SEResNeXt", "se_resnext"),
        ("SmallGPT", "small_gpt"),
        ("T5Encoder", "t5_encoder"),
        ("GRU", "gru"),
        ("ConvNeXt", "convnext"),
        ("TinyUNet", "tiny_unet"),
        ("HRNetV2", "hrnet_v2"),
        ("Conv2dBlock", "conv2d_block"),
        ("ViTClassifier", "vit_classifier"),
        ("RoPEAttention", "rope_attention"),
        ("NetworkInNetwork", "network_in_network"),
    ],
)
def test_the_name_of_a_class_as_the_name_of_a_file(tmp_path, name, stem):
    assert _placed(tmp_path, PACKAGE, spec(name)).path.endswith(f"/{stem}.py")


@settings(suppress_health_check=[HealthCheck.too_slow])  # so it is on a busy machine
@given(name=NAMES)
def test_every_name_of_a_class_gives_a_file_that_can_be_imported(name):
    for style in ("snake_case", "lowercase", "CamelCase", "kebab-case"):
        assert _names.stem(name, style).isidentifier()


@pytest.mark.parametrize("name", ["Import", "Lambda", "Class"])
def test_a_word_of_python_is_no_name_for_a_file(tmp_path, name):
    made = _placed(tmp_path, PACKAGE, spec(name))
    assert made.path == f"src/pocketnet/models/{name.lower()}_model.py"
    assert "is a word of Python" in _said(made)


# --- what is there already -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "path"),
    [
        ("text_classifier.py", "text_classifier_model.py"),
        ("Text_Classifier.py", "text_classifier_model.py"),
        ("text_classifier/__init__.py", "text_classifier_model.py"),
    ],
)
def test_nothing_is_placed_over_a_file_that_is_there(tmp_path, taken, path):
    made = _placed(tmp_path, {**PACKAGE, f"src/pocketnet/models/{taken}": "A = 1\n"})
    assert made.path == f"src/pocketnet/models/{path}"
    assert "text_classifier.py is not used" in _said(made)


def test_a_file_that_is_not_committed_is_respected_too(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    write(root, {"src/pocketnet/models/text_classifier.py": "A = 1\n"})
    made = place(study(root), spec())
    assert made.path.endswith("text_classifier_model.py")
    assert "not committed" in _said(made)


@pytest.mark.parametrize("name", ["Random", "Token", "Torch", "Datasets"])
def test_a_script_does_not_hide_a_module_that_others_import(tmp_path, name):
    made = _placed(tmp_path, SCRIPTS, spec(name))
    assert made.path == f"{name.lower()}_model.py"
    assert "would hide the module" in _said(made)


def test_inside_a_package_such_a_name_hides_nothing(tmp_path):
    assert _placed(tmp_path, PACKAGE, spec("Random")).path == "src/pocketnet/models/random.py"


@pytest.mark.parametrize("name", ["Con", "Aux", "NUL"])
def test_a_name_that_windows_keeps_is_not_used(tmp_path, name):
    assert _placed(tmp_path, PACKAGE, spec(name)).path.endswith(f"/{name.lower()}_model.py")


def test_a_test_that_is_there_is_not_placed_over(tmp_path):
    files = {**PACKAGE, "tests/models/test_text_classifier.py": "def test_a(): ...\n"}
    made = _placed(tmp_path, files)
    assert made.test_path == "tests/models/test_text_classifier_contract.py"


def test_a_test_name_that_pytest_cannot_tell_from_another_is_not_used(tmp_path):
    files = {**PACKAGE, "tests/layers/test_text_classifier.py": "def test_a(): ...\n"}
    made = _placed(tmp_path, files)
    assert made.test_path == "tests/models/test_text_classifier_contract.py"
    assert "pytest cannot tell it from tests/layers/test_text_classifier.py" in _said(made)
    config = {"pytest.ini": "[pytest]\naddopts = --import-mode=importlib\n"}
    other = _placed(tmp_path / "importlib", {**files, **config})
    assert other.test_path == "tests/models/test_text_classifier.py"


# --- code that is there already --------------------------------------------------------------


def test_tests_for_code_that_is_there(tmp_path):
    asked = spec("MLP", text="", existing="src/pocketnet/models/mlp.py")
    made = _placed(tmp_path, PACKAGE, asked)
    assert (made.path, made.module) == ("src/pocketnet/models/mlp.py", "pocketnet.models.mlp")
    assert made.test_path == "tests/models/test_mlp_contract.py"
    assert made.edits == ()


def test_tests_for_a_script_that_is_there(tmp_path):
    made = _placed(tmp_path, SCRIPTS, spec("GPT", text="", existing="model.py"))
    assert (made.module, made.test_path) == ("model", "tests/test_model.py")


@pytest.mark.parametrize(
    "path", ["src/pocketnet/models/mpl.py", "../outside.py", "README.md", "src/pocketnet"]
)
def test_code_that_is_not_there_is_refused(tmp_path, path):
    with pytest.raises(TargetError, match=r"the spec names existing: .* no Python file") as caught:
        _placed(tmp_path, PACKAGE, spec("MLP", text="", existing=path))
    if path.endswith("mpl.py"):
        assert "did you mean 'src/pocketnet/models/mlp.py'" in str(caught.value)


# --- the base class --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("def __init__(self, config): ...", "takes a configuration object (config)"),
        ("def __init__(self, width): ...", "its constructor demands width"),
        ("def encode(self):\n        raise NotImplementedError", "demands the methods encode"),
        (
            "def encode(self):\n        return self.encoder",
            "attributes that it never sets: encoder",
        ),
        ("def __init__(self, *, width=3): ...", ""),
        ("pass", ""),
    ],
)
def test_a_base_class_is_used_only_where_it_fits(tmp_path, body, why):
    base = f"from torch import nn\n\n\nclass Model(nn.Module):\n    {body}\n"
    made = _placed(tmp_path, {**PACKAGE, "src/pocketnet/models/base.py": base})
    assert made.base == ("" if why else "pocketnet.models.base.Model")
    assert why in _said(made)


def test_a_base_class_of_few_is_not_the_rule(tmp_path):
    files = dict(PACKAGE)
    for number in range(5):
        files[f"src/pocketnet/models/free_{number}.py"] = MODULE.format(name=f"Free{number}")
    made = _placed(tmp_path, files)
    assert made.base == ""
    assert "only 2 of 7 model files derive from it" in _said(made)


# --- re-exports and tables -------------------------------------------------------------------

INIT = "src/pocketnet/models/__init__.py"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from .mlp import MLP\nfrom .tiny_gpt import TinyGPT\n\n__all__ = ['MLP', 'TinyGPT']\n",
            "from .mlp import MLP\nfrom .text_classifier import TextClassifier\n"
            "from .tiny_gpt import TinyGPT\n\n__all__ = ['MLP', 'TextClassifier', 'TinyGPT']\n",
        ),
        (
            "from .mlp import *\nfrom .tiny_gpt import *\n",
            "from .mlp import *\nfrom .text_classifier import *\nfrom .tiny_gpt import *\n",
        ),
        (
            "from .mlp import MLP as MLP\nfrom .tiny_gpt import TinyGPT as TinyGPT\n",
            "from .mlp import MLP as MLP\n"
            "from .text_classifier import TextClassifier as TextClassifier\n"
            "from .tiny_gpt import TinyGPT as TinyGPT\n",
        ),
        (
            "from pocketnet.models.tiny_gpt import TinyGPT\nfrom pocketnet.models.mlp import MLP\n",
            "from pocketnet.models.tiny_gpt import TinyGPT\nfrom pocketnet.models.mlp import MLP\n"
            "from pocketnet.models.text_classifier import TextClassifier\n",
        ),
        ("# Nothing here.\n", None),
        ("def broken(:\n", None),
        ("import os\n\n__all__ = ['os']\n", None),
    ],
)
def test_re_exports_follow_the_file(tmp_path, before, after):
    made = _placed(tmp_path, {**PACKAGE, INIT: before})
    if after is None:
        assert made.edits == ()
    else:
        assert _after(tmp_path, made) == {INIT: after}


def test_re_exports_two_packages_up(tmp_path):
    files = {
        "net/__init__.py": "from .models.unet import UNet\nfrom .models.fpn import FPN\n",
        "net/models/__init__.py": "",
        "net/models/unet.py": MODULE.format(name="UNet"),
        "net/models/fpn.py": MODULE.format(name="FPN"),
        "tests/test_unet.py": "def test_it(): ...\n",
    }
    made = _placed(tmp_path, files)
    assert _after(tmp_path, made) == {
        "net/__init__.py": files["net/__init__.py"]
        + "from .models.text_classifier import TextClassifier\n"
    }


def test_a_dirty_init_does_not_spoil_the_edits(tmp_path):
    root = repository(tmp_path / "target", PACKAGE)
    write(root, {INIT: "half = finished\n"})
    found = study(root)
    made = place(found, spec())
    asked = spec()
    what = draft({made.path: "A = 1\n"}, edits=made.edits)
    done = export(found, asked, what, evidence(asked, what))
    text = git(root, "show", f"{done.branch}:{INIT}")
    assert "from pocketnet.models.text_classifier import TextClassifier" in text
    assert ast.literal_eval(ast.parse(text).body[-1].value) == ["MLP", "TextClassifier", "TinyGPT"]


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("MODELS = {'mlp': MLP, 'tiny_gpt': TinyGPT}\n", "'text_classifier': TextClassifier"),
        (
            "MODELS = {\n    'MLP': MLP,\n    'TinyGPT': TinyGPT,\n}\n",
            "'TextClassifier': TextClassifier",
        ),
    ],
)
def test_a_table_of_models_gets_its_entry(tmp_path, table, line):
    imports = (
        "from pocketnet.models.mlp import MLP\nfrom pocketnet.models.tiny_gpt import TinyGPT\n\n"
    )
    files = {**PACKAGE, INIT: "", "src/pocketnet/build.py": imports + table}
    made = _placed(tmp_path, files)
    text = _after(tmp_path, made)["src/pocketnet/build.py"]
    assert line in text
    assert "from pocketnet.models.text_classifier import TextClassifier\n" in text
    assert [key.value for key in ast.parse(text).body[-1].value.keys][1].lower().startswith("text")


def test_every_edit_stands_exactly_once_and_has_a_reason(tmp_path):
    made = _placed(tmp_path, PACKAGE)
    text = (tmp_path / "target" / INIT).read_text()
    assert made.edits
    for edit in made.edits:
        assert text.count(edit.before) == 1
        assert edit.reason


def _listing(tmp_path, readme, **fields):
    files = {**PACKAGE, "README.md": readme}
    for name in ("Third", "Fourth"):
        path = f"src/pocketnet/models/{name.lower()}.py"
        files[path] = PACKAGE["src/pocketnet/models/mlp.py"].replace("MLP", name)
    made = _placed(tmp_path, files, spec("SmallNet", text="A small net. It is quick.", **fields))
    return [edit for edit in made.edits if edit.path == "README.md"]


@pytest.mark.parametrize(
    ("readme", "line"),
    [
        ("- MLP\n- TinyGPT\n- Third\n- Fourth\n", "- SmallNet\n"),
        ("* `MLP`: wide\n* `TinyGPT`: deep\n* `Third`: odd\n", "* `SmallNet`: A small net\n"),
        (
            "| class | name | what it is | size |\n|---|---|---|---|\n"
            "| `MLP` | `mlp` | wide | 3 |\n"
            "| `TinyGPT` | `tiny_gpt` | deep | 4 |\n| `Third` | `third` | odd | 5 |\n",
            "| `SmallNet` | `smallnet` | A small net |  |\n",
        ),
    ],
)
def test_a_document_that_lists_the_models_lists_the_new_one(tmp_path, readme, line):
    (edit,) = _listing(tmp_path, readme, kind="model")
    assert line in edit.after
    assert edit.reason == "lists SmallNet as the other models are"


@pytest.mark.parametrize(
    "readme", ["We like MLP and TinyGPT and Third.\n", "# MLP\n\n# TinyGPT\n\n# Third\n", "- MLP\n"]
)
def test_a_document_that_only_mentions_models_is_left_alone(tmp_path, readme):
    assert _listing(tmp_path, readme, kind="model") == []


def test_a_layer_is_no_model(tmp_path):
    assert _listing(tmp_path, "- MLP\n- TinyGPT\n- Third\n", kind="layer") == []
