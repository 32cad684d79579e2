"""Reads the gallery of attacks, and mounts one on a worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench import spec
from workbench.records import Cell, Draft, Report, Tier
from workbench.sandbox import Worker
from workbench.sandbox.judge import judge

ATTACKS = Path(__file__).parent / "attacks"
_PATIENCE = 3.0  # seconds for one question
CONTRACT = spec.loads("""\
name: Perceptron
kind: model
text: A perceptron.
options: {in_features: 24, hidden: 48, out_features: 5}
sizes: {batch: 0..64}
inputs:
  x: float "batch in_features"
outputs:
  y: float "batch out_features"
requires:
  R1: activation == relu
  R2: parameters == (in_features + 1) * hidden + (hidden + 1) * out_features
""")


@dataclass(frozen=True)
class Attack:
    """A draft that breaks its contract and does not want that to be seen.

    Args:
        name: Its file's name.
        source: Its text.
        says: What a failed verdict on it must say.
        tier: How much is checked.
    """

    name: str
    source: str
    says: str
    tier: Tier = "live"

    def mount(self, worker: Worker) -> Report:
        """Judge it."""
        cell = Cell(id="module", role="module", path="draft.py", source=self.source)
        draft = Draft(implementer="test", module="draft", cells=(cell,))
        return judge(CONTRACT, draft, worker, tier=self.tier, patience=_PATIENCE)


def attacks() -> list[Attack]:
    """Read all attacks."""
    return [_read(path) for path in sorted(ATTACKS.glob("*.py"))]


def _read(path: Path) -> Attack:
    text = path.read_text(encoding="utf-8")
    first, second = text.splitlines()[:2]
    tier: Tier = "full" if second == "# tier: full" else "live"
    return Attack(path.stem, text, first.removeprefix("# says: "), tier)
