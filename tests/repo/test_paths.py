"""Attack the paths: what leaves the target, hides in it, or is another name elsewhere."""

from __future__ import annotations

import pytest

from workbench.errors import TargetError
from workbench.repo._paths import is_secret, require_free, require_plain, require_python

BAD = [
    "",
    "/etc/passwd",
    "~/x.py",
    "C:/x.py",
    "c:x.py",
    "../x.py",
    "a/../../x.py",
    "a/./x.py",
    "a//x.py",
    "a/",
    "..",
    "a\\x.py",
    "a\0.py",
    "a\nb.py",
    ".git/hooks/post-checkout",
    ".GIT/config",
    "a/.git/x.py",
    "a/.Git./x.py",
    "git~1/x.py",
    ".g\u200cit/x.py",
    "\uff0egit/x.py",
    "con.py",
    "a/NUL.py",
    "lpt1.tests.py",
    "com\u00b9.py",
    "aux/x.py",
    "a./x.py",
    "a /x.py",
    " a.py",
    "a?.py",
    'a".py',
    "a*.py",
    "a:stream.py",
    "x" * 300 + ".py",
]


@pytest.mark.parametrize("path", BAD, ids=ascii)
def test_a_path_that_some_system_reads_otherwise_is_refused(path):
    with pytest.raises(TargetError, match="path"):
        require_plain(path)


@pytest.mark.parametrize(
    "path", ["a.py", "a/b_c/d.py", "ünï/é.py", ".github/x.yml", "con_x.py", "a b.py"]
)
def test_an_ordinary_path_is_let_through(path):
    require_plain(path)


@pytest.mark.parametrize("path", ["a.txt", "a", ".hidden/a.py", "a/.b.py", "setup.cfg", ".env"])
def test_code_goes_into_visible_python_files_only(path):
    with pytest.raises(TargetError, match="refused"):
        require_python(path)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (["net/a.py"], "is there already"),
        (["net"], "is there already .folder"),
        (["net/A.py"], "ignore case"),
        (["Net/b.py"], "ignore case"),
        (["net/a.py/b.py"], "through net/a.py, which is a file"),
        (["link/b.py"], "which is a symbolic link"),
        (["sub/b.py"], "which is a submodule"),
        (["new.py", "New.py"], "ignore case"),
        (["x/new.py", "X/other.py"], "ignore case"),
        (["cafe\u0301.py"], "ignore case"),
        (["STRASSE.py"], "ignore case"),
    ],
)
def test_a_clash_is_refused(new, message):
    there = {"net": "folder", "net/a.py": "file", "link": "symbolic link", "sub": "submodule"}
    there |= {"caf\u00e9.py": "file", "stra\u00dfe.py": "file"}
    with pytest.raises(TargetError, match=message):
        require_free(new, there)


def test_free_paths_are_let_through():
    require_free(["net/b.py", "net/deep/er/c.py", "net/deep/d.py"], {"net": "folder"})


@pytest.mark.parametrize(
    "path",
    [".env", "a/.env.local", "id_rsa", "a/server.pem", "x.key", ".aws/config", "secrets.yaml",
     "credentials.json", ".netrc", "token.txt", "service-account-1.json", ".npmrc"],
)  # fmt: skip
def test_files_that_hold_keys_are_known(path):
    assert is_secret(path)


@pytest.mark.parametrize("path", ["tokenizer.py", "net/keys.py", "secrets.py", "environment.yml"])
def test_code_that_only_sounds_like_it_is_no_secret(path):
    assert not is_secret(path)
