"""What flows after the spec: study, draft, verdict, report, export.

Records are frozen and cross process borders as JSON. They hold what was found and decided, and no
rules of their own beyond what follows from their fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Outcome = Literal["passed", "proved", "failed", "inconclusive", "exempt", "skipped"]
Role = Literal["module", "test"]
Tier = Literal["live", "full", "deep"]

GOOD: frozenset[str] = frozenset({"passed", "proved", "exempt"})


class Record(BaseModel):
    """A frozen record with keyword-only fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Record):
    """A place in the target that shows a finding.

    Args:
        path: Relative to the target's root, with forward slashes.
        line: From 1; 0 where the whole file is meant.
        text: The line itself, shortened.
    """

    path: str
    line: int = 0
    text: str = ""


class Finding(Record):
    """One thing that was learned by reading the target.

    Args:
        topic: What it is about, for example ``docstring style``.
        value: What was found.
        share: How much of what was looked at agrees, 0 to 1.
        seen: How many places were looked at.
        evidence: Places that show it.
    """

    topic: str
    value: Any
    share: float = 1.0
    seen: int = 0
    evidence: tuple[Evidence, ...] = ()


class Study(Record):
    """What was learned by reading the target repository; nothing of it was imported or run.

    Args:
        root: The repository's root folder.
        commit: HEAD when it was studied, or ``""`` where there is none.
        findings: The findings, one per topic.
        skipped: Files that could not be read, each with the reason.
    """

    root: str
    commit: str = ""
    findings: tuple[Finding, ...] = ()
    skipped: Mapping[str, str] = Field(default_factory=dict)

    def find(self, topic: str) -> Finding | None:
        """Return the finding on a topic, or None."""
        return next((finding for finding in self.findings if finding.topic == topic), None)

    def value(self, topic: str, default: Any = None) -> Any:
        """Return what was found on a topic, or the default."""
        finding = self.find(topic)
        return default if finding is None else finding.value


class Edit(Record):
    """A change to a file that the target already has.

    Args:
        path: Relative to the target's root.
        before: Text that stands exactly once in the file; ``""`` for a file that is empty or not
            there yet.
        after: What replaces it.
        reason: Why the change is needed.
    """

    path: str
    before: str
    after: str
    reason: str

    @property
    def id(self) -> str:
        """A short digest, by which a person refuses the change; the same while it is the same."""
        joined = "\0".join((self.path, self.before, self.after))
        return hashlib.sha256(joined.encode(errors="surrogatepass")).hexdigest()[:8]


class Change(Record):
    """One piece of what an export changes.

    Args:
        path: The file.
        diff: The piece, with its line of numbers first.
        reason: Why it is changed.
    """

    path: str
    diff: str
    reason: str = ""


class Placement(Record):
    """Where the code of a spec goes in the target.

    Args:
        path: The module's file, relative to the target's root.
        module: The dotted name under which it is imported.
        test_path: The test's file.
        import_root: The folder that stands on ``sys.path`` when the target runs, relative.
        base: Dotted name of the base class that fits, or ``""``.
        edits: Registrations and re-exports that the target's habits ask for.
        evidence: Why there.
    """

    path: str
    module: str
    test_path: str
    import_root: str = "."
    base: str = ""
    edits: tuple[Edit, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Cell(Record):
    """One piece of a draft.

    Args:
        id: Stable over revisions, at most 64 letters, digits, ``-`` and ``_``.
        role: ``module`` or ``test``.
        path: The file in the target that the cell becomes (or a part of, in the draft's order).
        source: Python.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    role: Role
    path: str
    source: str


class Note(Record):
    """An assumption, a concern about the design, or an improvement beyond the spec.

    Args:
        kind: Which of the three.
        text: The note.
        reason: Why.
        about: The option, requirement or topic it belongs to.
        alternative: What else could have been done.
    """

    kind: Literal["assumption", "concern", "improvement"]
    text: str
    reason: str = ""
    about: str = ""
    alternative: str = ""


class Draft(Record):
    """What an implementer offers at one moment.

    Args:
        implementer: Who wrote it.
        module: The dotted name that defines the spec's name when the target is imported.
        cells: Module and test cells, in order.
        edits: Changes to files that the target already has.
        notes: Assumptions, concerns and improvements.
        summary: What was done, in a few sentences.
        wants: The tier of checks that the implementer asks for; None for the session's own.
    """

    implementer: str
    module: str
    cells: tuple[Cell, ...] = ()
    edits: tuple[Edit, ...] = ()
    notes: tuple[Note, ...] = ()
    summary: str = ""
    wants: Tier | None = None

    @property
    def hash(self) -> str:
        """A digest of the cells and edits; any change makes evidence stale."""
        parts = [part for cell in self.cells for part in (cell.role, cell.path, cell.source)]
        parts += [part for edit in self.edits for part in (edit.path, edit.before, edit.after)]
        joined = "\0".join([self.module, *parts])
        # A source that is no text has a digest as well; the export is what refuses it.
        digest = hashlib.sha256(joined.encode(errors="surrogatepass"))
        return digest.hexdigest()[:16]

    def files(self, role: Role) -> dict[str, str]:
        """Join the cells of a role into files.

        Args:
            role: ``module`` or ``test``.

        Returns:
            Source text by path, in the order of the cells.
        """
        files: dict[str, str] = {}
        for cell in self.cells:
            if cell.role == role:
                former = files.get(cell.path, "")
                joint = "\n\n\n" if former else ""
                files[cell.path] = former.rstrip("\n") + joint + cell.source.rstrip("\n") + "\n"
        return files


class Verdict(Record):
    """One property of a draft and its outcome, with the evidence.

    Args:
        check: The check's name.
        requirement: The requirement's id, or ``""`` for a check that follows from the kind.
        outcome: passed, proved, failed, inconclusive, exempt or skipped.
        seen: What was observed.
        expected: What should have been.
        where: ``file:line`` in the draft, where it is known.
        reason: Why it is exempt, skipped or inconclusive.
        fix: What to try.
        concern: What is odd though the property holds: a remark, which stands against nothing.
        conditions: Sizes, options, seed, device and dtype under which it was seen; with these the
            check replays.
        seconds: How long it took.
    """

    check: str
    requirement: str = ""
    outcome: Outcome
    seen: str = ""
    expected: str = ""
    where: str = ""
    reason: str = ""
    fix: str = ""
    concern: str = ""
    conditions: Mapping[str, Any] = Field(default_factory=dict)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether the verdict does not stand against the draft."""
        return self.outcome in GOOD


class TestResult(Record):
    """How one test of the draft ended.

    Args:
        id: pytest's node id.
        outcome: passed, failed, skipped or error.
        message: The first line of what went wrong.
        line: Where, in the test file.
        seconds: How long it took.
    """

    __test__ = False  # pytest must not collect a record

    id: str
    outcome: Literal["passed", "failed", "skipped", "error"]
    message: str = ""
    line: int = 0
    seconds: float = 0.0


class FlowStep(Record):
    """One step of the full-size shape flow through the module.

    Args:
        name: The submodule's dotted name, ``""`` for the whole.
        type: Its class.
        output: Shape and dtype of its output, for example ``float32 (8, 512, 512)``.
        parameters: How many parameters it holds itself, without its children.
        depth: How deeply it is nested.
        flops: Floating point operations of products in this call, those inside it included.
        saved: Bytes that this call keeps for a backward pass, those inside it included.
    """

    name: str
    type: str
    output: str
    parameters: int = 0
    depth: int = 0
    flops: int = 0
    saved: int = 0


class Gradient(Record):
    """How large the gradient of one parameter is.

    Args:
        name: The parameter.
        norm: Root mean square of its gradient, or None where none arrived.
        size: Number of elements.
    """

    name: str
    norm: float | None
    size: int


class Numeric(Record):
    """What became of one kind of input in one floating point type.

    Args:
        input: ordinary, zeros, constant, large, larger, tiny, masked or long.
        type: A floating point type, or ``autocast``.
        error: Root mean square error against float64 on the same weights, relative; None where
            there is nothing to compare.
        broken: How many numbers of the outputs are not finite though they are in float64.
        gradients: Parameters and inputs whose gradient is not finite.
        raised: What was raised instead.
    """

    input: str
    type: str
    error: float | None = None
    broken: int = 0
    gradients: tuple[str, ...] = ()
    raised: str = ""


class LayerStatistic(Record):
    """The values of one layer's output, or of one parameter, as the module is initialised.

    Args:
        kind: ``activation`` or ``parameter``.
        name: The layer or the parameter.
        type: The layer's class.
        mean: Their mean; None where it is not finite.
        deviation: Their standard deviation.
        largest: The largest absolute value.
        zeros: The share of exact zeros.
    """

    kind: Literal["activation", "parameter"]
    name: str
    type: str = ""
    mean: float | None = None
    deviation: float | None = None
    largest: float | None = None
    zeros: float = 0.0


class Influence(Record):
    """Which outputs move when one position of an input is changed.

    Args:
        input: The input.
        output: The output.
        axis: The size whose positions are changed.
        padding: Positions that a mask hides.
        rows: For each position of the input, the largest change at each position of the output,
            or one number where the output has no such axis.
    """

    input: str
    output: str
    axis: str
    padding: tuple[int, ...] = ()
    rows: tuple[tuple[float, ...], ...] = ()


class Mutant(Record):
    """A draft's module with one mistake made on purpose.

    Args:
        id: Stable: ``operator@path:line``, with ``:2`` for a second change of the same line.
        operator: The member of the room ``mutants`` that made it.
        path: The file.
        line: Where, in the unchanged file.
        what: What is broken.
        why: Why a person would get it wrong.
        fix: Which test would notice.
        diff: The change.
    """

    id: str
    operator: str
    path: str
    line: int
    what: str = ""
    why: str = ""
    fix: str = ""
    diff: str = ""


class Kill(Record):
    """What became of one mutant.

    Args:
        mutant: The mutant.
        outcome: ``killed`` if a test noticed, ``survived`` if none did, ``equivalent`` if there is
            nothing to notice: it was seen to behave like the original.
        by: The tests that noticed.
        how: ``assertion``, ``exception``, ``import`` (its file could not even be imported),
            ``time`` or ``lost`` (the process ended); ``""`` where nothing was killed.
        reason: What the first of these tests said, or why the mutant is equivalent or could not
            be shown to be.
        suggestion: For a survivor the test that would notice: on which input, what to assert.
        seconds: How long it took.
    """

    mutant: Mutant
    outcome: Literal["killed", "survived", "equivalent"]
    by: tuple[str, ...] = ()
    how: Literal["", "assertion", "exception", "import", "time", "lost"] = ""
    reason: str = ""
    suggestion: str = ""
    seconds: float = 0.0


class KillTable(Record):
    """Mutants against tests: what the tests of a draft can notice.

    Args:
        spec_hash: Digest of the spec.
        draft_hash: Digest of the draft.
        kills: One per mutant, in the order of the mutants.
        tests: How the tests ended on the unchanged module.
        whole: Whether every mutant met every test; otherwise the first that noticed ended it.
        reason: Why there is no table, where there is none.
        seconds: How long it took.
    """

    spec_hash: str = ""
    draft_hash: str = ""
    kills: tuple[Kill, ...] = ()
    tests: tuple[TestResult, ...] = ()
    whole: bool = False
    reason: str = ""
    seconds: float = 0.0

    def with_outcome(self, outcome: str) -> tuple[Kill, ...]:
        """Return the rows with one outcome: killed, survived or equivalent."""
        return tuple(kill for kill in self.kills if kill.outcome == outcome)

    @property
    def survivors(self) -> tuple[Kill, ...]:
        """The mutants that no test noticed, though there is something to notice."""
        return self.with_outcome("survived")

    @property
    def rate(self) -> float | None:
        """The share of mutants that were killed, without the equivalent; None without any."""
        killed, survived = len(self.with_outcome("killed")), len(self.survivors)
        return killed / (killed + survived) if killed + survived else None

    @property
    def idle(self) -> tuple[str, ...] | None:
        """The tests that kill nothing; None where not every mutant met every test."""
        if not self.whole or not self.kills:
            return None
        busy = {name for kill in self.kills for name in kill.by}
        return tuple(test.id for test in self.tests if test.id not in busy)

    def would_fail_if(self, test: str) -> tuple[str, ...]:
        """Say what a test notices: the mistakes that it was seen to notice, each once.

        Args:
            test: Its id.
        """
        return tuple(dict.fromkeys(kill.mutant.what for kill in self.kills if test in kill.by))

    def smallest(self, seconds: float | None = None) -> tuple[str, ...] | None:
        """Choose few tests that notice all that can be noticed, those first that notice most.

        At each turn the test is taken that adds most for its time (the greedy way to cover a set,
        Chvatal 1979), so the choice may be a little larger than the least one.

        Args:
            seconds: How long they may take together; what does not fit is left out.

        Returns:
            Their ids in the order of the choice; None where not every mutant met every test.
        """
        if not self.whole or not self.kills:
            return None
        takes = {test.id: test.seconds + 0.001 for test in self.tests}
        noticed = {
            name: {kill.mutant.id for kill in self.kills if name in kill.by} for name in takes
        }
        chosen: list[str] = []
        covered: set[str] = set()
        left = float("inf") if seconds is None else seconds
        while True:
            gains = {
                name: len(found - covered) / takes[name]
                for name, found in noticed.items()
                if name not in chosen and takes[name] <= left and found - covered
            }
            if not gains:
                return tuple(chosen)
            best = max(gains, key=lambda name: gains[name])
            chosen.append(best)
            covered |= noticed[best]
            left -= takes[best]

    @property
    def redundant(self) -> tuple[str, ...] | None:
        """The tests that notice something, but nothing that the smallest set does not notice."""
        smallest, idle = self.smallest(), self.idle
        if smallest is None or idle is None:
            return None
        spare = [test for test in self.tests if test.outcome == "passed"]
        return tuple(test.id for test in spare if test.id not in {*smallest, *idle})


class Gap(Record):
    """A kind of bug that nothing in a contract would notice.

    Args:
        check: The check that would notice it.
        requirement: The line that would ask for it, with what may stand on its right.
        catches: What goes wrong without it.
    """

    check: str
    requirement: str
    catches: str


class Report(Record):
    """All verdicts of one draft on one device.

    Args:
        spec_hash: Digest of the spec that was checked against.
        draft_hash: Digest of the draft that was checked.
        environment: Versions and platform.
        device: ``cpu`` or ``cuda:N``.
        tier: live, full or deep.
        verdicts: In the order in which they were reached.
        tests: How the draft's own tests ended, as its process told it.
        flow: The shape flow, for the picture.
        gradients: The gradient flow, for the picture.
        numerics: The numerics dossier: inputs against floating point types.
        statistics: Activations and parameters as initialised, for the picture.
        influences: Which outputs each position reaches, for the picture.
        guarantees: What the sandbox could promise.
        kills: What the draft's tests can notice, where that was measured.
        gaps: What the contract leaves open: kinds of bug that no verdict here would show.
        seconds: How long the whole battery took.
    """

    spec_hash: str
    draft_hash: str
    environment: Mapping[str, str] = Field(default_factory=dict)
    device: str = "cpu"
    tier: Tier = "full"
    verdicts: tuple[Verdict, ...] = ()
    tests: tuple[TestResult, ...] = ()
    flow: tuple[FlowStep, ...] = ()
    gradients: tuple[Gradient, ...] = ()
    numerics: tuple[Numeric, ...] = ()
    statistics: tuple[LayerStatistic, ...] = ()
    influences: tuple[Influence, ...] = ()
    guarantees: Mapping[str, str] = Field(default_factory=dict)
    kills: KillTable | None = None
    gaps: tuple[Gap, ...] = ()
    seconds: float = 0.0

    @property
    def green(self) -> bool:
        """Whether everything asked for holds; no evidence is not green."""
        return (
            bool(self.verdicts)
            and all(verdict.good for verdict in self.verdicts)
            and any(verdict.outcome in {"passed", "proved"} for verdict in self.verdicts)
            and all(test.outcome in {"passed", "skipped"} for test in self.tests)
        )

    @property
    def limited(self) -> bool:
        """Whether a limit of the host kept a check from looking, so that looking again may help."""
        return any("limit" in verdict.conditions for verdict in self.verdicts)

    def stale(
        self, spec_hash: str, draft_hash: str, environment: Mapping[str, str] | None = None
    ) -> tuple[str, ...]:
        """Say what has changed since; a report that is stale is no evidence.

        Args:
            spec_hash: Of the spec as it is now.
            draft_hash: Of the draft as it is now.
            environment: Versions and platform in use now, where they are known.

        Returns:
            Among ``spec``, ``draft`` and ``environment``, those that differ; empty where none does.
        """
        now = {"spec": spec_hash, "draft": draft_hash, "environment": environment}
        then = {"spec": self.spec_hash, "draft": self.draft_hash, "environment": self.environment}
        return tuple(n for n, value in now.items() if value is not None and value != then[n])

    def of(self, requirement: str) -> tuple[Verdict, ...]:
        """Return the verdicts on one requirement."""
        return tuple(v for v in self.verdicts if v.requirement == requirement)


class Hunk(Record):
    """One change of a draft outside its new files.

    Args:
        id: Stable while the change is the same.
        path: The file that is changed.
        line: Where, in the studied commit; 0 for a file that is new.
        kind: ``registration``, ``document``, ``improvement`` or ``new file``; ``unrelated`` for one
            that is refused.
        reason: Why it is needed.
        diff: The change.
        refused: Why it is refused, or ``""``.
    """

    id: str
    path: str
    line: int = 0
    kind: str
    reason: str = ""
    diff: str = ""
    refused: str = ""


class Deviation(Record):
    """One place where a draft does otherwise than the target's authors do.

    Args:
        rule: What it is about, for example ``docstring style``.
        path: The draft's file.
        line: Where, from 1; 0 for the whole file.
        seen: What stands there.
        expected: The house's way.
        repairable: Whether `repo.repair` puts it right.
        evidence: Where the target shows its way.
    """

    rule: str
    path: str
    line: int = 0
    seen: str = ""
    expected: str = ""
    repairable: bool = False
    evidence: tuple[Evidence, ...] = ()


class Suspect(Record):
    """A definition of a draft, and one of the target that may do the same.

    Args:
        path: The draft's file.
        name: What it defines there.
        line: Where, from 1.
        kind: What both are.
        options: The arguments that the constructor requires.
        inputs: How many arguments the call requires.
        module: The dotted name of the target's module.
        their_name: What it is called there.
        their_path: The target's file.
        their_line: Where, from 1.
        their_options: The arguments that its constructor requires.
    """

    path: str
    name: str
    line: int
    kind: Literal["function", "class"]
    options: tuple[str, ...]
    inputs: int
    module: str
    their_name: str
    their_path: str
    their_line: int
    their_options: tuple[str, ...]


class Conformance(Record):
    """How far a draft is written as the target's authors write.

    Args:
        score: The mean over the rules of the share of places that follow them, 0 to 1.
        looked: For each rule, how many places were looked at.
        deviations: The places that do not follow.
    """

    score: float
    looked: Mapping[str, int] = Field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()


class Trial(Record):
    """The target's own tests with a draft in place.

    Args:
        python: The interpreter that ran them.
        passed: How many passed.
        skipped: How many were skipped.
        broken: Those that fail and did not fail without the draft.
        known: The ids of those that fail without the draft as well.
        complete: Whether all of them were run.
        reason: Why not, or why there are none.
        seconds: How long it took.
    """

    python: str = ""
    passed: int = 0
    skipped: int = 0
    broken: tuple[TestResult, ...] = ()
    known: tuple[str, ...] = ()
    complete: bool = False
    reason: str = ""
    seconds: float = 0.0


class Proposal(Record):
    """What an export would make of a draft, to be looked at before it is made.

    Args:
        draft_hash: Digest of the draft.
        changes: Every file that it adds or changes, piece by piece.
        hunks: The changes of files that the target has, with those that were taken out.
        refused: The ids of those that are taken out.
        message: The commit's message; ``""`` as long as the draft is not checked.
        body: The description for a pull request, as Markdown; ``""`` as long as it is not checked.
        conformance: How far the draft is written as the target's authors write.
    """

    draft_hash: str
    changes: tuple[Change, ...] = ()
    hunks: tuple[Hunk, ...] = ()
    refused: frozenset[str] = frozenset()
    message: str = ""
    body: str = ""
    conformance: Conformance


class Export(Record):
    """The accepted draft in the target repository.

    Args:
        repo: The target's root.
        branch: The new branch; ``""`` where the working tree or a patch file was written.
        commit: Its full hash, or ``""``.
        base: The commit it stands on.
        paths: The files that it adds or changes.
        patch: The patch file, where one was written.
        trial: How the target's own tests ended.
        page: Where a pull request is opened once the branch is pushed; ``""`` if not known.
    """

    repo: str
    branch: str
    commit: str
    base: str
    paths: tuple[str, ...] = ()
    patch: str = ""
    trial: Trial | None = None
    page: str = ""
