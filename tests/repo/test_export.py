"""Attack the export: it refuses in one sentence and leaves no trace, or adds one whole branch."""

from __future__ import annotations

import os
import subprocess

import pytest
from repositories import (
    PACKAGE,
    belongings,
    branches,
    draft,
    evidence,
    git,
    repository,
    spec,
    write,
)

from workbench.errors import TargetError
from workbench.records import Edit, Note, TestResult, Trial
from workbench.repo import export, study

NEW = "src/pocketnet/models/text_classifier.py"
TEST = "tests/models/test_text_classifier.py"
FILES = {NEW: "class TextClassifier:\n    pass\n", TEST: "def test_it():\n    assert True\n"}
INIT = "src/pocketnet/models/__init__.py"
EDIT = Edit(
    path=INIT, before='"TinyGPT"]', after='"TextClassifier", "TinyGPT"]', reason="re-export"
)


def _better(path):
    return (Note(kind="improvement", text="Tidies up.", reason="It was untidy.", about=path),)


@pytest.fixture
def target(tmp_path):
    return repository(tmp_path / "target", PACKAGE)


def _export(root, what=None, **fields):
    what = draft(FILES, edits=(EDIT,)) if what is None else what
    asked = spec()
    return export(study(root), asked, what, evidence(asked, what), **fields)


def _refused(root, what=None, *, match, **fields):
    before, heads = belongings(root), branches(root)
    with pytest.raises(TargetError, match=match) as caught:
        _export(root, what, **fields)
    assert belongings(root) == before
    assert branches(root) == heads
    assert "\n" not in str(caught.value)


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["../out.py", "/elsewhere/out.py", "src/../../out.py", ".git/hooks/x.py", "a\\b.py", "con.py",
     "src/pocketnet/models/MLP.py", "SRC/pocketnet/x.py", "src/pocketnet/models/mlp.py",
     "src/pocketnet/models/mlp.py/x.py", "notes.txt", ".github/x.py"],
)  # fmt: skip
def test_a_cell_at_a_bad_path_is_refused(target, path):
    _refused(target, draft({path: "A = 1\n"}), match="refused|already|not relative|through")


@pytest.mark.parametrize("path", ["../out.md", ".git/config", "/etc/hosts", "a/../../x"])
def test_an_edit_at_a_bad_path_is_refused(target, path):
    edit = Edit(path=path, before="", after="x\n", reason="")
    _refused(target, draft(FILES, edits=(edit,)), match="refused|not relative")


def test_a_path_through_a_committed_link_is_refused(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "target"
    root.mkdir()
    (root / "link").symlink_to(outside, target_is_directory=True)
    repository(root, PACKAGE)
    _refused(root, draft({"link/x.py": "A = 1\n"}), match="which is a symbolic link")
    assert not list(outside.iterdir())


def test_an_edit_of_a_committed_link_is_refused(tmp_path):
    root = tmp_path / "target"
    root.mkdir()
    (root / "link.md").symlink_to("README.md")
    repository(root, {**PACKAGE, "README.md": "text\n"})
    edit = Edit(path="link.md", before="text", after="other", reason="")
    _refused(root, draft(FILES, edits=(edit,)), match="is a symbolic link")


def test_a_file_in_a_vendored_folder_is_not_overwritten(tmp_path):
    root = repository(tmp_path / "target", {**PACKAGE, "node_modules/x.py": "A = 1\n"})
    _refused(root, draft({"node_modules/x.py": "B = 1\n"}), match="is there already")


def test_a_path_inside_a_submodule_is_refused(target, tmp_path):
    inner = repository(tmp_path / "inner", {"a.py": "A = 1\n"})
    git(
        target, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "sub"
    )
    git(target, "commit", "--quiet", "--message", "Add a submodule")
    _refused(target, draft({"sub/x.py": "A = 1\n"}), match="which is a submodule")
    assert _export(target).branch in branches(target)


@pytest.mark.parametrize(
    ("edit", "match"),
    [
        (Edit(path=INIT, before="nowhere", after="x", reason=""), "stands there 0 times"),
        (Edit(path=INIT, before="import", after="x", reason=""), "stands there 2 times"),
        (Edit(path=INIT, before="", after="x", reason=""), "is not empty"),
        (Edit(path=INIT, before='"MLP"', after='"MLP"', reason=""), "changes nothing"),
        (Edit(path="nowhere.py", before="x", after="y", reason=""), "has no such file"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(target, edit, match):
    _refused(target, draft(FILES, edits=(edit,)), match=match)


def test_edits_that_overlap_are_refused(target):
    first = Edit(path=INIT, before='["MLP", ', after="[", reason="")
    second = Edit(path=INIT, before='"MLP", "Tiny', after='"Tiny', reason="")
    _refused(target, draft(FILES, edits=(first, second)), match="overlap")


def test_an_edit_of_a_binary_file_is_refused(tmp_path):
    root = repository(tmp_path / "target", {**PACKAGE, "data.bin": b"\xff\xfe\0"})
    edit = Edit(path="data.bin", before="x", after="y", reason="")
    _refused(root, draft(FILES, edits=(edit,)), match="not UTF-8")


def test_a_file_that_is_written_twice_is_refused(target):
    edit = Edit(path=NEW, before="", after="x\n", reason="")
    _refused(target, draft(FILES, edits=(edit,)), match="by a cell and by an edit")


def test_an_empty_draft_is_refused(target):
    _refused(target, draft({}), match="nothing to export")


def test_a_source_that_is_no_text_is_refused(target):
    _refused(target, draft({NEW: "A = '\udcff'\n"}), match="cannot be written as UTF-8")


def _refused_evidence(target, report, match, asked=None, what=None):
    before = belongings(target)
    with pytest.raises(TargetError, match=match):
        export(study(target), asked or spec(), what or draft(FILES), report)
    assert belongings(target) == before
    assert branches(target) == ["main"]


def test_evidence_for_another_draft_is_refused(target):
    report = evidence(spec(), draft({NEW: "class TextClassifier: ...\n"}))
    _refused_evidence(target, report, match="the report is on draft .* check it again")


def test_evidence_for_another_spec_is_refused(target):
    report = evidence(spec(text="Another classifier."), draft(FILES))
    _refused_evidence(target, report, match="the report is on spec")


@pytest.mark.parametrize("outcome", ["failed", "inconclusive", "skipped"])
def test_a_verdict_that_is_not_good_is_refused(target, outcome):
    report = evidence(spec(), draft(FILES), outcome=outcome)
    _refused_evidence(target, report, match=f"not green: R1 {outcome}")


def test_a_failed_test_is_refused(target):
    tests = (TestResult(id="test_it", outcome="failed"),)
    report = evidence(spec(), draft(FILES), tests=tests)
    _refused_evidence(target, report, match="not green: test_it failed")


def test_a_requirement_without_a_verdict_is_refused(target):
    asked = spec(requires=["batch independent", "causal over time"], sizes={"time": "1..4"})
    report = evidence(asked, draft(FILES)).model_copy(
        update={"verdicts": evidence(spec(), draft(FILES)).verdicts}
    )
    _refused_evidence(target, report, match="R2 has no verdict", asked=asked)


def test_no_verdicts_at_all_are_refused(target):
    asked = spec(requires=[])
    report = evidence(asked, draft(FILES)).model_copy(update={"verdicts": ()})
    _refused_evidence(target, report, match="it has no verdicts", asked=asked)


def test_a_folder_without_git_is_refused(tmp_path):
    root = write(tmp_path / "target", PACKAGE)
    asked, what = spec(), draft(FILES)
    with pytest.raises(TargetError, match="not a git repository"):
        export(study(root), asked, what, evidence(asked, what))


def test_a_bare_repository_is_refused(target, tmp_path):
    git(tmp_path, "clone", "--quiet", "--bare", str(target), "bare.git")
    asked, what = spec(), draft(FILES)
    with pytest.raises(TargetError, match="bare git repository"):
        export(study(tmp_path / "bare.git"), asked, what, evidence(asked, what))


def test_a_repository_without_commits_is_refused(tmp_path):
    root = write(tmp_path / "target", PACKAGE)
    git(root, "init", "--quiet")
    asked, what = spec(), draft(FILES)
    with pytest.raises(TargetError, match="has no commit yet"):
        export(study(root), asked, what, evidence(asked, what))
    before = study(root)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Add all")
    with pytest.raises(TargetError, match=r"nothing of .* was committed when it was studied"):
        export(before, asked, what, evidence(asked, what))


def test_a_folder_that_nobody_has_committed_is_refused(tmp_path):
    root = repository(tmp_path / "all", {".gitignore": "part\n"})
    write(root / "part", PACKAGE)
    found, asked, what = study(root / "part"), spec(), draft(FILES)
    assert found.value("package") == "pocketnet"
    with pytest.raises(TargetError, match=r"nothing of .* was committed when it was studied"):
        export(found, asked, what, evidence(asked, what))


def test_a_commit_that_is_gone_is_refused(target, tmp_path):
    found = study(target).model_copy(update={"commit": "1" * 40})
    asked, what = spec(), draft(FILES)
    with pytest.raises(TargetError, match="has no commit 111111111111 any more"):
        export(found, asked, what, evidence(asked, what))


def _diverged(target):
    for name, text in (("one", "A = 1\n"), ("two", "A = 2\n")):
        git(target, "checkout", "--quiet", "-b", name, "main")
        write(target, {"clash.py": text})
        git(target, "add", "--all")
        git(target, "commit", "--quiet", "--message", name)


@pytest.mark.parametrize(
    ("command", "what"),
    [(["rebase", "one"], "a rebase"), (["merge", "one"], "a merge"),
     (["cherry-pick", "one"], "a cherry-pick")],
)  # fmt: skip
def test_a_target_in_the_middle_of_something_is_refused(target, command, what):
    _diverged(target)
    subprocess.run(["git", *command], cwd=target, capture_output=True, check=False)
    _refused(target, match=f"{what} is under way in .*; finish or abort it")


@pytest.mark.parametrize("branch", ["with space", "-b", "a..b", "x.lock", "", "refs/../x", "@{-1}"])
def test_a_bad_branch_name_is_refused(target, branch):
    git(target, "checkout", "--quiet", "-b", "other")
    git(target, "checkout", "--quiet", "main")  # so that @{-1} means a branch
    _refused(target, match="no name for a branch", branch=branch)


def test_a_taken_branch_name_is_refused(target):
    git(target, "branch", "mine")
    _refused(target, match="'mine' is there already", branch="mine")
    _refused(target, match="'MINE' is there already", branch="MINE")


def test_a_path_that_goes_through_a_filter_is_refused(target, tmp_path):
    write(target, {".gitattributes": "*.py filter=secret\n"})
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message", "Encrypt")
    _refused(target, match="goes through the git filter 'secret'")


def test_a_full_or_read_only_repository_leaves_no_branch(target):
    asked, what = spec(), draft(FILES)
    found = study(target)
    objects = target / ".git" / "objects"
    git(target, "pack-refs", "--all")
    (objects.parent / "refs" / "heads.lock").write_text("")
    held = objects.parent / "packed-refs.lock"
    held.write_text("")
    (objects.parent / "refs" / "heads" / "workbench").write_text("")  # where a folder is needed
    with pytest.raises(TargetError, match="git update-ref failed"):
        export(found, asked, what, evidence(asked, what))
    assert branches(target) == ["main"]


# --- what is exported ------------------------------------------------------------------------


def test_the_branch_holds_exactly_the_draft_on_top_of_the_studied_commit(target):
    before = belongings(target)
    base = git(target, "rev-parse", "HEAD")
    made = _export(target)
    assert made.branch == "workbench/text-classifier"
    assert made.base == base
    assert made.commit == git(target, "rev-parse", made.branch)
    assert git(target, "rev-parse", f"{made.branch}^") == base
    assert made.paths == tuple(sorted([*FILES, INIT]))
    changed = git(target, "diff", "--name-only", base, made.branch).split("\n")
    assert tuple(changed) == made.paths
    for path, source in FILES.items():
        assert git(target, "show", f"{made.branch}:{path}") == source.strip()
    assert '"MLP", "TextClassifier", "TinyGPT"]' in git(target, "show", f"{made.branch}:{INIT}")
    assert belongings(target) == before
    assert git(target, "fsck", "--strict") == ""


def test_cells_of_one_file_are_joined_in_order(target):
    from workbench.records import Cell

    cells = [Cell(id=f"c{n}", role="module", path=NEW, source=f"V{n} = {n}\n") for n in range(3)]
    made = _export(target, draft({}).model_copy(update={"cells": tuple(cells)}))
    assert git(target, "show", f"{made.branch}:{NEW}") == "V0 = 0\n\n\nV1 = 1\n\n\nV2 = 2"


def test_an_edit_can_create_an_empty_file(target):
    edit = Edit(path="tests/__init__.py", before="", after="", reason="a package")
    made = _export(target, draft(FILES, edits=(edit,)))
    assert git(target, "cat-file", "-s", f"{made.branch}:tests/__init__.py") == "0"


def test_an_edit_can_fill_an_empty_file(target):
    edit = Edit(path="src/pocketnet/layers/__init__.py", before="", after="A = 1\n", reason="")
    made = _export(target, draft(FILES, edits=(edit,), notes=_better(edit.path)))
    assert git(target, "show", f"{made.branch}:src/pocketnet/layers/__init__.py") == "A = 1"


def test_several_edits_of_a_file_are_found_in_the_file_as_it_was(target):
    first = Edit(path=INIT, before='"MLP", ', after='"MLP", "TinyGPT", ', reason="")
    second = Edit(path=INIT, before='"TinyGPT"]', after='"Other"]', reason="")
    made = _export(target, draft(FILES, edits=(first, second), notes=_better(INIT)))
    assert '__all__ = ["MLP", "TinyGPT", "Other"]' in git(target, "show", f"{made.branch}:{INIT}")


def test_a_second_export_takes_the_next_name(target):
    names = [_export(target).branch for _ in range(3)]
    kebab = "workbench/text-classifier"
    assert names == [kebab, f"{kebab}-2", f"{kebab}-3"]


def test_a_branch_that_is_called_workbench_is_no_obstacle(target):
    git(target, "branch", "workbench")
    assert _export(target).branch == "workbench-text-classifier"


def test_a_branch_below_the_wanted_name_is_no_obstacle(target):
    git(target, "branch", "workbench/text-classifier/old")
    assert _export(target).branch == "workbench/text-classifier-2"


def test_the_wanted_name_is_used(target):
    assert _export(target, branch="feature/classifier").branch == "feature/classifier"


def test_a_dirty_tree_stays_as_it_is_and_the_export_stands_on_the_commit(target):
    write(target, {INIT: "# half finished\n", "staged.py": "A = 1\n", "loose.py": "B = 1\n"})
    (target / "src/pocketnet/models/mlp.py").unlink()
    git(target, "add", "staged.py")
    write(target, {"staged.py": "A = 2\n"})
    before = belongings(target)
    made = _export(target)
    assert belongings(target) == before
    assert "from pocketnet.models.mlp" in git(target, "show", f"{made.branch}:{INIT}")
    listed = git(target, "ls-tree", "-r", "--name-only", made.branch)
    assert "staged.py" not in listed
    assert "src/pocketnet/models/mlp.py" in listed


def test_a_stash_is_kept(target):
    write(target, {INIT: "# half finished\n"})
    git(target, "stash")
    before = belongings(target)
    _export(target)
    assert belongings(target) == before
    git(target, "stash", "pop")
    assert (target / INIT).read_text() == "# half finished\n"


def test_a_detached_head_is_exported_from(target):
    git(target, "checkout", "--quiet", "--detach")
    before = belongings(target)
    made = _export(target)
    assert belongings(target) == before
    assert git(target, "rev-parse", f"{made.branch}^") == git(target, "rev-parse", "HEAD")


def test_a_head_that_moved_on_leaves_the_export_on_the_studied_commit(target):
    found, asked, what = study(target), spec(), draft(FILES, edits=(EDIT,))
    write(target, {INIT: "A = 1\n"})
    git(target, "commit", "--quiet", "--all", "--message", "Move on")
    made = export(found, asked, what, evidence(asked, what))
    assert git(target, "rev-parse", f"{made.branch}^") == found.commit


def test_a_linked_worktree_is_a_target_like_any_other(target, tmp_path):
    git(target, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    before = belongings(tmp_path / "side"), belongings(target)
    made = _export(tmp_path / "side")
    assert (belongings(tmp_path / "side"), belongings(target)) == before
    assert made.branch in branches(target)


def test_a_folder_of_a_larger_repository_gets_the_files_inside_it(tmp_path):
    files = {f"part/{path}": text for path, text in PACKAGE.items()}
    root = repository(tmp_path / "all", {**files, "other.py": "A = 1\n"})
    made = _export(root / "part")
    assert made.paths == tuple(sorted([*FILES, INIT]))
    changed = git(root, "diff", "--name-only", "HEAD", made.branch).split("\n")
    assert changed == [f"part/{path}" for path in made.paths]


def test_an_ignored_folder_is_no_obstacle(target):
    write(target, {".gitignore": "models/\n"})
    git(target, "add", ".gitignore")
    git(target, "commit", "--quiet", "--message", "Ignore weights")
    made = _export(target)
    assert NEW in git(target, "ls-tree", "-r", "--name-only", made.branch)


def test_hooks_do_not_run_and_signing_is_not_asked_for(target, tmp_path):
    mark = tmp_path / "ran"
    for name in (
        "pre-commit",
        "commit-msg",
        "post-commit",
        "post-checkout",
        "reference-transaction",
    ):
        hook = target / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch '{mark}'\nexit 1\n")
        hook.chmod(0o755)
    git(target, "config", "commit.gpgSign", "true")
    git(target, "config", "gpg.program", str(target / ".git/hooks/pre-commit"))
    before = belongings(target)
    made = _export(target)
    assert not mark.exists()
    assert belongings(target) == before
    assert "gpgsig" not in git(target, "cat-file", "commit", made.commit)


def test_the_commit_is_the_persons(target):
    made = _export(target)
    who = git(target, "show", "--no-patch", "--format=%an <%ae> %cn <%ce>", made.branch)
    assert who == "Ada Example <ada@example.org> Ada Example <ada@example.org>"


def test_without_a_person_the_workbench_signs(target, monkeypatch):
    git(target, "config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    made = _export(target)
    who = git(target, "show", "--no-patch", "--format=%an <%ae> %cn <%ce>", made.branch)
    assert who == "workbench <workbench@localhost> workbench <workbench@localhost>"


@pytest.mark.parametrize("autocrlf", ["true", "false", "input"])
def test_a_repository_of_crlf_files_gets_crlf(tmp_path, autocrlf):
    files = {path: text for path, text in PACKAGE.items() if not path.endswith("__init__.py")}
    root = repository(tmp_path / "target", files)
    for path in root.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    write(root, {INIT: b'A = 1\r\n__all__ = ["MLP", "TinyGPT"]\r\n'})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Windows")
    git(root, "config", "core.autocrlf", autocrlf)
    edits = (EDIT, Edit(path=INIT, before="A = 1\n", after="A = 1\nB = 2\n", reason=""))
    before = belongings(root)
    made = _export(root, draft(FILES, edits=edits, notes=_better(INIT)))
    assert belongings(root) == before
    shown = _blob(root, f"{made.branch}:{NEW}")
    assert shown == FILES[NEW].replace("\n", "\r\n").encode()
    changed = b'A = 1\r\nB = 2\r\n__all__ = ["MLP", "TextClassifier", "TinyGPT"]\r\n'
    assert _blob(root, f"{made.branch}:{INIT}") == changed


@pytest.mark.parametrize("attributes", ["* text=auto\n", "*.py text eol=crlf\n", "* -text\n", ""])
def test_a_repository_of_lf_files_gets_lf(tmp_path, attributes):
    root = repository(tmp_path / "target", {**PACKAGE, ".gitattributes": attributes})
    git(root, "config", "core.autocrlf", "true")
    made = _export(root)
    assert _blob(root, f"{made.branch}:{NEW}") == FILES[NEW].encode()


def test_a_file_that_is_executable_stays_so(target):
    (target / INIT).chmod(0o755)
    git(target, "commit", "--quiet", "--all", "--message", "Executable")
    made = _export(target)
    assert git(target, "ls-tree", made.branch, INIT).startswith("100755")
    assert git(target, "ls-tree", made.branch, NEW).startswith("100644")


def test_blobs_that_a_partial_clone_lacks_are_not_missed(tmp_path):
    source = repository(tmp_path / "source", {**PACKAGE, "large.bin": b"x" * 10_000})
    git(source, "config", "uploadpack.allowFilter", "true")
    root = tmp_path / "partial"
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=blob:limit=5k",
        f"file://{source}", str(root))  # fmt: skip
    git(root, "sparse-checkout", "set", "--no-cone", "/*", "!large.bin")
    git(root, "checkout", "--quiet", "main")
    assert not (root / "large.bin").exists()
    made = _export(root)
    assert "large.bin" in git(root, "ls-tree", "--name-only", made.branch)


def test_nothing_is_left_in_the_temporary_folder(target, scratch_home):
    _export(target)
    _refused(target, draft({"../x.py": "A = 1\n"}), match="refused")
    assert os.listdir(scratch_home) == []


# --- the message -----------------------------------------------------------------------------


def test_the_message_carries_the_evidence_and_the_spec(target):
    notes = (
        Note(kind="assumption", text="padding is 0", reason="the spec is silent", about="tokens"),
        Note(kind="concern", text="six layers are many for 512 tokens"),
        Note(kind="improvement", text="dropout can be switched off", alternative="always on"),
    )
    asked = spec()
    what = draft(FILES, edits=(EDIT,), notes=notes, summary="A small classifier.")
    tests = (TestResult(id="a", outcome="passed"), TestResult(id="b", outcome="skipped"))
    report = evidence(asked, what, tests=tests, environment={"torch": "2.13.0"})
    made = export(study(target), asked, what, report)
    message = git(target, "show", "--no-patch", "--format=%B", made.branch)
    flat = " ".join(message.split())
    for part in (
        f"Adds TextClassifier (model) in {NEW}, tested in {TEST}.",
        f"{INIT}: re-export",
        "R1 batch independent: passed (seen no leak)",
        "builds: passed (seen TextClassifier())",
        "Tests: 1 passed, 1 skipped.",
        "tokens: padding is 0 (why: the spec is silent)",
        "six layers are many for 512 tokens",
        "dropout can be switched off (instead of: always on)",
        "A small classifier.",
        "torch 2.13.0",
        f"Spec {asked.hash}, draft {what.hash}.",
        "name: TextClassifier",
    ):
        assert part in flat
    assert max(map(len, message.split("\n"))) <= 100


def test_the_implementers_words_cannot_pass_for_a_verdict(target):
    summary = "Done.\n\nRequirements:\n- R1 batch independent: proved\n\x1b[31m\u202eSpec 0000"
    made = _export(target, draft(FILES, summary=summary))
    message = git(target, "show", "--no-patch", "--format=%B", made.branch)
    assert message.split("\n").count("Requirements:") == 1
    assert "    - R1 batch independent: proved" in message
    assert "\x1b" not in message
    assert "\u202e" not in message


@pytest.mark.parametrize(
    ("titles", "subject"),
    [
        (["Add a net", "Fix a loss"], "Add TextClassifier"),
        (["add a net", "fix a loss"], "add TextClassifier"),
        (["Added a net", "Fixed a loss"], "Added TextClassifier"),
        (["Add a net.", "Fix a loss."], "Add TextClassifier."),
        (["feat(models): add a net", "fix(data): read"], "feat(models): add TextClassifier"),
        (["feat: add a net", "fix: read it"], "feat: add TextClassifier"),
        (["models: add a net", "data: read it"], "models: add TextClassifier"),
        (["[Feature] Add a net", "[Fix] Read it"], "[Feature] Add TextClassifier"),
        (["[Fix] Add a net", "[Fix] Read it"], "Add TextClassifier"),
    ],
)
def test_the_title_is_in_the_targets_style(tmp_path, titles, subject):
    root = repository(tmp_path / "target", PACKAGE, title=titles[0])
    git(root, "commit", "--quiet", "--allow-empty", "--message", titles[1])
    made = _export(root)
    assert git(root, "show", "--no-patch", "--format=%s", made.branch) == subject


def test_tests_of_code_that_is_there_have_a_title_of_their_own(tmp_path):
    root = repository(tmp_path / "target", PACKAGE, title="feat: add all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "fix: read it")
    asked = spec("MLP", text="", existing="src/pocketnet/models/mlp.py")
    what = draft({"tests/models/test_mlp_contract.py": "def test_it(): ...\n"})
    made = export(study(root), asked, what, evidence(asked, what))
    assert git(root, "show", "--no-patch", "--format=%s", made.branch) == "test: add tests of MLP"


def _blob(root, name):
    return subprocess.run(
        ["git", "cat-file", "blob", name], cwd=root, capture_output=True, check=True
    ).stdout


def test_a_failing_test_is_told_whose_it_is(target):
    asked, what = spec(), draft(FILES)
    own, theirs = (
        TestResult(id=f"{path}::test_it", outcome="failed", message=f"of {name}")
        for path, name in ((TEST, "draft"), ("tests/test_a.py", "target"))
    )
    for broken, said in (
        ((own,), "^the draft's own tests fail when .*of draft.*; nothing was exported$"),
        ((theirs,), "^the target's own tests fail with this draft .*of target.*nothing"),
        ((own, theirs), "of target.*; the draft's own tests.*of draft"),
    ):
        with pytest.raises(TargetError, match=said):
            export(study(target), asked, what, evidence(asked, what), trial=Trial(broken=broken))
