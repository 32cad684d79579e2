"""In which file the tests of a spec go, so that the target's own test run finds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from workbench.records import Edit, Evidence, Study
from workbench.repo import topics
from workbench.repo._homes import Spot
from workbench.repo._names import snake
from workbench.repo._roles import KIND_OF_WORD
from workbench.repo._snapshot import Snapshot
from workbench.spec import Spec


def spot_of_tests(
    study: Study, files: Snapshot, spec: Spec, where: Spot
) -> tuple[str, tuple[Edit, ...], tuple[Evidence, ...]]:
    """Choose the file for the tests of a module.

    Args:
        study: What is known of the target.
        files: Its files.
        spec: What is tested.
        where: Where the module goes.

    Returns:
        The test's file, the ``__init__`` files that it needs, and why there.
    """
    folder, why = _folder(study, files, spec, where)
    template = str(study.value(topics.TEST_FILES, "test_{name}.py"))
    evidence = [Evidence(path=folder, text=why)]
    for number, name in enumerate(_names(spec, where)):
        file = template.replace("{name}", name)
        path = file if folder == "." else f"{folder}/{file}"
        taken = _taken(files, path, file)
        if not taken:
            break
        if number == 0:
            evidence.append(Evidence(path=path, text=f"{path} is not used: {taken}"))
    edit = _package(study, files, folder)
    return path, edit, tuple(evidence)


def _folder(study: Study, files: Snapshot, spec: Spec, where: Spot) -> tuple[str, str]:
    code = PurePosixPath(where.path).parent.as_posix()
    root = str(study.value(topics.TEST_FOLDER, "tests"))
    layout = study.value(topics.TEST_LAYOUT)
    places = study.value(topics.TEST_PLACES, {})
    if layout is None:
        return root, "the target has no tests yet; pytest finds them here"
    if layout == "beside":
        return code, "tests stand beside the code"
    for known in (code, where.folder):
        if known in places:
            return str(places[known]), f"the tests of {known} are in {places[known]}"
    if layout == "mirrored":
        for candidate in _mirrors(study, where, root):
            if candidate in files.folders:
                return candidate, f"tests mirror the code; {candidate} mirrors {where.folder}"
    for candidate in sorted(files.folders):
        parent, _, name = candidate.rpartition("/")
        if parent == root and KIND_OF_WORD.get(name.removeprefix("test_")) == spec.kind:
            return candidate, f"{candidate} holds the tests of {spec.kind} code"
    if layout == "mirrored":
        new = next(_mirrors(study, where, root), root)
        return new, f"tests mirror the code; {new} is new and mirrors {where.folder}"
    return root, f"all tests are in {root}"


def _mirrors(study: Study, where: Spot, root: str) -> Iterator[str]:
    """Yield the folders that would mirror the code's, with and without the mark of tests."""
    package = str(study.value(topics.PACKAGE_FOLDER, "."))
    inner = where.folder if package == "." else where.folder.removeprefix(package).strip("/")
    parts = [] if inner in {"", "."} else inner.split("/")
    marked = [f"test_{part}" for part in parts]
    ways = [parts, marked]
    if any("/test_" in f"/{place}" for place in study.value(topics.TEST_PLACES, {}).values()):
        ways.reverse()
    for way in ways:
        yield "/".join([root, *way])


def _names(spec: Spec, where: Spot) -> Iterator[str]:
    pure = PurePosixPath(where.path)
    name = where.sibling or pure.stem
    if not where.sibling and pure.stem in {*KIND_OF_WORD, "__init__"} and pure.parent.name:
        name = f"{pure.parent.name}_{pure.stem}".removesuffix("___init__")
    name = name.strip("_")
    yield name
    own = snake(spec.name)
    if own != name:
        yield f"{name}_{own}" if spec.existing else own
    yield f"{name}_contract"
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _taken(files: Snapshot, path: str, file: str) -> str:
    lower = path.casefold()
    if any(one.casefold() == lower for one in files.paths):
        return "it is there already"
    if (files.tree.root / path).exists():
        return "it is in the working tree, though not committed"
    folder = path.rpartition("/")[0]
    if f"{folder}/__init__.py" in files.paths or _by_path(files):
        return ""
    for other in files.paths:
        above, _, name = other.rpartition("/")
        if name == file and f"{above}/__init__.py" not in files.paths:
            return f"pytest cannot tell it from {other}, for neither folder is a package"
    return ""


def _by_path(files: Snapshot) -> bool:
    """Tell whether the target's pytest imports tests by their path, so that names may repeat."""
    for file in ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini"):
        if "import-mode=importlib" in (files.text(file) or ""):
            return True
    return False


def _package(study: Study, files: Snapshot, folder: str) -> tuple[Edit, ...]:
    """Make a new test folder a package where the other test folders are packages."""
    path = f"{folder}/__init__.py"
    if folder == "." or path in files.paths or (files.tree.root / path).exists():
        return ()
    if study.value(topics.TEST_LAYOUT) is None:
        if study.value(topics.IMPORT_ROOT, ".") != "." or folder in files.folders:
            return ()
        if "__init__.py" in files.paths:  # pytest would go up past the root, to its parent
            return ()
        reason = "lets pytest put the repository's root on sys.path"
        return (Edit(path=path, before="", after="", reason=reason),)
    parent = folder.rpartition("/")[0]
    if folder not in files.folders and f"{parent}/__init__.py" in files.paths:
        reason = "makes the folder a package, as the other test folders are"
        return (Edit(path=path, before="", after="", reason=reason),)
    return ()
