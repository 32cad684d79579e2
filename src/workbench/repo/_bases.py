"""The target's own base classes: who derives from them, and what they ask of a subclass."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from workbench.records import Finding
from workbench.repo import topics
from workbench.repo._annotations import is_config
from workbench.repo._classes import Defined
from workbench.repo._source import Function, Import, Source
from workbench.repo._survey import Survey
from workbench.repo._tally import SHOWN, place

_FEWEST = 2  # files with a subclass of it make a class a base class
_GIVEN = {  # what every torch.nn.Module has
    "training",
    "parameters",
    "named_parameters",
    "buffers",
    "named_buffers",
    "children",
    "named_children",
    "modules",
    "named_modules",
    "state_dict",
    "load_state_dict",
    "train",
    "eval",
    "to",
    "apply",
    "register_buffer",
    "register_parameter",
    "register_module",
    "register_forward_hook",
    "register_load_state_dict_post_hook",
    "add_module",
    "requires_grad_",
    "zero_grad",
    "get_submodule",
    "get_parameter",
    "half",
    "float",
    "cuda",
    "cpu",
    "_modules",
    "_parameters",
    "_buffers",
    "_get_name",
    "extra_repr",
}


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Look for the base class of each kind that has classes."""
    for kind in ("model", "layer", "loss", "metric", "dataset"):
        yield _base(survey, kind)


def _base(survey: Survey, kind: str) -> Finding | None:
    users: dict[str, dict[str, Defined]] = defaultdict(dict)
    files: dict[str, Defined] = {}
    for found in survey.members(kind):
        files.setdefault(found.source.path, found)
        for above in survey.classes.ancestors(found):
            if above.source.path != found.source.path:
                users[above.dotted].setdefault(found.source.path, found)
    if not users:
        return None
    by_name = {found.dotted: found for found in survey.classes}
    name, subclasses = max(users.items(), key=lambda item: len(item[1]))
    for other, known in users.items():  # what only a base derives from is no base of the kind
        if set(subclasses) == {*known, by_name[other].source.path} > set(known):
            name, subclasses = other, known
    if len(subclasses) < _FEWEST:
        return None
    others = max(1, len(set(files) - {by_name[name].source.path}))
    first = next(iter(subclasses.values()))
    evidence = [place(by_name[name].source, by_name[name].definition.line)]
    evidence += [place(one.source, one.definition.line) for one in subclasses.values()]
    return Finding(
        topic=topics.base(kind),
        value=_asks(survey, by_name[name])
        | {
            "import": _statement(survey, first, name),
            "subclasses": len(subclasses),
        },
        share=min(1.0, round(len(subclasses) / others, 3)),
        seen=others,
        evidence=tuple(evidence[:SHOWN]),
    )


def _asks(survey: Survey, base: Defined) -> dict[str, Any]:
    """Tell what a subclass has to give: constructor arguments, methods and attributes."""
    line = [base, *survey.classes.ancestors(base)]
    own = (one.definition.method("__init__") for one in line)
    constructor = next(filter(None, own), None)
    methods = [method for one in line for method in one.definition.methods]
    abstract = {method.name for method in methods if method.abstract}
    defined = {method.name for method in methods if not method.abstract}
    kind, required, options = _constructor(constructor)
    return {
        "class": base.dotted,
        "constructor": kind,
        "required": required,
        "options": options,
        "abstract": sorted(abstract - defined),
        "expects": _expects(line),
    }


def _constructor(constructor: Function | None) -> tuple[str, list[str], list[str]]:
    named = [one for one in constructor.parameters if one.kind != "stars"] if constructor else []
    required = [one for one in named if not one.default]
    options = [one.name for one in named if one.default]
    if any(is_config(one.name, one.annotation) for one in required):
        kind = "config"
    elif required:
        kind = "positional" if any(one.kind == "positional" for one in required) else "required"
    else:
        kind = "options" if options else "none"
    return kind, [one.name for one in required], options


def _expects(line: list[Defined]) -> list[str]:
    """Name the attributes that a base's own methods read and that nothing above it sets."""
    read: set[str] = set()
    given: set[str] = set(_GIVEN)
    for found in line:
        node = _syntax(found)
        if node is None:
            continue
        for item in node.body:
            given |= _declared(item)
            if isinstance(item, ast.FunctionDef) and not item.name.startswith("__"):
                read |= _attributes(item, ast.Load)
            given |= _attributes(item, ast.Store)
    return sorted(name for name in read - given if not name.startswith("_"))


def _syntax(found: Defined) -> ast.ClassDef | None:
    for node in ast.walk(ast.parse(found.source.text)):
        if isinstance(node, ast.ClassDef) and node.lineno == found.definition.line:
            return node
    return None


def _declared(item: ast.stmt) -> set[str]:
    if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {item.name}
    targets = item.targets if isinstance(item, ast.Assign) else [getattr(item, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _attributes(item: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """Name the attributes of self that a method reads or sets; those it probes for do not count."""
    names: set[Any] = set()
    probed: set[Any] = set()
    for node in ast.walk(item):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "self" and isinstance(node.ctx, context):
                names.add(node.attr)
        elif isinstance(node, ast.Call):
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            if getattr(node.func, "id", "") in {"hasattr", "getattr"}:
                probed.update(texts)
            elif getattr(node.func, "attr", "").startswith("register_") and context is ast.Store:
                names.update(texts[:1])
    return names - probed


def _statement(survey: Survey, user: Defined, name: str) -> str:
    """Write the import of a base as the file of a subclass writes it."""
    wanted = name.rpartition(".")[2]
    for found in user.source.imports:
        if found.name and survey.classes.expand(user.source, found.alias or found.name) == name:
            return import_statement(user.source, found)
    return f"from {name.rpartition('.')[0]} import {wanted}"


def import_statement(source: Source, found: Import) -> str:
    """Write one import of a file on its own, as it stands there."""
    alias = f" as {found.alias}" if found.alias else ""
    if found.name:
        return f"from {'.' * found.level}{found.module} import {found.name}{alias}"
    return f"import {found.module}{alias}"
