"""Puts a contract together: the text proposes, runs on small tensors decide."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench import repo
from workbench.checks import Claim, claims
from workbench.checks import read as words
from workbench.errors import TargetError, UsageError
from workbench.inference._laws import laws
from workbench.inference._read import Class, Plain, read_class
from workbench.inference._trial import Pattern, Trial
from workbench.inference._without_call import contract
from workbench.records import Draft, Note, Placement, Report, Study, Verdict
from workbench.sandbox import Worker
from workbench.sandbox.judge import judge
from workbench.spec import Spec, dumps, loads

_LARGE = 64  # options from here on are halved until they are below
_SPARE = 3  # how many widths are tried


@dataclass(frozen=True)
class Inferred:
    """A contract that was inferred, to be confirmed.

    Args:
        spec: The contract.
        evidence: What each line was inferred from, in words.
        concerns: What looks wrong with the code: it is exempted in the spec, with the reason.
    """

    spec: Spec
    evidence: tuple[str, ...] = ()
    concerns: tuple[Note, ...] = field(default=())


def infer(root: str | Path, path: str, worker: Worker, *, name: str = "") -> Inferred:
    """Infer the contract of a module that is there.

    Args:
        root: The target.
        path: The file that defines it, relative to the root.
        worker: A warm worker.
        name: The class; by default the last one of the file that no other one uses.

    Returns:
        The contract.

    Raises:
        UsageError: There is no such file or class, it could not be built, or no input fits.
    """
    study = repo.study(Path(root))
    placement = repo.place(study, stub(path))
    target = repo.Target(study, placement)
    read = read_class(path, name, target.files(), _reader(target))
    if read.missing:
        raise UsageError(f"no contract can be inferred: {'; '.join(read.missing.values())}")
    if not read.inputs and read.kind in ("layer", "loss"):
        raise UsageError(f"no contract can be inferred: a call of {read.name} needs no tensor")
    trial = Trial(worker, root, placement, read, path)
    with trial:
        if read.kind in ("layer", "loss"):
            spec = trial.contract(*_fitting(trial, read))
        else:
            spec = contract(trial, read, _functions(target, path))
    claimed = claims(spec, words(spec, {path: target.read(path)}))
    return _confirmed(spec, read, claimed, worker, study, placement, root)


def _functions(target: repo.Target, path: str) -> dict[str, list[str]]:
    """Name the functions, classes and methods of a file, each with its arguments."""
    tree = ast.parse(target.read(path))
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    found = {name: _arguments(node) for name, node in functions.items()}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            starts = [x for x in node.body if getattr(x, "name", "") == "__init__"]
            found[node.name] = _arguments(starts[0]) if starts else []
    return found


def _arguments(node: Any) -> list[str]:
    return [argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]]


def stub(path: str) -> Spec:
    """Give a spec of which only the file matters, to find where it stands and its tests go."""
    document = {
        "name": "Module",
        "kind": "layer",
        "text": "Tests of code that is there.",
        "existing": path,
        "sizes": {"batch": "1..8"},
        "inputs": {"x": 'float "batch"'},
        "outputs": {"y": 'float "batch"'},
    }
    return loads(json.dumps(document))


def _reader(target: repo.Target) -> Any:
    def read(path: str) -> str:
        try:
            return target.read(path)
        except TargetError:
            return ""  # no text

    return read


def _fitting(trial: Trial, read: Class) -> tuple[dict[str, Plain], Pattern]:
    """Find options and inputs with which it runs: small ones first, the likeliest first."""
    said: list[str] = []
    for options in _options(read.alternatives):
        for pattern in _patterns(read, options):
            error = trial.runs(options, pattern)
            if not error:
                return options, pattern
            if error not in said:
                said.append(error)
    raise UsageError(
        f"no contract can be inferred: no input that was tried fits {read.name}: "
        f"{'; '.join(said[:4])}; write a spec with 'existing: {trial.path}' by hand"
    )


def _options(alternatives: Sequence[Mapping[str, Plain]]) -> Iterator[dict[str, Plain]]:
    for options in alternatives:
        small = {name: _halved(value) for name, value in options.items()}
        yield small
        if small != dict(options):
            yield dict(options)


def _halved(value: Plain) -> Plain:
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    while value >= _LARGE:
        value //= 2
    return value


def _patterns(read: Class, options: Mapping[str, Plain]) -> list[Pattern]:
    """List inputs worth trying, those first that the text speaks for."""
    if read.kind == "loss":
        return _judged()
    whole = {n: v for n, v in options.items() if isinstance(v, int) and not isinstance(v, bool)}
    words = ("in_", "input", "dim", "embed", "hidden", "channel", "feature", "width", "size", "n_")
    names = sorted(whole, key=lambda n: min((i for i, w in enumerate(words) if w in n), default=9))
    widths: list[str] = [*names[:_SPARE], "3", "1", "32"]
    shapes = []
    for width in widths:
        shapes += [f"batch time {width}", f"batch {width}", f"batch {width} height width_"]
        shapes += [f"batch {width} time"]
    shapes += ["batch time features", "batch features", "batch channels height width_", "batch"]
    tokens = [n for n in whole if "vocab" in n or "num_emb" in n or "token" in n] or ["8"]
    found = [Pattern("float", shape.replace("width_", "columns")) for shape in shapes]
    indices = [Pattern("int64", "batch time", tokens[0]), Pattern("int64", "batch", tokens[0])]
    first = read.inputs[0]
    found = [*indices, *found] if first in read.integers else [*found, *indices]
    rank = read.ranks.get(first)
    return sorted(found, key=lambda pattern: rank is not None and pattern.rank != rank)


def _judged() -> list[Pattern]:
    """List what a loss may be given: predictions, and what they are compared with."""
    classes = Pattern("int64", "batch", "classes")
    pixels = Pattern("int64", "batch height columns", "classes")
    return [
        Pattern("float", "batch classes", then=classes),
        Pattern("float", "batch classes height columns", then=pixels),
        Pattern("float", "batch features"),
        Pattern("float", "batch features", then=Pattern("int64", "batch features", "2")),
        Pattern("float", "batch"),
        Pattern("float", "batch", then=Pattern("int64", "batch", "2")),
        Pattern("float", "batch channels height columns"),
    ]


def _confirmed(
    spec: Spec,
    read: Class,
    claimed: Sequence[Claim],
    worker: Worker,
    study: Study,
    placement: Placement,
    root: str | Path,
) -> Inferred:
    """Keep the laws that hold; what holds nowhere else becomes a concern and an exemption."""
    draft = Draft(implementer="inference", module=placement.module)
    said = {claim.text: claim for claim in claimed}
    asked = _with(spec, list(dict.fromkeys([*said, *laws(spec)])), {})
    report = judge(asked, draft, worker, root=root, import_root=placement.import_root)
    kept = _kept(asked, report)
    own = {name for name, line in asked.requires.items() if line.text == "batch independent"}
    failed = [
        verdict  # of a check that applies whether or not a requirement names it
        for verdict in report.verdicts
        if verdict.outcome == "failed" and verdict.requirement in {"", *own}
    ]
    several = [verdict for verdict in failed if _gives_several(verdict)]
    failed = [verdict for verdict in failed if verdict not in several]
    seen = {verdict.check: " ".join(verdict.seen.split()) for verdict in failed}
    allowed = {check: f"suspected bug, not confirmed: {text[:120]}" for check, text in seen.items()}
    blind = [v for v in report.verdicts if not v.requirement and v.outcome == "inconclusive"]
    allowed |= {v.check: f"could not be looked at: {v.reason[:120]}" for v in blind}
    allowed |= {v.check: f"a call gives {v.seen}, and the first is looked at" for v in several}
    concerns = tuple(
        Note(
            kind="concern",
            text=f"Suspected bug: {verdict.check}: {seen[verdict.check][:200]}",
            reason=f"expected {verdict.expected} (at {verdict.where or 'no line'})",
            about=verdict.check,
        )
        for verdict in failed
    )
    evidence = [
        f"{option} = {spec.options[option]!r}: {said.text} ({said.path}:{said.line})"
        for option, said in read.evidence.items()
        if option in spec.options
    ]
    evidence += [f"{tensor.name}: {tensor}: it runs with that" for tensor in spec.inputs.values()]
    evidence += [f"{law}: {_told(said.get(law))}seen to hold" for law in kept]
    concerns += tuple(_broken(asked, report, said))
    return Inferred(_with(spec, kept, allowed), tuple(evidence), concerns)


def _gives_several(verdict: Verdict) -> bool:
    """Say whether a call gives more than the one output that tests look at, which is no bug."""
    return verdict.check == "output_shape" and bool(re.match(r"a (tuple|dict|list)", verdict.seen))


def _told(claim: Claim | None) -> str:
    return f"{claim.words!r} ({claim.where}), " if claim is not None else ""


def _broken(asked: Spec, report: Report, said: Mapping[str, Claim]) -> Iterator[Note]:
    """Tell what the code's own words say and a run denies."""
    lines = {name: line.text for name, line in asked.requires.items()}
    for verdict in report.verdicts:
        claim = said.get(lines.get(verdict.requirement, ""))
        if verdict.outcome == "failed" and claim is not None:
            yield Note(
                kind="concern",
                text=f"Words and code differ: {claim.where} says {claim.words!r}",
                reason=f"{verdict.seen[:200]}, expected {verdict.expected}",
                about=verdict.check,
            )


def _kept(asked: Spec, report: Report) -> list[str]:
    """List the requirements that hold; of several about one quantity the first."""
    held = {
        verdict.requirement
        for verdict in report.verdicts
        if verdict.requirement and verdict.outcome in ("passed", "proved")
    }
    found: dict[str, str] = {}
    for name, line in asked.requires.items():
        if name in held:
            about = line.text.partition(" equals ")[0] if "equals" in line.text else line.phrase
            found.setdefault(about, line.text)
    return list(found.values())


def _with(spec: Spec, lines: Sequence[str], allowed: Mapping[str, str]) -> Spec:
    """Add requirements and exemptions to a spec."""
    text = dumps(spec).rstrip("\n") + "\n"
    if lines:
        text += "requires:\n" + "".join(f"  R{at}: {law}\n" for at, law in enumerate(lines, 1))
    if allowed:
        text += "allows:\n" + "".join(f"  {n}: {json.dumps(why)}\n" for n, why in allowed.items())
    return loads(text)
