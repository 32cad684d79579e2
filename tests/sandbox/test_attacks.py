"""No attack of the gallery forges a verdict; each ends in bounded time and says what it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attacks_gallery import Attack, attacks

from workbench.sandbox import Worker


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One worker for all, which each attack must leave as good as new."""
    with Worker() as warm:
        yield warm


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_an_attack_forges_nothing(worker: Worker, attack: Attack) -> None:
    report = attack.mount(worker)
    failed = [verdict for verdict in report.verdicts if verdict.outcome == "failed"]
    told = [f"{v.check}: {v.seen} {v.reason} {v.expected}" for v in failed]
    assert not report.green
    assert any(attack.says in text for text in told), told
    assert report.seconds < 20


def test_a_worker_is_as_good_as_new_after_an_attack(worker: Worker) -> None:
    source = attacks()[0].source.split("\n", 5)[5]
    honest = f"import torch\nfrom torch import Tensor, nn\n{source}"
    honest = "import torch\nfrom torch import Tensor, nn\n\n\nclass" + honest.split("\nclass", 1)[1]
    report = Attack("honest", honest.replace("torch.tanh", "torch.relu"), "").mount(worker)
    assert report.green, [(v.check, v.outcome, v.seen, v.reason) for v in report.verdicts]
