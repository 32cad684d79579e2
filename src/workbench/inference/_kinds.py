"""Tells of which kind code is, and what its arguments are to a data set or a training loop."""

from __future__ import annotations

import ast
import re

Definition = ast.ClassDef | ast.FunctionDef

# What people call the parts of a training loop; the first pattern that fits an argument names it.
_ROLES = (
    (
        "validation",
        r"(val|valid|validation|dev|eval|test)(_?(loader|dataloader|data|batches|dl|ds))?",
    ),
    ("data", r"(train_?)?(loader|dataloader|data_loader|batches|data|dl|iterator)"),
    ("model", r"(model|net|network|module)"),
    ("loss", r"(criterion|loss|loss_fn|loss_func|loss_function|objective)"),
    ("optimizer", r"(optim|optimizer|optimiser|opt)"),
    ("schedule", r"(lr_)?(sched|scheduler|schedule)"),
    ("scaler", r"(grad_)?scaler"),
    ("epochs", r"(num_|n_|max_)?epochs"),
    ("device", r"device"),
    ("checkpoint", r"(checkpoint|ckpt)(_?(path|file))?"),
)
_RUNS = ("fit", "train", "run", "train_epoch", "train_one_epoch")
_PLAIN = re.compile(r"\b(int|float|str|bool)\b")
_COUNTED = r"size|count|num_|n_|length|seed|dim|width|height|classes|vocab|split|path|root|folder"


def kind_of(node: Definition, tree: ast.Module, path: str) -> str:
    """Say which kind of spec a class or function would have.

    Args:
        node: The class or function.
        tree: Its module.
        path: Its file.

    Returns:
        The kind, or ``""``.
    """
    if isinstance(node, ast.FunctionDef):
        roles = roles_of(node)
        return "training" if {"model", "data"} <= roles.keys() else ""
    methods, bases = _inherited(node, tree)
    if "forward" in methods:
        named = node.name.lower().endswith(("loss", "entropy")) or any("Loss" in b for b in bases)
        return "loss" if named else "layer"
    if {"update", "compute"} <= methods:
        return "metric"
    if {"__getitem__", "__len__"} <= methods or any("Dataset" in base for base in bases):
        return "dataset"
    return "training" if methods & {*_RUNS} and "model" in roles_of(node) else ""


def _inherited(node: ast.ClassDef, tree: ast.Module) -> tuple[set[str], set[str]]:
    """Name the methods and bases of a class, those of bases in the same file included."""
    classes = {part.name: part for part in tree.body if isinstance(part, ast.ClassDef)}
    methods, bases, waiting = set[str](), set[str](), [node]
    while waiting:
        here = waiting.pop()
        methods |= {part.name for part in here.body if isinstance(part, ast.FunctionDef)}
        named = {ast.unparse(base) for base in here.bases} - bases
        bases |= named
        waiting += [classes[base] for base in named if base in classes]
    return methods, bases


def roles_of(node: Definition) -> dict[str, str]:
    """Name the arguments that play a part in training, by role.

    Args:
        node: A function, or a class whose constructor and run are looked at together.

    Returns:
        The name of the argument, and of the method that runs, by role.
    """
    functions = [node] if isinstance(node, ast.FunctionDef) else _parts(node)
    names = [argument.arg for function in functions for argument in _arguments(function)]
    found: dict[str, str] = {}
    for name in names:
        role = next((r for r, words in _ROLES if re.fullmatch(words, name.lower())), "")
        if role:
            found.setdefault(role, name)
    if isinstance(node, ast.ClassDef):
        methods = [part.name for part in functions]
        found |= {"run": methods[-1]} if methods[-1:] != ["__init__"] else {}
        own = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
        if {"state_dict", "load_state_dict"} <= own:
            found |= {"save": "state_dict", "load": "load_state_dict"}
        elif {"save", "load"} <= own and "checkpoint" not in found:
            found |= {"save": "save", "load": "load"}
    return found


def keys_of(node: Definition) -> list[str]:
    """Name the parts of a batch that training asks for by name, in the order of the text.

    Args:
        node: A training loop.

    Returns:
        The names; none where batches are unpacked.
    """
    functions = [node] if isinstance(node, ast.FunctionDef) else _parts(node)[-1:]
    asked = [
        part
        for function in functions
        for part in ast.walk(function)
        if isinstance(part, ast.Subscript)
        and isinstance(part.slice, ast.Constant)
        and str(part.slice.value).isidentifier()
        and "batch" in ast.unparse(part.value)
    ]
    asked.sort(key=lambda part: (part.lineno, part.col_offset))
    return list(dict.fromkeys(ast.literal_eval(part.slice) for part in asked))


def _parts(node: ast.ClassDef) -> list[ast.FunctionDef]:
    """List the constructor and the method that runs, in this order."""
    methods = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
    run = next((methods[name] for name in _RUNS if name in methods), None)
    return [part for part in (methods.get("__init__"), run) if part is not None]


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [a for a in [*function.args.args, *function.args.kwonlyargs] if a.arg != "self"]


def data_of(start: ast.FunctionDef) -> list[str]:
    """Name the arguments of a data set's constructor that are its data.

    Args:
        start: The constructor.

    Returns:
        Those that have no default and are neither plain numbers nor words.
    """
    arguments = start.args.args[1:]
    required = arguments[: len(arguments) - len(start.args.defaults)]
    required += [
        argument
        for argument, default in zip(start.args.kwonlyargs, start.args.kw_defaults, strict=True)
        if default is None
    ]
    return [argument.arg for argument in required if not _plain(argument)]


def _plain(argument: ast.arg) -> bool:
    note = ast.unparse(argument.annotation) if argument.annotation else ""
    if note:
        return bool(_PLAIN.fullmatch(note.partition(" ")[0])) or "Path" in note
    return bool(re.search(_COUNTED, argument.arg.lower()))
