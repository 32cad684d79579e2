"""What a file of a draft is compared in with the target's habits, one function for each rule.

A rule yields a `Place` for each place that it looks at, with what is wrong there, or ``""``. A rule
is only asked where the study saw a clear habit.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from workbench.records import Role, Study
from workbench.repo import topics
from workbench.repo._docstrings import style_of
from workbench.repo._frameworks import written
from workbench.repo._names import snake
from workbench.repo._parse import dotted, parse
from workbench.repo._source import Class, Function, Source

_CAPWORDS = re.compile(r"^_*[A-Z][A-Za-z0-9]*$")
_SNAKE = re.compile(r"^_*[a-z0-9_]*_*$")


@dataclass(frozen=True)
class Place:
    """A place that a rule looked at.

    Args:
        line: From 1; 0 for the whole file.
        wrong: What stands there that should not, or ``""``.
        expected: The house's way.
    """

    line: int
    wrong: str = ""
    expected: str = ""


@dataclass(frozen=True)
class File:
    """A file of a draft.

    Args:
        path: Where it goes.
        role: ``module`` or ``test``.
        text: What it holds.
        study: What is known of the target.
    """

    path: str
    role: Role
    text: str
    study: Study

    @cached_property
    def source(self) -> Source:
        """Its facts."""
        return parse(self.path, self.text)

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def functions(self) -> list[Function]:
        """Its public functions and methods."""
        own = [one for one in self.source.functions if not one.name.startswith("_")]
        for found in self.source.classes:
            own += [m for m in found.methods if not m.name.startswith("_") or m.name == "__init__"]
        return own


Rule = Callable[[File], Iterator[Place]]


def line_length(file: File) -> Iterator[Place]:
    """No line is longer than the target's."""
    limit = int(file.study.value(topics.LINE_LENGTH, 0)) or 10**9
    for number, line in enumerate(file.text.split("\n"), start=1):
        long = len(line) > limit and "http" not in line
        yield Place(number, f"{len(line)} characters" if long else "", f"at most {limit}")


def licence_header(file: File) -> Iterator[Place]:
    """The file opens with the target's licence comment, or with none."""
    header = str(file.study.value(topics.LICENCE_HEADER, ""))
    if header:
        opens = re.sub(r"\d{4}", "Y", file.text).startswith(re.sub(r"\d{4}", "Y", header))
        yield Place(1, "" if opens else "no licence header", header.split("\n")[0])


def file_name(file: File) -> Iterator[Place]:
    """The file is named as its siblings are."""
    name = PurePosixPath(file.path).name
    if file.role == "test":
        template = str(file.study.value(topics.TEST_FILES, "test_{name}.py"))
        before, _, after = template.partition("{name}")
        fits = name.startswith(before) and name.endswith(after)
        yield Place(0, "" if fits else name, template)
        return
    style = file.study.value(topics.FILE_NAMING)
    stem = name.removesuffix(".py").strip("_")
    fits = _SNAKE.match(stem) is not None if style in {"snake_case", "lowercase"} else True
    yield Place(0, "" if fits else name, f"{style} file names")


def naming(file: File) -> Iterator[Place]:
    """Classes and functions are named in the usual ways."""
    for found in file.source.classes:
        fits = _CAPWORDS.match(found.name)
        yield Place(found.line, "" if fits else found.name, "CapWords")
    for function in [*file.source.functions, *file.functions]:
        fits = _SNAKE.match(function.name)
        yield Place(function.line, "" if fits else function.name, snake(function.name))


def docstring_coverage(file: File) -> Iterator[Place]:
    """What is public has a docstring, where the target's authors write them."""
    if file.role == "test" or float(file.study.value(topics.DOCSTRING_COVERAGE, 0)) < 0.5:
        return
    for found in file.source.classes:
        if not found.name.startswith("_"):
            missing = not found.docstring
            yield Place(found.line, f"{found.name} has none" if missing else "", "a docstring")
    for function in file.functions:
        if function.name != "__init__":
            missing = not function.docstring
            yield Place(
                function.line, f"{function.name} has none" if missing else "", "a docstring"
            )


def docstring_style(file: File) -> Iterator[Place]:
    """Docstrings with sections are in the target's style."""
    house = str(file.study.value(topics.DOCSTRING_STYLE, ""))
    if house not in {"google", "numpy", "rest"}:
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            style = style_of(ast.get_docstring(node) or "")
            if style != "plain":
                line = getattr(node, "lineno", 1)
                yield Place(line, f"{style} style" if style != house else "", f"{house} style")


def options_documented(file: File) -> Iterator[Place]:
    """A constructor's options are documented where the target documents them."""
    house = file.study.value(topics.OPTIONS_DOCUMENTED)
    listed = re.compile(r"^[ \t]*(Args|Arguments|Parameters)\b|^[ \t]*:param", re.MULTILINE)
    for found in file.source.classes:
        constructor = found.method("__init__")
        if constructor is None or house is None:
            continue
        inside = listed.search(constructor.docstring or "")
        above = listed.search(found.docstring or "")
        if inside or above:
            own = "__init__" if inside else "class"
            yield Place(found.line, f"in {own}" if own != house else "", f"in {house}")


def annotated(file: File) -> Iterator[Place]:
    """Public parameters and results are annotated, where the target's authors do."""
    if file.role == "test" or float(file.study.value(topics.ANNOTATIONS, 0)) < 0.7:
        return
    for function in file.functions:
        bare = [
            one.name for one in function.parameters if not one.annotated and one.kind != "stars"
        ]
        result = [] if function.returns or function.name == "__init__" else ["the result"]
        missing = ", ".join(bare + result)
        yield Place(function.line, f"{missing} not annotated" if missing else "", "annotations")


def annotation_syntax(file: File) -> Iterator[Place]:
    """Optional and generic types are written as the target writes them."""
    for topic, ways in (
        (topics.OPTIONAL_SYNTAX, ("X | None", "Optional[X]")),
        (topics.GENERIC_SYNTAX, ("list[int]", "List[int]")),
    ):
        house = file.study.value(topic)
        for way in ways if house else ():
            for _ in range(file.source.syntax[way]):
                yield Place(0, way if way != house else "", str(house))


def tensor_name(file: File) -> Iterator[Place]:
    """Tensors are called in annotations as the target calls them."""
    house = file.study.value(topics.TENSOR_NAME)
    for name, count in file.source.syntax.items():
        if house and name.startswith("tensor ") and count:
            own = name.removeprefix("tensor ")
            yield Place(0, own if own != house else "", str(house))


def future_annotations(file: File) -> Iterator[Place]:
    """The file begins with the future import of annotations, or does not."""
    house = file.study.value(topics.FUTURE_ANNOTATIONS)
    if house is None or not (file.source.functions or file.source.classes):
        return
    has = any(one.module == "__future__" for one in file.source.imports)
    wanted = "with" if house else "without"
    wrong = "" if has == house else "it is there" if has else "it is missing"
    yield Place(1, wrong, f"{wanted} 'from __future__ import annotations'")


def import_style(file: File) -> Iterator[Place]:
    """The target's own modules are imported absolutely or relatively, as it does."""
    package = str(file.study.value(topics.PACKAGE, ""))
    root = str(file.study.value(topics.IMPORT_ROOT, "."))
    inner = file.path if root == "." else file.path.removeprefix(root + "/")
    home = ".".join(PurePosixPath(inner).parent.parts)
    if file.role == "test":
        return
    for found in file.source.imports:
        own = package and found.module.split(".")[0] == package
        if not (found.level or own):
            continue
        near = found.level == 1 and "." not in found.module
        near = near or (not found.level and found.module.rpartition(".")[0] == home)
        house = file.study.value(topics.SIBLING_IMPORTS if near else topics.IMPORT_STYLE)
        style = "relative" if found.level else "absolute"
        yield Place(found.line, style if house and style != house else "", str(house))


def framework_imports(file: File) -> Iterator[Place]:
    """``nn`` and ``functional`` are imported by the target's usual statements."""
    for topic, package, name in (
        (topics.NN_IMPORT, "torch", "nn"),
        (topics.FUNCTIONAL_IMPORT, "torch.nn", "functional"),
    ):
        house = file.study.value(topic)
        for found in file.source.imports if house else ():
            own = written(found, package, name)
            if own:
                yield Place(found.line, own if own != house else "", str(house))


def module_all(file: File) -> Iterator[Place]:
    """A module says what it exports in ``__all__``, or does not, as its siblings."""
    house = file.study.value(topics.MODULE_ALL)
    if file.role == "module" and house is not None and file.source.classes:
        has = file.source.exported is not None
        wrong = "" if has == house else "it has __all__" if has else "it has no __all__"
        yield Place(1, wrong, "__all__" if house else "no __all__")


def base_class(file: File) -> Iterator[Place]:
    """Models, layers and data sets derive from the target's own base class, where most do."""
    for kind in ("model", "layer", "loss", "metric", "dataset"):
        found = file.study.find(topics.base(kind))
        folder = file.study.value(topics.folder(kind))
        here = PurePosixPath(file.path).parent.as_posix() == folder
        if (
            file.role != "module"
            or found is None
            or not here
            or found.value["constructor"] == "config"
        ):
            continue
        if found.share < 0.8 or found.value["abstract"] not in ([], ["forward"]):
            continue
        name = str(found.value["class"]).rpartition(".")[2]
        public = [one for one in file.source.classes if not one.name.startswith("_")]
        if public:
            bases = {base.rpartition(".")[2] for one in public for base in one.bases}
            fits = name in bases
            yield Place(public[-1].line, "" if fits else ", ".join(sorted(bases)) or "none", name)


def registered(file: File) -> Iterator[Place]:
    """What a registry collects by a decorator carries it."""
    for kind in ("model", "layer", "loss", "metric", "dataset"):
        value = file.study.value(topics.registry(kind)) or {}
        here = PurePosixPath(file.path).parent.as_posix() == file.study.value(topics.folder(kind))
        if file.role != "module" or not here or value.get("form") != "decorator":
            continue
        wanted = re.match(r"@([\w.]+)", str(value["text"]))
        owners: list[Class | Function] = [*file.source.classes, *file.source.functions]
        public = [one for one in owners if not one.name.startswith("_")]
        if wanted and public:
            has = any(d.name == wanted[1] for one in public for d in one.decorators)
            yield Place(public[-1].line, "" if has else "not registered", str(value["text"]))


def progress(file: File) -> Iterator[Place]:
    """Progress is told as the target tells it, never by print where it logs."""
    house = file.study.value(topics.LOGGING)
    if file.role == "test" or house in {None, "print", "none"}:
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and dotted(node) == "print":
            yield Place(node.lineno, "print", str(house))
    line = file.study.value(topics.LOGGER)
    for number, text in enumerate(file.source.lines, start=1):
        if line and "getLogger(" in text:
            yield Place(number, text.strip() if text.strip() != line else "", str(line))


def errors(file: File) -> Iterator[Place]:
    """A wrong argument is told by an exception, where the target does so nearly always."""
    style = file.study.find(topics.ERROR_STYLE)
    if file.role == "test" or style is None or style.value != "raise" or style.share < 0.8:
        return
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Assert):
            yield Place(node.lineno, "assert", "raise")
        elif isinstance(node, ast.Raise):
            yield Place(node.lineno)


def test_style(file: File) -> Iterator[Place]:
    """Tests are functions, classes or TestCases, as the target's are."""
    house = file.study.find(topics.TEST_STYLE)
    if file.role != "test" or house is None or house.share < 0.8:
        return
    for found in file.source.classes:
        if any(method.name.startswith("test") for method in found.methods):
            unit = any(base.endswith("TestCase") for base in found.bases)
            own = "unittest" if unit else "classes"
            yield Place(found.line, own if own != house.value else "", str(house.value))
    for function in file.source.functions:
        if function.name.startswith("test"):
            yield Place(
                function.line, "functions" if house.value != "functions" else "", house.value
            )


RULES: dict[str, tuple[Rule, str]] = {
    "line length": (line_length, topics.LINE_LENGTH),
    "licence header": (licence_header, topics.LICENCE_HEADER),
    "file name": (file_name, topics.FILE_NAMING),
    "naming": (naming, topics.CLASS_NAMING),
    "docstring coverage": (docstring_coverage, topics.DOCSTRING_COVERAGE),
    "docstring style": (docstring_style, topics.DOCSTRING_STYLE),
    "options documented in": (options_documented, topics.OPTIONS_DOCUMENTED),
    "annotations": (annotated, topics.ANNOTATIONS),
    "annotation syntax": (annotation_syntax, topics.OPTIONAL_SYNTAX),
    "tensor name": (tensor_name, topics.TENSOR_NAME),
    "future annotations": (future_annotations, topics.FUTURE_ANNOTATIONS),
    "import style": (import_style, topics.IMPORT_STYLE),
    "framework imports": (framework_imports, topics.NN_IMPORT),
    "module __all__": (module_all, topics.MODULE_ALL),
    "base class": (base_class, topics.CLASS_NAMING),
    "registry": (registered, topics.CLASS_NAMING),
    "progress": (progress, topics.LOGGING),
    "errors": (errors, topics.ERROR_STYLE),
    "test style": (test_style, topics.TEST_STYLE),
}
"""Each rule with the topic whose finding is its evidence."""
