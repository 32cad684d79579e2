"""The placement: where the code of a spec goes in the target, under which name, and why."""

from __future__ import annotations

from pathlib import PurePosixPath

from workbench.errors import TargetError, nearest
from workbench.records import Edit, Evidence, Finding, Placement, Study
from workbench.repo import topics
from workbench.repo._documents import entries
from workbench.repo._homes import Spot, spot
from workbench.repo._registration import Newcomer, re_exports, table_entry
from workbench.repo._snapshot import Snapshot, snapshot
from workbench.repo._test_places import spot_of_tests
from workbench.spec import Spec

_FITTING = 0.5  # share of the files of a kind that make a base class the rule


def place(study: Study, spec: Spec) -> Placement:
    """Decide where the code of a spec goes.

    Args:
        study: What is known of the target.
        spec: The spec; with ``existing`` the module is there already and only its test is placed.

    Returns:
        The placement, with its evidence.

    Raises:
        TargetError: The spec names a file that is not there, or the target is gone.
    """
    files = snapshot(study)
    where = _existing(study, files, spec) if spec.existing else spot(study, files, spec)
    test_path, test_edits, test_evidence = spot_of_tests(study, files, spec, where)
    base, base_evidence = ("", []) if spec.existing else _base(study, spec, where)
    registration = [] if spec.existing else _registration(study, files, spec, where)
    registration += entries(study, files, spec)
    reasons = dict.fromkeys((edit.path, edit.reason) for edit in registration)
    said = [Evidence(path=path, text=reason) for path, reason in reasons]
    return Placement(
        path=where.path,
        module=where.module,
        test_path=test_path,
        import_root=where.import_root,
        base=base,
        edits=(*where.edits, *registration, *test_edits),
        evidence=(*where.evidence, *base_evidence, *said, *test_evidence),
    )


def dotted(path: str, import_root: str) -> str:
    """Return the dotted name under which a file is imported."""
    relative = path if import_root == "." else path.removeprefix(import_root + "/")
    return relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _existing(study: Study, files: Snapshot, spec: Spec) -> Spot:
    path = PurePosixPath(spec.existing).as_posix()
    if path not in files.tree.files or not path.endswith(".py"):
        python = [name for name in files.tree.files if name.endswith(".py")]
        near = nearest(path, python).split("; legal")[0] if python else "it has no Python file"
        committed = f"commit {study.commit[:12]} of the target" if study.commit else "the target"
        raise TargetError(
            f"the spec names existing: {spec.existing!r}, which is no Python file of {committed}: "
            f"{near.split('legal are')[0].strip() or 'name one of its files'}"
        )
    root = str(study.value(topics.IMPORT_ROOT, "."))
    root = root if root == "." or path.startswith(root + "/") else "."
    evidence = Evidence(path=path, text="the spec names this file; only its tests are new")
    folder = PurePosixPath(path).parent.as_posix()
    return Spot(path, dotted(path, root), root, folder, "", (), (evidence,))


def _base(study: Study, spec: Spec, where: Spot) -> tuple[str, list[Evidence]]:
    """Choose the target's base class for the kind, or say why it is not used."""
    finding = study.find(topics.base(spec.kind))
    if finding is None:
        return "", []
    value, place = finding.value, finding.evidence[0]
    share = f"{value['subclasses']} of {finding.seen} {spec.kind} files derive from it"
    why_not = _unfit(finding, study, spec, where)
    if why_not:
        text = f"{value['class']} is not used as base: {why_not}"
        return "", [Evidence(path=place.path, line=place.line, text=text)]
    text = f"base {value['class']}: {share}"
    return value["class"], [Evidence(path=place.path, line=place.line, text=text)]


def _unfit(finding: Finding, study: Study, spec: Spec, where: Spot) -> str:
    value = finding.value
    home = study.value(topics.folder(spec.kind))
    if finding.share < _FITTING:
        return f"only {value['subclasses']} of {finding.seen} {spec.kind} files derive from it"
    if where.folder != home:
        return f"it is the base of what lives in {home}"
    if value["constructor"] == "config":
        return f"its constructor takes a configuration object ({', '.join(value['required'])})"
    if value["constructor"] not in {"none", "options"}:
        return f"its constructor demands {', '.join(value['required'])}"
    if set(value["abstract"]) - {"forward"}:
        return f"it demands the methods {', '.join(value['abstract'])}"
    if value["expects"]:
        return f"its own methods use attributes that it never sets: {', '.join(value['expects'])}"
    return ""


def _registration(study: Study, files: Snapshot, spec: Spec, where: Spot) -> list[Edit]:
    if not where.home:
        return []
    width = int(study.value(topics.LINE_LENGTH, 88))
    newcomer = Newcomer(spec.name, where.module, where.home, where.sibling, where.import_root)
    changes = re_exports(files, newcomer, width)
    registry = study.value(topics.registry(spec.kind), {})
    changed = {edit.path for edit in changes}
    if registry.get("form") == "table" and registry["path"] not in changed:
        changes += table_entry(
            files, newcomer, registry["path"], registry["table"], registry["name"], width
        )
    return changes
