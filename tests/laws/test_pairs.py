"""Each law passes a good draft of its component and fails each wrong formula of the same shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from workbench import registry
from workbench.records import Cell, Draft, Verdict
from workbench.sandbox.judge import judge
from workbench.spec import Spec

PAIRS = Path(__file__).parent / "pairs"
HEADER = "import math\n\nimport torch\nfrom torch import nn\n\n\n"


def pair(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(PAIRS / f"{name}.yaml")
    return found


def mistakes() -> list[tuple[str, int]]:
    return [
        (p.stem, at) for p in sorted(PAIRS.glob("*.yaml")) for at in range(len(pair(p.stem)["bad"]))
    ]


def asked(name: str) -> Spec:
    found = pair(name)
    over = f" over {found['over']}" if "over" in found else ""
    data = {"name": "Part", "kind": "layer", "text": name, "sizes": {"batch": "0..32"}}
    data |= {key: found[key] for key in ("options", "sizes", "inputs", "outputs") if key in found}
    line = f"{found.get('verb', 'is')} {name.replace('_', ' ')}{over}"
    return Spec.model_validate({**data, "requires": [line]})


def verdict(name: str, source: str, worker) -> Verdict:
    cell = Cell(id="module", role="module", path="draft.py", source=HEADER + source)
    draft = Draft(implementer="test", module="draft", cells=(cell,))
    report = judge(asked(name), draft, worker, tier="live", patience=30.0)
    stopped = [v for v in report.verdicts if v.check in ("builds", "output_shape") and not v.good]
    assert not stopped, stopped
    return next(each for each in report.verdicts if each.check == "law")


@pytest.mark.parametrize("name", registry.members("laws"))
def test_a_good_draft_obeys_its_law(name, worker):
    found = verdict(name, pair(name)["good"], worker)
    assert found.outcome == "passed", (found.seen, found.expected, found.reason)


@pytest.mark.parametrize(("name", "at"), mistakes(), ids=lambda part: str(part))
def test_a_wrong_formula_of_the_same_shape_breaks_the_law(name, at, worker):
    found = pair(name)
    old, new = found["bad"][at]
    assert found["good"].count(old) == 1, "the mistake names one place of the good draft"
    said = verdict(name, found["good"].replace(old, new), worker)
    assert said.outcome == "failed", (said.seen, said.reason)
    assert said.seen
    assert said.expected.startswith(name.replace("_", " "))
