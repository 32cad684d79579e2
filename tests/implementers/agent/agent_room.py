"""A target, a judge of few rules and answers of a model, for driving the agent."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripted_endpoint import Endpoint, call, turn

from workbench.errors import TargetError
from workbench.journal import Journal, read
from workbench.records import Draft, Finding, Placement, Report, Study, Verdict
from workbench.spec import Spec, loads

KEY = "sk-ant-canary-0123456789abcdefghij"

SPEC = """
name: Doubler
kind: layer
text: A layer that scales its input by a learned factor per feature.
options: {features: 4}
sizes: {batch: 0..8}
inputs: {x: 'float "batch features"'}
outputs: {y: 'float "batch features"'}
requires: [parameters == features]
"""

MODULE = "class Doubler:\n    def __init__(self, features):\n        self.factor = features\n"
BAD = MODULE + "        # WRONG\n"
TESTS = "def test_it_doubles():\n    assert 1 + 1 == 2\n"


class Folder:
    """A target that is a plain folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.placement = Placement(
            path="lib/doubler.py", module="lib.doubler", test_path="tests/test_doubler.py"
        )
        self.reads: list[str] = []

    def files(self) -> list[str]:
        found = [p for p in self.root.rglob("*") if p.is_file() and not p.is_symlink()]
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def read(self, path: str) -> str:
        self.reads.append(path)
        if path not in self.files():
            raise TargetError(f"there is no {path}")
        return (self.root / path).read_text()

    def format(self, path: str, source: str) -> str:
        return ast.unparse(ast.parse(source)) + "\n" if "FORMAT" in source else source


@dataclass
class Run:
    """What came out of driving the agent to its end."""

    drafts: list[Draft] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    error: Exception | None = None

    @property
    def green(self) -> bool:
        return bool(self.reports) and self.reports[-1].green


def check(spec: Spec, draft: Draft) -> Report:
    """A judge of few rules: a module that says WRONG fails, and so does a draft without tests."""
    module = "".join(draft.files("module").values())
    right = "WRONG" not in module
    verdicts = [
        Verdict(check="builds", outcome="passed", seen="it builds"),
        Verdict(
            check="parameter_count",
            requirement="R1",
            outcome="passed" if right else "failed",
            seen=f"{module.count('WRONG')} wrong factors",
            expected="none",
            where="" if right else f"lib/doubler.py:{_line(module)}",
            fix="take the wrong factor away",
            conditions={"seed": 7},
        ),
    ]
    return Report(
        spec_hash=spec.hash,
        draft_hash=draft.hash,
        tier=draft.wants or "full",
        verdicts=tuple(verdicts),
    )


def _line(module: str) -> int:
    return module[: module.index("WRONG")].count("\n") + 1


class Room:
    """A target, a journal and an endpoint, and a way to drive the agent with them."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "target"
        self.spec = loads(SPEC)
        (self.root / "lib").mkdir(parents=True)
        (self.root / "tests").mkdir()
        (self.root / "CLAUDE.md").write_text("# House\n\nClasses have docstrings.\n")
        (self.root / "lib" / "base.py").write_text("class Base:\n    pass\n")
        (self.root / "tests" / "test_base.py").write_text("def test_base():\n    assert True\n")
        self.study = Study(
            root=str(self.root), findings=(Finding(topic="guidance", value=["CLAUDE.md"]),)
        )
        self.session = folder / "session"
        self.endpoint: Endpoint | None = None
        self.target = Folder(self.root)

    def script(self, *answers: Any) -> Endpoint:
        if self.endpoint is not None:
            self.endpoint.close()
        self.endpoint = Endpoint(*answers)
        return self.endpoint

    @property
    def said(self) -> list[dict[str, Any]]:
        return [event for event in read(self.session) if event["event"] == "said"]

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.said if event["kind"] == kind]

    def run(
        self,
        *,
        judge: Callable[[Spec, Draft], Report] = check,
        halted: Callable[[], bool] | None = None,
        limit: int = 50,
        **options: Any,
    ) -> Run:
        from workbench.implementers import anthropic

        options.setdefault("retries", 0)
        options.setdefault("pause", 0)
        if self.endpoint is not None:
            options.setdefault("base_url", self.endpoint.url)
        journal, run = Journal(self.session), Run()
        history = [event for event in journal.events if event["event"] == "said"]
        steps = anthropic.implement(
            self.spec,
            self.study,
            self.target,
            tell=lambda fields: journal.write("said", **fields),
            history=history,
            halted=halted,
            **options,
        )
        try:
            report = None
            while len(run.drafts) < limit:
                draft = next(steps) if report is None else steps.send(report)
                report = judge(self.spec, draft)
                run.drafts.append(draft)
                run.reports.append(report)
        except StopIteration:
            pass
        except Exception as error:
            run.error = error
        finally:
            steps.close()
            journal.close()
        return run


PLAN = call(
    "state_plan",
    files=[{"path": "lib/doubler.py", "role": "module", "purpose": "the layer"}],
    parameters="features",
    assumptions=[{"text": "the factor begins at one", "alternative": "at zero"}],
)
GUIDE = call("read_guidance")
LIVE = call("run_checks", tier="live")
FINISH = call("finish", summary="A layer in lib/doubler.py and its test.")


def write(source: str = MODULE, name: str = "layer") -> dict[str, Any]:
    return call("write_cell", id=name, role="module", path="lib/doubler.py", source=source)


def write_tests(source: str = TESTS) -> dict[str, Any]:
    return call("write_cell", id="tests", role="test", path="tests/test_doubler.py", source=source)


def good_story() -> list[dict[str, Any]]:
    """Answers that lead to a green end in four turns."""
    return [
        turn(GUIDE),
        turn(PLAN, write(BAD), write_tests()),
        turn(LIVE),
        turn(call("revise_cell", id="layer", old="        # WRONG\n", new=""), FINISH),
    ]


def results(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool results at the end of a request."""
    content = request["messages"][-1]["content"]
    return [block for block in content if block["type"] == "tool_result"]


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, sort_keys=False).encode()
