"""Good code trips nothing: every blueprint, with each of its choices."""

from __future__ import annotations

import pytest
from gallery import bindings, blueprint


@pytest.mark.parametrize(("name", "choices"), bindings(), ids=str)
def test_a_blueprint_is_green(name, choices, judged):
    contract, source = blueprint(name, **choices)
    report = judged(source, contract)
    assert report.green, [(v.check, v.seen, v.reason) for v in report.verdicts if not v.good]
    decided = {verdict.requirement for verdict in report.verdicts}
    assert decided >= set(contract.requires)
