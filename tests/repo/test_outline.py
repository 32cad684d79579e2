"""A file without its function bodies says the same of itself as the whole file does."""

from __future__ import annotations

import ast
import inspect
import shutil
import sysconfig
from pathlib import Path

import pytest
from repositories import PACKAGE, repository

from workbench.repo import _crew, study, topics
from workbench.repo._outline import outline
from workbench.repo._parse import parse
from workbench.repo._tree import Unreadable

BODY = "    a = 1\n    b = 2\n    c = 3\n    d = 4\n    return a + b + c + d\n"
LONG_STRING = 'def f():\n    s = """\nclass B:\n    pass\n"""\n'
TRICKY = {
    "plain": f"import os\n\ndef f(x: int) -> int:\n{BODY}\nimport sys\n",
    "docstring": f'def f():\n    """Say.\n\nArgs:\n    x: y\n    """\n{BODY}\n'
    f"class A:\n    x = 1\n",
    "string at column 0": f"{LONG_STRING}{BODY}\nclass C:\n    x = 1\n",
    "quote in a string": f"def f():\n    s = \"'''\"\n{BODY}\ndef g():\n    t = '''x'''\n"
    f"{BODY}X = 1\n",
    "quote in a comment": f'# a """ here\ndef f():\n{BODY}\ndef g():\n    """Doc."""\n{BODY}',
    "def in a string": f'"""Example::\n\n    def f(x):\n{BODY}\n"""\ndef g(y):\n{BODY}',
    "long signature": f'def f(\n    a: dict[str, int] = {{"(": 1}},  # one )\n    *, b=3,\n'
    f"):\n{BODY}",
    "one line": "def f(): return 1\ndef g(x): return {\n    1: x,\n    2: x,\n"
    "    3: x,\n    4: x}\n",
    "abstract": "class A:\n    def f(self):\n        x = 1\n\n\n\n"
    "        raise NotImplementedError\n",
    "decorated": f"class A:\n @property\n def f(self):\n{BODY}\n @f.setter\n def f(self, v): ...\n",
    "nested": f"def f():\n    def g():\n        class H: pass\n{BODY}\n"
    f"class K(object):\n def m(self):\n{BODY}",
    "conditional": f"if x:\n  def f():\n    pass\n{BODY}else:\n    def f(z):\n        return z\n",
    "column 0 in brackets": f"def f():\n    x = g(\n1,\n)\n{BODY}\nY = {{'a': f, 'b': f}}\n",
    "tabs": "class A:\n\tdef f(self):\n\t\ta = 1\n\t\tb = 1\n\t\tc = 1\n\t\td = 1\n\tz = 1\n",
    "comments": f"def f():\n# outdented\n{BODY}# end\nclass Z: pass\n",
    "async": f"async def f(a, /, b: 'torch.Tensor'):\n{BODY}",
    "no line break": f"def f():\n{BODY.rstrip()}",
}


@pytest.mark.parametrize("text", TRICKY.values(), ids=TRICKY)
def test_the_facts_are_those_of_the_whole_file(text):
    assert parse("a.py", text, outlined=True) == parse("a.py", text)
    assert outline(text).count("\n") == text.count("\n")


def test_bodies_are_really_left_out():
    cut = outline(TRICKY["plain"])
    assert "return a" not in cut
    assert cut.split("\n")[0] == "import os"
    assert len(ast.dump(ast.parse(cut))) < len(ast.dump(ast.parse(TRICKY["plain"])))


def test_installed_code_says_the_same_without_its_bodies():
    installed = Path(sysconfig.get_path("purelib"))
    files = [
        file for name in ("typer", "click", "jinja2") for file in (installed / name).glob("*.py")
    ]
    files += [Path(inspect.getfile(inspect)), Path(inspect.getfile(ast))]
    cut = 0
    for file in files:
        text = file.read_text(encoding="utf-8")
        found = parse("a.py", text, outlined=True)
        assert found == parse("a.py", text), file
        cut += found.outlined
    assert cut > len(files) / 2


@pytest.mark.parametrize("line", ["print 'a'", "exec code", "raise E, 'a'", "except E, e:"])
def test_python_2_in_a_body_is_found_all_the_same(line):
    body = f"    try:\n        pass\n    {line}\n        pass\n" if "except" in line else ""
    text = f"def f():\n{body or '    ' + line + chr(10)}{BODY}"
    with pytest.raises(Unreadable, match=r"Python 2|does not parse"):
        parse("a.py", text, outlined=True)


def test_a_conflict_left_in_a_body_is_found_all_the_same():
    text = f"def f():\n{BODY}<<<<<<< HEAD\n    x = 1\n=======\n    x = 2\n>>>>>>> other\n{BODY}"
    with pytest.raises(Unreadable, match="does not parse"):
        parse("a.py", text, outlined=True)


def test_a_large_target_is_read_by_its_outlines_and_says_so(tmp_path, monkeypatch):
    root = repository(tmp_path / "target", PACKAGE)
    body = "".join(f"    x_{number} = {number}\n" for number in range(9))
    shutil.copyfile(root / "src/pocketnet/models/mlp.py", root / "src/pocketnet/models/more.py")
    with (root / "src/pocketnet/models/mlp.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef build_model():\n{body}")
    whole = study(root, fresh=True)
    monkeypatch.setattr(_crew, "_WHOLE", 0)
    outlines = study(root, fresh=True)
    found = outlines.find(topics.READING)
    assert whole.find(topics.READING) is None
    assert found.value == "outlines"
    assert any(one.path.endswith("mlp.py") for one in found.evidence)
    rest = tuple(one for one in outlines.findings if one.topic != topics.READING)
    assert rest == whole.findings
