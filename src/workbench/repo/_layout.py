"""Where the target's packages lie and from where they are imported, seen from paths alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

TEST_WORDS = {"test", "tests", "unittest", "unittests", "unit_tests", "unit_test"}
_ASIDE = {
    "benchmark",
    "benchmarks",
    "demo",
    "demos",
    "deprecated",
    "doc",
    "docs",
    "egs",
    "example",
    "examples",
    "experimental",
    "experiments",
    "external",
    "extern",
    "hfdocs",
    "notebooks",
    "stubs",
    "third_party",
    "thirdparty",
    "vendor",
}
_ASIDE_AT_THE_TOP = {"assets", "ci", "projects", "script", "scripts", "tools"}
# Top folders of a repository of scripts; a package that people install has a name of its own.
_GENERIC = {
    "cfg",
    "code",
    "common",
    "conf",
    "config",
    "configs",
    "core",
    "data",
    "dataset",
    "datasets",
    "engine",
    "helpers",
    "layers",
    "lib",
    "loss",
    "losses",
    "model",
    "models",
    "modules",
    "nets",
    "networks",
    "ops",
    "options",
    "train",
    "training",
    "util",
    "utils",
}
_LEAST = 0.2  # of the code lies in a package that is the main one
_TEST_FILE = re.compile(r"^(test_.*|.*_test|conftest)\.py$")


@dataclass(frozen=True)
class Layout:
    """The shape of a target.

    Args:
        kind: src, package, scripts or empty.
        package: Dotted name of the main package, or ``""``.
        folder: Its folder; for scripts the folder that holds them.
        import_root: The folder that stands on ``sys.path``.
    """

    kind: str
    package: str
    folder: str
    import_root: str

    def module(self, path: str) -> str:
        """Return the dotted name under which a file is imported."""
        relative = path
        if self.import_root != ".":
            relative = path.removeprefix(self.import_root + "/")
        return relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_test(path: str) -> bool:
    """Tell whether a Python file belongs to the tests."""
    *folders, name = path.split("/")
    if path.startswith(".") or "/." in path:
        return False
    return bool(_TEST_FILE.match(name)) or not TEST_WORDS.isdisjoint(folders)


def is_aside(path: str) -> bool:
    """Tell whether a file stands beside the code proper: tests, documentation, examples, tools."""
    return not TEST_WORDS.isdisjoint(path.split("/")[:-1]) or is_apart(path)


def is_apart(path: str) -> bool:
    """Tell whether a file stands beside the code proper and its tests."""
    parts = path.split("/")[:-1]
    if parts and parts[0] in _ASIDE_AT_THE_TOP:
        return True
    return any(part in _ASIDE or part.startswith(".") for part in parts)


def layout(files: Sequence[str], project: str = "") -> Layout:
    """Find the main package and the import root.

    Args:
        files: The target's paths.
        project: The project's name in its settings, or ``""``.

    Returns:
        The layout.
    """
    python = [path for path in files if path.endswith(".py") and not is_aside(path)]
    if not python:
        return Layout("empty", "", ".", ".")
    folders = {_folder(path) for path in python if path.endswith("/__init__.py")}
    tops = {folder for folder in folders if _folder(folder) not in folders}
    tops = _without_init(tops) or tops
    main = _main_package(python, tops, project)
    if not main:
        root = _script_root(python, folders)
        return Layout("scripts", "", root, root)
    root = _folder(main)
    kind = "src" if PurePosixPath(root).name == "src" else "package"
    return Layout(kind, PurePosixPath(main).name, main, root)


def _without_init(tops: set[str]) -> set[str]:
    """Find the folder whose own ``__init__`` is missing, though most packages lie right in it."""
    above = Counter(folder.split("/")[0] for folder in tops if "/" in folder)
    name, count = above.most_common(1)[0] if above else ("", 0)
    most = count > 1 and 2 * count > len(tops)
    return {name} if most and name not in _GENERIC | {"src", "python"} else set()


def _main_package(python: Sequence[str], tops: Iterable[str], project: str) -> str:
    plain = re.sub(r"[-_.]+", "_", project).lower()
    named = [top for top in tops if plain and PurePosixPath(top).name.lower() == plain]
    # ai2-olmo is the project of olmo, pytorch-metric-learning is not that of metric.
    named = named or [top for top in tops if plain.endswith(f"_{PurePosixPath(top).name.lower()}")]
    own = [top for top in tops if PurePosixPath(top).name not in _GENERIC]
    sizes: Counter[str] = Counter(dict.fromkeys(named or own, 0))
    for path in python:
        parts = path.split("/")[:-1]
        above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        sizes.update(folder for folder in above if folder in sizes)
    best = min(sizes, key=lambda top: (-sizes[top], top), default="")
    # A few files in a package beside many that are none: a repository of scripts.
    return best if named or sizes[best] >= _LEAST * len(python) else ""


def _script_root(python: Sequence[str], packages: set[str]) -> str:
    """Return the folder with the most scripts, the outermost of equals."""
    scripts = Counter(_folder(path) for path in python if _folder(path) not in packages)
    if scripts["."] or not scripts:
        return "."
    return min(scripts, key=lambda folder: (-scripts[folder], folder.count("/"), folder))


def _folder(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()
