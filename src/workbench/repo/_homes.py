"""In which folder and under which name the module of a spec goes."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from workbench.records import Edit, Evidence, Finding, Study
from workbench.repo import topics
from workbench.repo._names import hides_another, reserved, snake, stem, words
from workbench.repo._roles import KIND_OF_WORD
from workbench.repo._snapshot import Snapshot
from workbench.spec import Spec

_MOST = 0.5  # share of the files of a kind in a folder that is not named for it
_MANY, _FILES = 0.25, 8  # a smaller share does where there are this many files of the kind in it
_NEXT_BEST = {"layer": ("layer", "model"), "model": ("model", "layer")}
# Packages that code of our field imports; a file of that name beside it would hide them.
_IMPORTED = {
    "torch",
    "torchvision",
    "torchaudio",
    "numpy",
    "scipy",
    "pandas",
    "sklearn",
    "matplotlib",
    "transformers",
    "tokenizers",
    "datasets",
    "tqdm",
    "yaml",
    "pytest",
    "einops",
    "wandb",
    "PIL",
    "jax",
    "flax",
    "keras",
    "tensorflow",
    "lightning",
}


@dataclass(frozen=True)
class Spot:
    """Where a module goes.

    Args:
        path: Its file.
        module: Its dotted name.
        import_root: The folder from which it is imported.
        folder: The folder that holds its siblings.
        sibling: What it is called among them; ``""`` for code that is there already.
        edits: Files that must be there for it, for example the ``__init__`` of its own package.
        evidence: Why there.
    """

    path: str
    module: str
    import_root: str
    folder: str
    sibling: str
    edits: tuple[Edit, ...]
    evidence: tuple[Evidence, ...]

    @property
    def home(self) -> str:
        """The dotted name of the folder, or ``""`` where it is the import root itself."""
        if self.folder == self.import_root:
            return ""
        relative = self.folder
        if self.import_root != ".":
            relative = self.folder.removeprefix(self.import_root + "/")
        return relative.replace("/", ".")


def spot(study: Study, files: Snapshot, spec: Spec) -> Spot:
    """Choose folder and name for a new module.

    Args:
        study: What is known of the target.
        files: Its files.
        spec: What is to be placed.

    Returns:
        The spot; nothing stands there yet.
    """
    folder, template, evidence = _folder(study, files, spec)
    named = study.value(topics.file_names(spec.kind), {})
    style = named.get("style") or str(study.value(topics.FILE_NAMING, "snake_case"))
    root = str(study.value(topics.IMPORT_ROOT, "."))
    top = folder == root or (root != "." and not folder.startswith(root + "/"))
    for number, name in enumerate(
        _names(stem(spec.name, style, named.get("drops", ())), spec.kind)
    ):
        inner = template.replace("{name}", name)
        path = inner if folder == "." else f"{folder}/{inner}"
        taken = _taken(files, path, folder, name, top)
        if not taken:
            break
        if number == 0:
            evidence.append(Evidence(path=path, text=f"{path} is not used: {taken}"))
    if root != "." and not path.startswith(root + "/"):
        root = "."
    relative = path if root == "." else path.removeprefix(root + "/")
    module = relative.removesuffix(".py").replace("/", ".")
    sibling = path.removeprefix("" if folder == "." else folder + "/").split("/")[0]
    package = _package(study, files, spec, path, folder)
    return Spot(path, module, root, folder, sibling.removesuffix(".py"), package, tuple(evidence))


def _folder(study: Study, files: Snapshot, spec: Spec) -> tuple[str, str, list[Evidence]]:
    kin = _kin(study, spec)
    if kin:
        return kin[0], "{name}.py", [Evidence(path=kin[0], text=kin[1])]
    for kind in _NEXT_BEST.get(spec.kind, (spec.kind,)):
        finding = study.find(topics.folder(kind))
        if finding is None:
            continue
        template = str(study.value(topics.file(kind), "{name}.py"))
        if kind != spec.kind and template != "{name}.py":
            continue
        if not _is_home(finding, template, kind, exact=kind == spec.kind):
            continue
        count = f"{round(finding.share * finding.seen)} of {finding.seen} {kind} files live in"
        text = f"{count} {finding.value}"
        instead = "" if kind == spec.kind else f"; the target has no place for a {spec.kind}"
        first = finding.evidence[0]
        evidence = [Evidence(path=first.path, line=first.line, text=text + instead)]
        special = _special(files, str(finding.value), spec, kind)
        if special:
            why = f"a folder for names that end in {_last(spec)!r}"
            stems = _modules(files, special)
            private = 2 * sum(one.startswith("_") for one in stems) > len(stems)
            template = "_{name}.py" if private else "{name}.py"
            return special, template, [*evidence, Evidence(path=special, text=why)]
        return str(finding.value), template, evidence
    folder = str(study.value(topics.PACKAGE_FOLDER, "."))
    text = f"the target has no {spec.kind} code yet; this is where its code lives"
    return folder, "{name}.py", [Evidence(path=folder, text=text)]


def _kin(study: Study, spec: Spec) -> tuple[str, str] | None:
    """Find the folder of the classes whose names end as the spec's does, and why."""
    own = words(spec.name)
    folder = study.value(topics.KIN, {}).get(own[-1]) if len(own) > 1 else None
    nested = study.value(topics.file(spec.kind), "{name}.py") != "{name}.py"
    home = study.value(topics.folder(spec.kind))
    if folder is None or nested or folder == home:
        return None
    return folder, f"most classes whose names end in {own[-1].capitalize()} live in {folder}"


def _is_home(finding: Finding, template: str, kind: str, *, exact: bool) -> bool:
    """Tell whether a folder is the place for a kind, not just where some of it happens to be."""
    if _names_kind(finding.value, kind):
        return True
    named = KIND_OF_WORD.get(PurePosixPath(template).stem) == kind
    most = finding.share >= _MOST or (
        finding.share >= _MANY and finding.share * finding.seen >= _FILES
    )
    return exact and (named or most or kind not in _NEXT_BEST)


def _names_kind(folder: str, kind: str) -> bool:
    """Tell whether a folder is named for a kind, or is the top of a repository of scripts."""
    return folder == "." or KIND_OF_WORD.get(PurePosixPath(folder).name) == kind


def _special(files: Snapshot, folder: str, spec: Spec, kind: str) -> str:
    """Find a folder near the kind's own that is named for the last word of the spec's name."""
    last = _last(spec)
    wanted = {f"{mark}{last}{ending}" for mark in ("", "_") for ending in ("", "s", "es")}
    pure = PurePosixPath(folder)
    around = [pure] if _names_kind(folder, kind) and folder != "." else []
    around += [pure.parent] if KIND_OF_WORD.get(pure.parent.name) == kind else []
    for parent in around:
        for name in sorted(wanted):
            candidate = (parent / name).as_posix()
            if candidate != folder and len(_modules(files, candidate)) > 1:
                return candidate
    return ""


def _last(spec: Spec) -> str:
    """Return the last word of a name that says more than the kind does."""
    parts = snake(spec.name).split("_")
    return parts[-2] if len(parts) > 1 and parts[-1] == spec.kind else parts[-1]


def _modules(files: Snapshot, folder: str) -> list[str]:
    paths = [PurePosixPath(path) for path in files.tree.files if path.startswith(folder + "/")]
    own = [path for path in paths if path.parent.as_posix() == folder and path.suffix == ".py"]
    return [path.stem for path in own if path.stem != "__init__"]


def _names(first: str, kind: str) -> Iterator[str]:
    yield first
    if not first.endswith(kind):
        yield f"{first}_{kind}"
    number = 2
    while True:
        yield f"{first}_{number}"
        number += 1


def _taken(files: Snapshot, path: str, folder: str, name: str, top: bool) -> str:
    """Say why a path cannot be used, or ``""``."""
    if top and (hides_another(name) or name in _IMPORTED):
        return f"it would hide the module {name!r} from every import"
    if keyword.iskeyword(name):
        return f"{name!r} is a word of Python and cannot be imported"
    if reserved(name):
        return f"{name!r} is no file name on Windows"
    prefix = "" if folder == "." else folder + "/"
    for own in (path, f"{prefix}{name}.py", f"{prefix}{name}"):
        lower = own.casefold()
        if any(one.casefold() == lower for one in files.paths | files.folders):
            return f"{own} is there already"
        if (files.tree.root / own).exists():
            return f"{own} is in the working tree, though not committed"
    return ""


def _package(study: Study, files: Snapshot, spec: Spec, path: str, folder: str) -> tuple[Edit, ...]:
    """Make the ``__init__`` of a module that has a folder of its own, as its siblings have one."""
    own = PurePosixPath(path).parent.as_posix()
    depth = own.count("/") + 1
    inits = [one for one in files.tree.files if one.startswith(folder + "/")]
    inits = [one for one in inits if one.endswith("/__init__.py") and one.count("/") == depth]
    if own == folder or not inits:
        return ()
    sibling = files.text(inits[0]) or ""
    header = study.value(topics.LICENCE_HEADER, "")
    text = f"{header}\n\n" if header else ""
    text += f"from .{PurePosixPath(path).stem} import {spec.name}\n"
    quote = "'" if "'" in sibling else '"'
    if "__all__" in sibling:
        text += f"\n__all__ = [{quote}{spec.name}{quote}]\n"
    reason = "makes the folder a package, as its siblings are"
    return (Edit(path=f"{own}/__init__.py", before="", after=text, reason=reason),)
