"""What a draft defines though the target has it, told by running both on the same inputs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbench import repo
from workbench.records import Cell, Draft
from workbench.sandbox.twins import twins

OPS = """
import torch
from pathlib import Path
from torch import nn

try:
    Path(__file__).with_name("imported").write_text("by whom?")
except OSError:
    pass


def rms_normalize(x, eps=1e-6):
    return x * (x.pow(2).mean(-1, keepdim=True) + eps).rsqrt()


def keep(value):
    return value


def masked_mean(x, mask):
    if mask.dtype != torch.bool:
        raise TypeError("a mask is of booleans")
    return (x * mask).sum(-1) / mask.sum(-1).clamp(min=1)


class RMSNorm(nn.Module):
    def __init__(self, features, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(features))

    def forward(self, x):
        return rms_normalize(x, self.eps) * self.weight
"""
DRAFT = """
import torch
from torch import Tensor, nn


def {name}(x: Tensor) -> Tensor:
    size = torch.linalg.vector_norm(x, dim=-1, keepdim=True) / x.shape[-1] ** 0.5
    return x / torch.sqrt(size * size + {eps})


def keep_it(value):
    held = [value]
    return held[0]


class ScaledRMSNorm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.empty(width))

    def forward(self, x: Tensor) -> Tensor:
        squares = torch.einsum("...i,...i->...", x, x) / x.shape[-1]
        return self.scale * x {sign} torch.sqrt(squares + 1e-6)[..., None]
"""
HOSTILE = {
    "quits": "import os\nos._exit(3)\n",
    "raises": "raise RuntimeError('not here')\n",
    "lies": "def rms_normalize(x):\n    return open('/etc/passwd').read()\n",
}


@pytest.fixture
def target(tmp_path):
    root = tmp_path / "target"
    files = {"net/__init__.py": "", "net/ops.py": OPS}
    for name, text in HOSTILE.items():  # each has something that sounds alike
        same = "" if name == "lies" else "\n\ndef rms_normalize(x):\n    return x\n"
        files[f"net/a_{name}.py"] = "import torch\n" + text + same
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Add net"]):
        subprocess.run([*git, *arguments], cwd=root, check=True)
    return root


def _draft(text):
    cell = Cell(id="m1", role="module", path="net/new.py", source=text)
    return Draft(module="net.new", cells=(cell,), implementer="test")


def _found(target, worker, text):
    study, draft = repo.study(target), _draft(text)
    found = twins(repo.suspects(study, draft), draft, worker, root=target)
    return study, draft, {one.name: one for one in found}


def test_what_gives_the_same_outputs_is_told_with_the_import_to_use(target, worker):
    text = DRAFT.format(name="normalize_rms", eps=1e-6, sign="/")
    study, draft, found = _found(target, worker, text)
    assert set(found) == {"normalize_rms", "ScaledRMSNorm"}
    told = repo.conformance(study, draft, tuple(found.values())).deviations
    expected = {one.expected for one in told if one.rule == "reinvented"}
    assert expected == {
        "from net.ops import rms_normalize",
        "from net.ops import RMSNorm",
    }
    assert not any(name.split(".")[0] == "net" for name in sys.modules), "never in the host"
    assert not (target / "net" / "imported").exists()


def test_what_gives_other_outputs_is_no_twin(target, worker):
    text = DRAFT.format(name="normalize_rms", eps=0.1, sign="*")
    assert _found(target, worker, text)[2] == {}


def test_one_may_refuse_what_the_other_takes(target, worker):
    text = (
        "import torch\n\n\ndef mean_of_masked(x, mask):\n"
        "    kept = torch.where(mask > 0, x, 0 * x)\n"
        "    return kept.sum(-1) / (mask > 0).sum(-1).clamp(min=1)\n"
    )
    assert _found(target, worker, text)[2]["mean_of_masked"].their_name == "masked_mean"


def test_another_signature_is_no_suspect(target):
    text = "import torch\n\n\ndef rms_normalize(x, weight):\n    return x * weight\n"
    assert repo.suspects(repo.study(target), _draft(text)) == ()
