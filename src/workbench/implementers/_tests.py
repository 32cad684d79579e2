"""The test file of one spec, specialised from the test cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import libcst as cst

from workbench.implementers import Target
from workbench.implementers._docstring import parse
from workbench.implementers._facts import Facts
from workbench.implementers._imports import add_import
from workbench.implementers._strings import fit_strings
from workbench.implementers._style import Manner, fit_comments, restyle
from workbench.implementers._test_nodes import is_import, specialised
from workbench.implementers._uses import defined, reached
from workbench.records import Study

GROUPS = ("setup", "unit", "integration", "regression", "pinned", "performance")
# A loss learns nothing, so nothing is trained or saved; what has no call has tests of its own.
_WITHOUT_A_CALL = ("metric", "dataset", "training")
_GROUPS: dict[str, tuple[str, ...]] = {"loss": ("setup", "unit", "regression", "pinned")}
_GROUPS |= dict.fromkeys(_WITHOUT_A_CALL, ("setup", "regression"))
_FOLDER = Path(__file__).parent / "_test_cells"


def write_tests(
    facts: Facts, choices: Mapping[str, str], blueprint: str, study: Study, target: Target
) -> dict[str, str]:
    """Write the tests of one spec.

    Args:
        facts: What the spec says.
        choices: The choices that were made; empty for code that is there already.
        blueprint: The blueprint that the code comes from, or ``""``.
        study: The target's habits.
        target: The target.

    Returns:
        For each group of tests its source; joined in this order they are the file.
    """
    groups: dict[str, list[Any]] = {}
    imports: list[Any] = []
    kind = facts.spec.kind
    own = f"existing_{kind}" if facts.existing and kind in _GROUPS else blueprint
    for group in _GROUPS.get(kind, GROUPS):
        files = [group, own] if group == "regression" and own else [group]
        if kind in _WITHOUT_A_CALL and group != "setup":
            files = [own]
        groups[group] = []
        for name in files:
            path = _FOLDER / f"{name}.py"
            if path.exists():
                body = specialised(path.read_text(encoding="utf-8"), facts, choices)
                imports += [node for node in body if is_import(node)]
                groups[group] += [node for node in body if not is_import(node)]
    return _laid_out(groups, imports, facts, study, target)


def _laid_out(
    groups: Mapping[str, Sequence[Any]],
    imports: list[Any],
    facts: Facts,
    study: Study,
    target: Target,
) -> dict[str, str]:
    """Lay the file out as the target does, then part it into its groups again."""
    body = [node for nodes in groups.values() for node in nodes]
    opening = cst.SimpleStatementLine([cst.Expr(cst.SimpleString(f'"""{_opening(facts)}"""'))])
    module = cst.Module([opening, *_merged(imports), *body])
    name, names = facts.spec.name, facts.spec.name
    if facts.several or facts.configuration:
        module = module.visit(_Constructed(facts))
        names = ", ".join(sorted(filter(None, [name, facts.configuration])))
    module = add_import(module, cst.parse_statement(f"from {facts.module} import {names}"))
    tests = {node.name.value for node in body if isinstance(node, cst.FunctionDef)}
    module = reached(module, {test for test in tests if test.startswith("test_")})
    if not _annotates(target):
        module = module.visit(_Bare())
        module = reached(module, {test for test in tests if test.startswith("test_")})
    width = int(study.value("line length", 88))
    module = restyle(module, Manner(str(study.value("docstring style", "google")), width))
    path = target.placement.test_path
    source = target.format(path, fit_comments(module.code, width))
    source = target.format(path, fit_comments(fit_strings(source, width), width))
    return _parted(source, groups)


_FIRST = '''
class FirstOutput({name}):
    """The module as it is, of whose outputs the first is looked at."""

    def forward(self, *inputs: Any, **named: Any) -> Tensor:
        """Call it."""
        return super().forward(*inputs, **named){first}
'''


class _Constructed(cst.CSTTransformer):
    """Builds code that is there in its own way: from a configuration, for its first output."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        """Wrap the options of a constructor's call."""
        func = updated_node.func
        if not (isinstance(func, cst.Name) and func.value == self._facts.spec.name):
            return updated_node
        if self._facts.configuration:
            made = updated_node.with_changes(func=cst.Name(self._facts.configuration))
            updated_node = updated_node.with_changes(args=[cst.Arg(made)])
        return updated_node.with_changes(
            func=cst.Name("FirstOutput" if self._facts.several else func.value)
        )

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> Any:
        """Put the class for the first output before what builds it."""
        if original_node.name.value != "build" or not self._facts.several:
            return updated_node
        source = _FIRST.format(name=self._facts.spec.name, first=self._facts.several)
        return cst.FlattenSentinel([cst.parse_statement(source.strip()), updated_node])


def _opening(facts: Facts) -> str:
    """Say what the tests are, and whether numbers of a run are written down in them, and why."""
    cells = "pinned.py" if facts.existing or facts.pinned else "regression.py"
    told = cst.parse_module((_FOLDER / cells).read_text(encoding="utf-8"))
    reason = parse(told.get_docstring() or "").prose[1:]
    return "\n\n".join([f"Tests of {facts.spec.name}.", *reason]) + "\n"


def _merged(imports: list[Any]) -> list[Any]:
    """Join the imports of several files: each once, one statement for each module."""
    names: dict[str, list[Any]] = {}
    plain: dict[str, Any] = {}
    for node in imports:
        small = node.body[0]
        if isinstance(small, cst.Import):
            plain[cst.Module([node]).code.strip()] = node.with_changes(leading_lines=[])
        elif small.module is not None:
            home = cst.Module([]).code_for_node(small.module)
            for alias in small.names:
                code = cst.Module([]).code_for_node(
                    alias.with_changes(comma=cst.MaybeSentinel.DEFAULT)
                )
                if code not in names.setdefault(home, []):
                    names[home].append(code)
    froms = [
        cst.parse_statement(f"from {home} import {', '.join(codes)}")
        for home, codes in names.items()
    ]
    return [*plain.values(), *froms]


def _annotates(target: Target) -> bool:
    """Say whether the target's own tests are annotated; where there are none, ours are."""
    files = [path for path in target.files() if re.search(r"(^|/)(test_\w+|\w+_test)\.py$", path)]
    found = [target.read(path).count(") -> None:") for path in files[:20]]
    return not files or sum(found) > 0


class _Bare(cst.CSTTransformer):
    """Takes annotations off functions and names, in targets whose tests have none."""

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        return updated_node.with_changes(returns=None)

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        return updated_node.with_changes(annotation=None, equal=cst.MaybeSentinel.DEFAULT)

    def leave_AnnAssign(self, original_node: cst.AnnAssign, updated_node: cst.AnnAssign) -> Any:
        if updated_node.value is None:
            return updated_node
        return cst.Assign([cst.AssignTarget(updated_node.target)], updated_node.value)


def _parted(source: str, groups: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Part a file by the group that each of its functions comes from."""
    home = {
        name: group for group, nodes in groups.items() for node in nodes for name in defined(node)
    }
    module = cst.parse_module(source)
    parts: dict[str, list[Any]] = {group: [] for group in groups}
    here = next(iter(groups))
    for node in module.body:
        here = next((home[name] for name in defined(node) if name in home), here)
        parts[here].append(node)
    first = next(iter(groups))
    sources = {
        group: module.with_changes(
            body=nodes, header=module.header if group == first else [], footer=[]
        ).code.strip("\n")
        + "\n"
        for group, nodes in parts.items()
        if nodes
    }
    return sources
