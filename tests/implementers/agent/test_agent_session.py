"""The agent in a whole session: the real study, judge, journal and export."""

from __future__ import annotations

import pytest
from agent_room import KEY
from scripted_endpoint import Endpoint, call, text, turn

from workbench import demo
from workbench.errors import ImplementerError, UsageError
from workbench.session import Session
from workbench.spec import loads

SPEC = """
name: FeatureGate
kind: layer
text: Multiply each feature by a sigmoid gate that one linear map computes from all features.
options: {features: 8}
sizes: {batch: 0..8, time: 1..16}
inputs: {x: 'float "batch time features"'}
outputs: {y: 'float "batch time features"'}
requires: ["parameters == features * features + features", batch independent]
"""
PATH, TEST_PATH = "src/pocket/layers/feature_gate.py", "tests/layers/test_feature_gate.py"
MODULE = '''"""A gate over features."""

import torch
from torch import Tensor, nn


class FeatureGate(nn.Module):
    """Multiply each feature by a gate.

    Parameters
    ----------
    features
        Number of features.
    """

    def __init__(self, *, features: int = 8) -> None:
        super().__init__()
        self.map = nn.Linear(features, features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Gate the features of x."""
        return x * torch.sigmoid(self.map(x))  # (batch, time, features)
'''
TESTS = """import torch

from pocket.layers.feature_gate import FeatureGate


def test_a_gate_of_zero_weights_halves():
    gate = FeatureGate(features=3)
    for parameter in gate.parameters():
        torch.nn.init.zeros_(parameter)
    x = torch.randn(2, 4, 3)
    torch.testing.assert_close(gate(x), x / 2)
"""
STORY = [
    turn(text("Guidance first."), call("read_guidance")),
    turn(
        call(
            "state_plan",
            files=[{"path": PATH, "role": "module", "purpose": "the layer"}],
            parameters="features * (features + 1)",
            assumptions=[{"text": "the gate sees all features"}],
        )
    ),
    turn(
        call("write_cell", id="gate", role="module", path=PATH, source=MODULE),
        call("write_cell", id="tests", role="test", path=TEST_PATH, source=TESTS),
        call("run_checks", tier="live"),
    ),
    turn(
        call("revise_cell", id="gate", old=", bias=False", new=""),
        call("run_checks", tier="full"),
    ),
    turn(call("finish", summary="FeatureGate and its test.")),
]


@pytest.fixture
def target(tmp_path, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    return demo.lay(tmp_path / "pocket")


@pytest.mark.slow
def test_from_spec_to_an_exported_branch_across_a_break_and_replayed(target, tmp_path, monkeypatch):
    endpoint = Endpoint(*STORY[:3], {"status": 529, "kind": "overloaded_error"}, *STORY[3:])
    monkeypatch.setenv("ANTHROPIC_BASE_URL", endpoint.url)
    spec = loads(SPEC)
    session = Session.start(
        spec, target, implementer="anthropic", options={"retries": 0}, folder=tmp_path / "session"
    )
    with pytest.raises(ImplementerError, match="resume the session"):
        list(session.drafts())
    assert session.draft is not None
    session.close()
    session = Session.resume(tmp_path / "session")
    outcomes = list(session.drafts())
    assert [report.tier for _, report in outcomes] == ["full", "full"]
    assert session.accept() == outcomes[-1][0]
    assert session.accept().summary == "FeatureGate and its test."
    assert session.export().paths == ("src/pocket/layers/__init__.py", PATH, TEST_PATH)
    session.close()
    endpoint.close()
    assert "seen: 64 parameters" in str(endpoint.requests[3]["messages"][-1]["content"])
    replayed = Session.start(
        spec,
        target,
        implementer="replay",
        options={"recording": str(tmp_path / "session")},
        folder=tmp_path / "replayed",
    )
    again = list(replayed.drafts())
    assert [(draft.hash, report.green) for draft, report in again][-1] == (
        outcomes[-1][0].hash,
        True,
    )
    assert [report.tier for _, report in again] == ["live", "full", "full"]
    assert replayed.draft.summary == "FeatureGate and its test."
    replayed.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def test_a_key_among_the_options_never_reaches_the_journal(target, tmp_path):
    with pytest.raises(UsageError, match="a key is no option"):
        Session.start(
            loads(SPEC),
            target,
            implementer="anthropic",
            options={"api_key": KEY},
            folder=tmp_path / "session",
        )
    assert not (tmp_path / "session").exists()
