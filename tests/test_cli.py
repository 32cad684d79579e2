"""The ``workbench`` command, run as people and scripts run it: exit codes, JSON, messages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.spec import load

ROOT = Path(__file__).parents[1]
SPECS = ROOT / "specs"
SENTENCE = (
    "A transformer-based classifier with 6 layers, 8 attention heads, embedding dim 512, "
    "for text classification with 10 classes."
)


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workbench", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=280)


def test_help_names_every_subcommand_with_a_sentence():
    done = run("--help")
    assert done.returncode == 0
    for name in (
        "new",
        "study",
        "implement",
        "check",
        "export",
        "batch",
        "lab",
        "sessions",
        "demo",
    ):
        assert re.search(rf"\b{name}\b\s+\w+", done.stdout), name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["implemnt"], "implemnt"),
        (["implement"], "give a spec and --repo"),
        (["implement", "absent.yaml", "--repo", "."], "absent.yaml: cannot be read"),
        (["implement", "{spec}", "--repo", "/nowhere"], "is no folder"),
        (["implement", "--resume", "nothing"], "there is no session 'nothing'"),
        (["check", "{spec}"], "--code"),
        (["check", "{spec}", "--code", "absent.py"], "absent.py"),
        (["check", "{spec}", "--code", "{spec}", "--tier", "quick"], "'quick' is no tier"),
        (["check", "{spec}", "--code", "{spec}", "--device", "tpu"], "'tpu' is no device"),
        (["study", "/nowhere"], "/nowhere"),
        (["export", "nothing"], "there is no session 'nothing'"),
        (["new", "A", "--from", "a mixture of experts with 8 experts"], "expert"),
        (["batch", "absent.yaml", "--repo", ".", "--jobs", "0"], "--jobs"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_bad_use_gets_one_message_and_code_2(tmp_path, arguments, said, as_json):
    filled = [argument.format(spec=SPECS / "text_classifier.yaml") for argument in arguments]
    done = run(*filled, *(["--json"] if as_json else []), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    message = json.loads(done.stdout)["error"]["message"] if as_json else done.stderr
    assert said in message
    if not as_json:
        assert done.stdout == ""


def test_new_writes_a_spec_that_loads_and_never_replaces_one(tmp_path):
    done = run("new", "my_classifier", "--from", SENTENCE, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    spec = load(tmp_path / said["path"])
    assert spec.name == "MyClassifier"
    assert spec.text.strip() == SENTENCE
    assert spec.options["num_heads"] == 8
    assert said["not_understood"] == []
    (tmp_path / said["path"]).write_text("mine")
    assert run("new", "my_classifier", "--from", SENTENCE, cwd=tmp_path).returncode == 2
    assert (tmp_path / said["path"]).read_text() == "mine"


def test_study_prints_findings_with_evidence(target):
    done = run("study", target, "--json")
    assert done.returncode == 0, done.stderr
    findings = {finding["topic"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert any(finding["evidence"] for finding in findings.values())
    assert "CLAUDE.md" in json.dumps(findings)
    plain = run("study", target)
    assert plain.returncode == 0
    for topic in findings:
        assert topic in plain.stdout


def test_schema_is_json():
    assert json.loads(run("schema").stdout)["title"] == "workbench spec"


def test_a_spec_is_validated_and_explained_without_code(tmp_path):
    path = tmp_path / "attention.yaml"
    path.write_text(SPEC)
    told = run("spec", path)
    assert told.returncode == 0, told.stderr
    assert re.search(r"R2\s+attention heads == num_heads\s+attention_heads", told.stdout)
    assert "positions == none | learned" in told.stdout  # nothing speaks of them
    document = json.loads(run("spec", path, "--json").stdout)
    assert {"check": "attention_heads", "requirement": "R2"}.items() <= document["checks"][
        [entry["requirement"] for entry in document["checks"]].index("R2")
    ].items()
    path.write_text(SPEC.replace("attention heads ==", "attention head =="))
    refused = run("spec", path)
    assert refused.returncode == 2
    assert "attention heads" in refused.stderr


def test_phrases_are_listed_by_kind():
    listed = json.loads(run("phrases", "loss", "--json").stdout)["phrases"]
    assert "label smoothing" in {entry["phrase"] for entry in listed}
    assert "attention heads" not in {entry["phrase"] for entry in listed}
    assert run("phrases", "lost").returncode == 2


SPEC = """\
name: SelfAttention
kind: layer
text: self-attention with 4 heads
options: {embed_dim: 32, num_heads: 4}
sizes: {batch: 0..8, time: 1..16}
inputs:
  x: float "batch time embed_dim"
outputs:
  y: float "batch time embed_dim"
requires:
  R1: attention layers == 1
  R2: attention heads == num_heads
  R3: batch independent
  R4: parameters == 4 * embed_dim ** 2
"""
GOOD = """\
import torch
from torch import nn
from torch.nn import functional as F


class SelfAttention(nn.Module):
    def __init__(self, *, embed_dim: int = 32, num_heads: int = 4) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim, bias=False)
        self.out = nn.Linear(embed_dim, embed_dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, time, dim = x.shape
        shape = (batch, time, 3, self.num_heads, dim // self.num_heads)
        q, k, v = self.qkv(x).view(shape).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v)
        return self.out(y.transpose(1, 2).reshape(batch, time, dim))
"""


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("", "", ""),
        ("self.num_heads = num_heads", "self.num_heads = 2 * num_heads", "R2"),
        ("self.out(y.", "self.out(y.detach().", "gradient_flow"),
        ("batch, time, dim = x.shape", "batch, time, dim = 2, *x.shape[1:]", "output_shape"),
        (
            "dim // self.num_heads)\n",
            "dim // self.num_heads)\n        import os; os._exit(0)\n",
            "",
        ),
    ],
    ids=["good", "wrong heads", "detached", "hard-coded batch", "exits with 0"],
)
def test_check_names_what_is_wrong_and_exits_with_1(tmp_path, before, after, named):
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "attention.py").write_text(GOOD.replace(before, after, 1) if before else GOOD)
    done = run("check", "spec.yaml", "--code", "attention.py", "--json", cwd=tmp_path)
    report = json.loads(done.stdout)
    bad = [v for v in report["report"]["verdicts"] if v["outcome"] != "passed"]
    if not before:
        assert done.returncode == 0, bad
        assert report["green"] is True
        return
    assert done.returncode == 1
    assert report["green"] is False
    names = {v["requirement"] for v in bad} | {v["check"] for v in bad}
    assert names - {""}
    assert not named or named in names


def test_one_verdict_is_reached_again_alone(tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "attention.py").write_text(GOOD.replace("self.out(y.", "self.out(y.detach().", 1))
    asked = ("check", "spec.yaml", "--code", "attention.py", "--only")
    done = run(*asked, "gradient_flow", "--json", cwd=tmp_path)
    assert done.returncode == 1
    (verdict,) = json.loads(done.stdout)["verdicts"]
    assert (verdict["check"], verdict["outcome"]) == ("gradient_flow", "failed")
    unknown = run(*asked, "gradient_flows", cwd=tmp_path)
    assert (unknown.returncode, "did you mean 'gradient_flow'" in unknown.stderr) == (2, True)


@pytest.mark.slow
def test_implement_exports_and_leaves_the_working_tree_alone(target, tmp_path):
    status = ["git", "status", "--porcelain", "--branch"]
    before = subprocess.run(status, cwd=target, capture_output=True, text=True, check=True).stdout
    done = run(
        "implement", SPECS / "text_classifier.yaml", "--repo", target, "--export", "--json",
        "--session", tmp_path / "session", "--python", sys.executable,
        "--pr-body", tmp_path / "body.md",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = json.loads(done.stdout)
    assert said["green"] is True
    branch = said["export"]["branch"]
    listed = ["git", "ls-tree", "-r", "--name-only", branch]
    files = subprocess.run(listed, cwd=target, capture_output=True, text=True, check=True).stdout
    assert set(said["export"]["paths"]) <= set(files.split())
    assert "src/pocket/models/text_classifier.py" in said["export"]["paths"]
    assert said["export"]["trial"]["python"] == sys.executable
    assert "Conformance with the habits" in (tmp_path / "body.md").read_text()
    show = ["git", "show", "--no-patch", "--format=%B", branch]
    told = subprocess.run(show, cwd=target, capture_output=True, text=True, check=True).stdout
    assert "Written as this repository is:" in told
    after = subprocess.run(status, cwd=target, capture_output=True, text=True, check=True).stdout
    assert after == before
    notebook = json.loads(Path(said["outcome"]["notebook"]).read_text())
    tags = [tag for cell in notebook["cells"] for tag in cell["metadata"].get("tags", [])]
    assert {"workbench-module", "workbench-tests"} <= set(tags)
    again = run("implement", "--resume", tmp_path / "session", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["export"] == said["export"]


@pytest.mark.slow
def test_one_failing_job_never_stops_the_others(target, tmp_path):
    (tmp_path / "bad.yaml").write_text("name: Mixture\nkind: layer\ntext: a mixture of experts\n")
    (tmp_path / "worse.yaml").write_text("name: [")
    done = run(
        "batch", tmp_path / "bad.yaml", tmp_path / "worse.yaml", SPECS / "rotary_attention.yaml",
        "--repo", target, "--jobs", "2", "--folder", tmp_path / "sessions", "--export", "--json",
        "--patch", tmp_path / "patches", "--pr-body", tmp_path / "bodies", "--test-seconds", "0",
    )  # fmt: skip
    assert [file.name for file in (tmp_path / "patches").iterdir()] == ["rotary_attention.patch"]
    assert [file.name for file in (tmp_path / "bodies").iterdir()] == ["rotary_attention.md"]
    outcomes = json.loads(done.stdout)["outcomes"]
    codes = {Path(outcome["spec"]).stem: outcome["exit_code"] for outcome in outcomes}
    assert codes == {"bad": 2, "worse": 2, "rotary_attention": 0}
    assert done.returncode == 2
    messages = {Path(outcome["spec"]).stem: outcome["error"] for outcome in outcomes}
    assert "expert" in messages["bad"]
    assert "worse.yaml:1" in messages["worse"]


@pytest.mark.slow
def test_the_demo_lays_a_target_and_exports_one_spec(tmp_path):
    done = run("demo", "--spec", SPECS / "rotary_attention.yaml", "--folder", tmp_path / "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "workbench/" in done.stdout
    assert "make lab" in done.stdout
    laid = next((tmp_path / "demo").glob("*/pocket"))
    branches = ["git", "branch", "--list", "workbench/*"]
    assert subprocess.run(branches, cwd=laid, capture_output=True, text=True).stdout.strip()


def test_conform_names_deviations_and_repairs_them(tmp_path, target):
    file = target / "src" / "pocket" / "models" / "wide.py"
    file.write_text("import torch\nfrom torch import nn\n\nclass Wide(nn.Module):\n    pass\n")
    spec = tmp_path / "wide.yaml"
    spec.write_text("name: Wide\nkind: model\ntext: A wide net.\n")
    done = run("conform", str(spec), "--repo", str(target), "--code", str(file), "--least", "1")
    assert done.returncode == 1
    assert "wide.py:4: docstring coverage: Wide has none" in done.stdout
    again = run("conform", str(spec), "--repo", str(target), "--code", str(file), "--fix", "--json")
    assert again.returncode == 0
    score = json.loads(again.stdout)["conformance"]["score"]
    assert score > float(done.stdout.split("conformance ")[1].split(",")[0])


@pytest.mark.parametrize("command", ["implement", "batch"])
def test_two_ways_to_export_at_once_are_refused_before_anything_runs(target, tmp_path, command):
    ways = ["--in-place", "--patch", tmp_path / "it.patch"]
    specs = [SPECS / "text_classifier.yaml", SPECS / "rotary_attention.yaml"]
    asked = specs[:1] if command == "implement" else specs
    done = run(command, *asked, "--repo", target, "--export", *ways)
    assert done.returncode == 2
    assert "choose one" in done.stderr or "takes one spec" in done.stderr
