"""``workbench spec``: validate a spec file."""

from __future__ import annotations

from typing import Any

from workbench import terminal
from workbench.cli._legal import tier_of, with_file
from workbench.cli._options import Json, SpecFile, Tier
from workbench.cli._output import print_json
from workbench.spec import load


def explain(spec: SpecFile, tier: Tier = "full", as_json: Json = False) -> None:
    """Validate a spec file, and say what checks each line and what no line speaks of."""
    from workbench.checks import gaps
    from workbench.sandbox.judge import plan

    contract = load(spec)
    steps: list[Any] = []
    with_file(spec, lambda: steps.extend(plan(contract, tier_of(tier))))
    if not as_json:
        terminal.print_contract(contract, steps, gaps(contract))
        return
    checks = [
        {
            "check": step.name,
            "requirement": step.requirement.id if step.requirement else "",
            "line": step.requirement.text if step.requirement else "",
            "implied": step.implied,
            "exemption": step.exemption,
        }
        for step in steps
    ]
    open_ = [gap.model_dump(mode="json") for gap in gaps(contract)]
    print_json({"spec": contract.model_dump(mode="json"), "checks": checks, "gaps": open_})
