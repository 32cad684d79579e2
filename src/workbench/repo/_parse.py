"""Read a Python file's facts from its syntax tree; nothing of it is compiled or run."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from workbench.repo._outline import outline
from workbench.repo._source import Class, Decorator, Function, Import, Parameter, Source, Table
from workbench.repo._tree import Unreadable

_PYTHON_2 = re.compile(
    r"^\s*(print\s+[\"'\w]|print\s*>>|exec\s+[\"']|raise\s+\w+\s*,|except\s+[\w.]+\s*,\s*\w+\s*:)"
    r"|\b0[0-7]+\b|\bur[\"']|<>",
)
_GENERICS = {"List", "Dict", "Tuple", "Set", "Type", "FrozenSet"}
_TENSORS = {"torch.Tensor", "Tensor", "th.Tensor", "jax.Array", "Array"}
_BUILTINS = {"list", "dict", "tuple", "set", "type", "frozenset"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def parse(path: str, text: str, *, outlined: bool = False) -> Source:
    """Read a Python file's facts.

    Args:
        path: Relative to the target's root.
        text: The file's text.
        outlined: Whether the bodies of its functions, in which no fact stands, are left unread.

    Returns:
        The facts.

    Raises:
        Unreadable: It is no Python 3.
    """
    body, cut = _body(outline(text) if outlined else text, text)
    statements = list(_statements(body))
    syntax: Counter[str] = Counter()
    return Source(
        path,
        text,
        _docstring(body),
        tuple(found for node, top in statements for found in _imports(node, top)),
        tuple(_class(node, syntax) for node, _ in statements if isinstance(node, ast.ClassDef)),
        tuple(_function(node, syntax) for node, _ in statements if isinstance(node, Definition)),
        tuple(table for node in body for table in _tables(node)),
        _exported(body),
        syntax,
        cut,
    )


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` for a name, an attribute, a call or a subscript of one, else ``""``."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            break
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _body(read: str, text: str) -> tuple[list[ast.stmt], bool]:
    try:
        return ast.parse(read).body, read != text
    except (SyntaxError, ValueError) as error:
        if read != text:
            return _body(text, text)
        raise Unreadable(_why(error, text)) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested too deeply to be parsed") from None


def _why(error: SyntaxError | ValueError, text: str) -> str:
    line = getattr(error, "lineno", None)
    lines = text.split("\n")
    seen = lines[line - 1] if line and line <= len(lines) else ""
    if _PYTHON_2.search(seen) or "Missing parentheses in call to" in str(error):
        return f"Python 2 syntax (line {line})"
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"does not parse: {message}" + (f" (line {line})" if line else "")


def _statements(body: list[ast.stmt], top: bool = True) -> Iterator[tuple[ast.stmt, bool]]:
    """Walk the statements of a module, into ``if`` and ``try`` but not into definitions."""
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.With):
            blocks = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
            blocks += [handler.body for handler in getattr(node, "handlers", [])]
            for block in blocks:
                yield from _statements(block, False)
        else:
            yield node, top


def _imports(node: ast.stmt, top: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(node.lineno, alias.name, "", alias.asname or "", 0, top)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            module = node.module or ""
            yield Import(node.lineno, module, alias.name, alias.asname or "", node.level, top)


def _class(node: ast.ClassDef, syntax: Counter[str]) -> Class:
    methods = [item for item in node.body if isinstance(item, Definition)]
    return Class(
        node.name,
        node.lineno,
        tuple(filter(None, (dotted(base) for base in node.bases))),
        _docstring(node.body),
        tuple(_function(method, syntax, method=True) for method in methods),
        tuple(map(_decorator, node.decorator_list)),
    )


def _function(node: Definition, syntax: Counter[str], *, method: bool = False) -> Function:
    decorators = tuple(map(_decorator, node.decorator_list))
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    first = len(positional) - len(arguments.defaults)
    parameters = [
        _parameter(argument, "positional", index >= first, syntax)
        for index, argument in enumerate(positional)
    ]
    if method and parameters and not any(found.name == "staticmethod" for found in decorators):
        parameters = parameters[1:]
    stars = filter(None, (arguments.vararg, arguments.kwarg))
    parameters += [_parameter(argument, "stars", True, syntax) for argument in stars]
    parameters += [
        _parameter(argument, "keyword", default is not None, syntax)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    _count(node.returns, syntax)
    docstring = _docstring(node.body)
    returns = node.returns is not None
    abstract = _is_abstract(node, decorators)
    return Function(
        node.name, node.lineno, docstring, tuple(parameters), returns, decorators, abstract
    )


def _is_abstract(node: Definition, decorators: tuple[Decorator, ...]) -> bool:
    if any(found.name.endswith("abstractmethod") for found in decorators):
        return True
    last = node.body[-1]
    raised = dotted(last.exc) if isinstance(last, ast.Raise) and last.exc else ""
    return raised == "NotImplementedError" and len(node.body) <= 2


def _parameter(node: ast.arg, kind: str, default: bool, syntax: Counter[str]) -> Parameter:
    _count(node.annotation, syntax)
    name = dotted(node.annotation) if node.annotation else ""
    return Parameter(node.arg, kind, name, node.annotation is not None, default)


def _count(annotation: ast.expr | None, syntax: Counter[str]) -> None:
    if annotation is None:
        return
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
    # Walked by hand, for `ast.walk` takes three times as long.
    waiting: list[ast.AST] = [annotation]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else dotted(node)
            if name in _TENSORS:
                syntax["tensor " + name] += 1
        elif isinstance(node, ast.Subscript):
            last = dotted(node).rpartition(".")[2]
            syntax["Optional[X]"] += last == "Optional"
            syntax["List[int]"] += last in _GENERICS
            syntax["list[int]"] += last in _BUILTINS
            waiting += (node.value, node.slice)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            syntax["X | None"] += _is_none(node.left) or _is_none(node.right)
            waiting += (node.left, node.right)
        elif isinstance(node, ast.Tuple | ast.List):
            waiting += node.elts


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _decorator(node: ast.expr) -> Decorator:
    called = isinstance(node, ast.Call)
    arguments = node.args if isinstance(node, ast.Call) else []
    values = [item.value for item in arguments if isinstance(item, ast.Constant)]
    argument = values[0] if len(values) == 1 and isinstance(values[0], str) else None
    return Decorator(dotted(node), called, argument, ast.unparse(node) if called else dotted(node))


def _docstring(body: list[ast.stmt]) -> str | None:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return first.value.value if isinstance(first.value.value, str) else None
    return None


def _tables(node: ast.stmt) -> Iterator[Table]:
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(value, ast.Dict):
        return
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    entries = [
        (key.value, dotted(item))
        for key, item in zip(value.keys, value.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
        if isinstance(item, ast.Name | ast.Attribute)
    ]
    if len(entries) > 1 and len(entries) == len(value.keys) and dotted(target):
        yield Table(dotted(target), node.lineno, tuple(entries))


def _exported(body: list[ast.stmt]) -> tuple[str, ...] | None:
    for node in body:
        if isinstance(node, ast.Assign) and any(dotted(to) == "__all__" for to in node.targets):
            items = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []
            return tuple(str(item.value) for item in items if isinstance(item, ast.Constant))
    return None
