"""Reads a class or a function: its kind, its options and their values, the tensors of a call."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from workbench.errors import UsageError, nearest
from workbench.implementers import Configuration, configuration
from workbench.inference._kinds import Definition, data_of, keys_of, kind_of, roles_of
from workbench.records import Evidence

Plain = int | float | bool | str
Read = Callable[[str], str]

# What a required option may be where nobody says it: words of its name, and a value that runs.
_GUESSES: tuple[tuple[str, Plain], ...] = (
    ("head", 4),
    ("layer|depth|block|stage|repeat", 2),
    ("kernel", 3),
    ("stride|dilation|group", 1),
    ("class|label", 5),
    ("vocab|num_embedding|token", 50),
    ("in_chan", 3),
    ("drop|prob|rate", 0.0),
    ("eps", 1e-5),
    ("max_|length|len|context|window", 32),
)
_WIDTH, _CALLS = 32, 4
_SETTING = re.compile(r"\s*(\w+)\s*[:=]\s*(\d+(?:\.\d+)?|true|false)\s*(#.*)?$")
_SHAPE = re.compile(r"[(\[]\s*\*?\w+\s*(?:,\s*[\w*/+ -]+)+,?\s*[)\]]")


@dataclass
class Class:
    """What the text of a class says.

    Args:
        name: The class.
        line: Where it stands.
        options: The plain defaults of the constructor's parameters.
        evidence: Where each value comes from, by option.
        inputs: The parameters of a call that have no default.
        optional: Those that have one.
        integers: Inputs that are named, annotated or used as indices.
        ranks: How many axes the docstrings or comments give an input, where they do.
        kind: The kind of spec that it would have.
        roles: What its arguments are to a training loop, by role.
        methods: The names of its methods.
        missing: Required options for which no value is known, each with the reason.
        alternatives: Options to build it with, the likeliest first.
    """

    name: str
    line: int
    options: dict[str, Plain] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    integers: set[str] = field(default_factory=set)
    ranks: dict[str, int] = field(default_factory=dict)
    kind: str = "layer"
    roles: dict[str, str] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    alternatives: list[dict[str, Plain]] = field(default_factory=list)


def read_class(path: str, name: str, files: Sequence[str], read: Read) -> Class:
    """Read a class.

    Args:
        path: The file, relative to the target's root.
        name: The class; if empty, the last module that no other class of the file uses.
        files: The target's files.
        read: Gives the text of a file.

    Returns:
        What its text says.

    Raises:
        UsageError: It is no Python, or has no such class.
    """
    try:
        tree = ast.parse(read(path))
    except SyntaxError as error:
        raise UsageError(f"{path}:{error.lineno} is not Python: {error.msg}") from error
    node = _chosen(path, name, tree)
    found = Class(node.name, node.lineno, kind=kind_of(node, tree, path))
    if isinstance(node, ast.FunctionDef):
        start: ast.FunctionDef | None = node
    else:
        found.methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
        start = _method(node, "__init__", tree)
        call = {"metric": "update"}.get(found.kind, "forward")
        forward = _method(node, call, tree)
        if forward is not None:
            _read_call(forward, node, found)
    if found.kind == "training":
        found.roles, found.inputs = roles_of(node), keys_of(node)
    held = configuration(node, tree) if isinstance(node, ast.ClassDef) else None
    if held is not None:
        _read_fields(held, path, found)
    elif start is not None:
        _read_options(start, path, files, read, found)
    else:
        found.alternatives.append({})
    if found.kind == "dataset" and start is not None:
        found.inputs = data_of(start)
    return found


def _chosen(path: str, name: str, tree: ast.Module) -> Definition:
    kinds = ast.ClassDef | ast.FunctionDef
    named = {node.name: node for node in tree.body if isinstance(node, kinds)}
    if name:
        if name not in named:
            raise UsageError(f"{path} has no class {name!r}: {nearest(name, named)}")
        return named[name]
    fitting = {n: node for n, node in named.items() if kind_of(node, tree, path)}
    used = {
        part.id
        for other in named.values()
        for part in ast.walk(other)
        if isinstance(part, ast.Name) and part.id != other.name
    }
    roots = [node for n, node in fitting.items() if n not in used]
    if not fitting:
        raise UsageError(
            f"{path} has no class with a forward, no metric, data set or training loop; name a "
            "file that defines one"
        )
    return (roots or [*fitting.values()])[-1]


def _method(node: ast.ClassDef, name: str, tree: ast.Module) -> ast.FunctionDef | None:
    """Find a method in a class or in its bases of the same file."""
    classes = {part.name: part for part in tree.body if isinstance(part, ast.ClassDef)}
    waiting, seen = [node], set[str]()
    while waiting:
        here = waiting.pop(0)
        seen.add(here.name)
        for part in here.body:
            if isinstance(part, ast.FunctionDef) and part.name == name:
                return part
        names = [base.id for base in here.bases if isinstance(base, ast.Name)]
        waiting += [classes[base] for base in names if base in classes and base not in seen]
    return None


def _read_call(forward: ast.FunctionDef, node: ast.ClassDef, found: Class) -> None:
    arguments = forward.args.args[1:]
    required = len(arguments) - len(forward.args.defaults)
    found.inputs = [argument.arg for argument in arguments[:required]]
    found.optional = [
        argument.arg for argument in [*arguments[required:], *forward.args.kwonlyargs]
    ]
    text = "\n".join(ast.get_docstring(part) or "" for part in (forward, node))
    embeds = "Embedding(" in ast.unparse(node)
    for argument in arguments:
        note = ast.unparse(argument.annotation) if argument.annotation else ""
        words = argument.arg.lower()
        named = re.search(r"(^|_)(ids?|idx|index|indices|tokens?|labels?|targets?)($|_)", words)
        if "Long" in note or "Int" in note or named or (embeds and not found.integers):
            found.integers.add(argument.arg)
        spot = re.search(rf"\b{re.escape(argument.arg)}\b[^\n]*(\n[^\n]*)?", text)
        shape = _SHAPE.search(spot[0]) if spot else None
        if shape:
            found.ranks[argument.arg] = (
                shape[0].count(",") + 1 - shape[0].rstrip(")] ").endswith(",")
            )


def _read_options(
    start: ast.FunctionDef, path: str, files: Sequence[str], read: Read, found: Class
) -> None:
    arguments = start.args.args[int(start.name == "__init__") :]
    defaults: list[ast.expr | None] = [None] * (len(arguments) - len(start.args.defaults))
    pairs = [
        *zip(arguments, [*defaults, *start.args.defaults], strict=True),
        *zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True),
    ]
    given = {*found.roles.values(), *(data_of(start) if found.kind == "dataset" else ())}
    pairs = [(argument, default) for argument, default in pairs if argument.arg not in given]
    required = {argument.arg for argument, default in pairs if default is None}
    for argument, default in pairs:
        value = None if default is None else _literal(default)
        if value is not None:
            found.options[argument.arg] = value
            found.evidence[argument.arg] = _at(path, argument, "its default")
    names = [argument.arg for argument in arguments]
    calls = [*_calls(found.name, names, files, read)] if required else []
    settings = _settings(files, read) if required else {}
    for call, evidence in [*calls[:_CALLS], ({}, None)]:
        options = dict(found.options)
        for argument, _ in pairs:
            name = argument.arg
            if name in required and name in call and evidence is not None:
                options[name] = call[name]
                found.evidence.setdefault(name, evidence)
            elif name in required and name in settings:
                options[name] = settings[name][0]
                found.evidence.setdefault(name, settings[name][1])
            elif name in required and (guess := _guess(argument)) is not None:
                options[name] = guess
                found.evidence.setdefault(name, _at(path, argument, "a guess by its name"))
        if required <= options.keys() and options not in found.alternatives:
            found.alternatives.append(options)
    if not found.alternatives:
        found.missing = {
            name: f"{name} has no default, and no plain value for it was found in a call"
            for name in sorted(required - found.options.keys())
        }


def _read_fields(held: Configuration, path: str, found: Class) -> None:
    """Take the fields of a configuration for the options of the class that is built from it."""
    for name, part in held.fields.items():
        value = _literal(part.value) if part.value is not None else None
        text = f"the default of {held.name}"
        if value is None and part.value is None:
            value, text = _guess(ast.arg(name, part.annotation)), "a guess by its name"
        if value is not None:
            found.options[name] = value
            found.evidence[name] = Evidence(path=path, line=part.lineno, text=text)
        elif part.value is None:
            found.missing[name] = f"{held.name}.{name} has no default, and no plain value fits it"
    found.alternatives.append(dict(found.options))


def _at(path: str, node: ast.arg, text: str) -> Evidence:
    return Evidence(path=path, line=node.lineno, text=text)


def _guess(argument: ast.arg) -> Plain | None:
    note = ast.unparse(argument.annotation) if argument.annotation else ""
    for words, value in _GUESSES:
        if re.search(words, argument.arg.lower()):
            return value
    if "bool" in note:
        return False
    if "float" in note:
        return 0.1
    plain = not note or "int" in note
    return _WIDTH if plain else None


def _literal(node: ast.expr) -> Plain | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError, TypeError):
        return None
    return value if isinstance(value, bool | int | float | str) else None


def _calls(
    name: str, places: Sequence[str], files: Sequence[str], read: Read
) -> Iterator[tuple[dict[str, Plain], Evidence]]:
    """Yield the plain arguments of each call with which the target builds the class.

    Its own code comes first: tests build what is refused as well.
    """
    ordered = sorted(files, key=lambda file: "test" in file)
    for file in [file for file in ordered if file.endswith(".py")]:
        text = read(file)
        if f"{name}(" not in text:
            continue
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
                pairs = [*zip(places, node.args, strict=False)]
                pairs += [(word.arg, word.value) for word in node.keywords if word.arg]
                plain = {place: _literal(value) for place, value in pairs}
                known = {place: value for place, value in plain.items() if value is not None}
                if known:
                    yield known, Evidence(path=file, line=node.lineno, text="a caller passes it")


def _settings(files: Sequence[str], read: Read) -> dict[str, tuple[Plain, Evidence]]:
    """Collect plain settings of the target's configuration files, by their names."""
    found: dict[str, tuple[Plain, Evidence]] = {}
    for file in files:
        if file.endswith((".yaml", ".yml", ".toml")):
            for number, text in enumerate(read(file).splitlines(), 1):
                setting = _SETTING.match(text)
                if setting:
                    evidence = Evidence(path=file, line=number, text="a setting of that name")
                    value = ast.literal_eval(setting[2].capitalize())
                    found.setdefault(setting[1], (value, evidence))
    return found
