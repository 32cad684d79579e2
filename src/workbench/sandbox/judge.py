"""Judges a draft: runs the checks that its spec asks for on data that candidates hand over.

The judge holds inputs, expectations and checks; it holds no tensor library and runs no line of the
draft. A candidate that dies is a failed verdict, and the remaining checks go on in a fresh one.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench import registry
from workbench.checks import CannotLook, Decision, Step, Subject, gaps, lesson, plan, read
from workbench.errors import CandidateError, CandidateLost, CandidateRaised, UsageError, nearest
from workbench.records import (
    Draft,
    FlowStep,
    Gradient,
    LayerStatistic,
    Numeric,
    Report,
    TestResult,
    Tier,
    Verdict,
)
from workbench.sandbox import _outcomes
from workbench.sandbox._bench import Bench
from workbench.sandbox._drafts import Sources, sources, with_existing
from workbench.sandbox._influence import influences
from workbench.sandbox._reach import reach
from workbench.sandbox._sabotage import sabotaged
from workbench.sandbox._worker import Worker
from workbench.spec import Spec

__all__ = ["judge", "plan", "replay"]

_HOSTS = frozenset({"time", "size"})  # reasons of a loss that a sound module can give, too
_LAST = ("untampered", "compiles")
_AGAIN = "an ordinary run is answered; check again, on a machine that is less busy"


def judge(
    spec: Spec,
    draft: Draft,
    worker: Worker,
    *,
    root: str | Path | None = None,
    import_root: str = ".",
    tier: Tier = "full",
    device: str = "cpu",
    seed: int = 0,
    seen: Callable[[Verdict], None] = lambda verdict: None,
    patience: float | None = None,
) -> Report:
    """Check a draft against its spec.

    Args:
        spec: What is asked for.
        draft: What was offered.
        worker: The warm worker that forks candidates.
        root: The target repository, where the draft stands in one.
        import_root: The folder that stands on ``sys.path`` when the target runs, relative.
        tier: How much is checked; the draft's own tests run from ``full`` on.
        device: ``cpu`` or ``cuda:N``.
        seed: For inputs, weights and directions; the same seed gives the same verdicts.
        seen: Called with each verdict as it is reached.
        patience: Seconds for one question; the worker's limit, if not given.

    Returns:
        The report.

    Raises:
        SpecError: No check decides a requirement, or an exemption names nothing.
    """
    steps = sorted(plan(spec, tier, read(spec, draft.files("module"))), key=_order)
    worker.start()  # so that the first verdict's seconds are its own
    started = time.monotonic()
    with Bench(worker, sources(draft, root, import_root), seed, patience) as bench:
        subject = _subject(spec, draft, bench, device, seed, restored=tier == "live")
        court = _Court(subject, bench)
        verdicts = tuple(_verdicts(court, steps, bench, seen))
        pictures = _pictures(subject, steps) if court.standing else {}
        environment = bench.environment()
        tests: tuple[TestResult, ...] = ()
        if tier != "live":
            broken = _sabotaged(spec, draft, root, import_root)
            tests = bench.tests(draft.files("test"), broken, there=bool(spec.existing))
    seconds = time.monotonic() - started
    return Report(
        spec_hash=spec.hash,
        draft_hash=draft.hash,
        environment=environment,
        device=device,
        tier=tier,
        verdicts=verdicts,
        tests=tests,
        gaps=gaps(spec),
        guarantees=worker.guarantees,  # attacked once per worker, which is not this draft's time
        seconds=seconds,
        **pictures,
    )


def replay(
    spec: Spec,
    draft: Draft,
    names: Sequence[str],
    worker: Worker,
    *,
    root: str | Path | None = None,
    import_root: str = ".",
    device: str = "cpu",
    seed: int = 0,
    patience: float | None = None,
) -> tuple[Verdict, ...]:
    """Reach a few verdicts of a draft again, alone and in a fresh process; this is no report.

    Args:
        spec: What is asked for.
        draft: What was offered.
        names: Checks, or ids of requirements.
        worker: The warm worker that forks candidates.
        root: The target repository, where the draft stands in one.
        import_root: The folder that stands on ``sys.path`` when the target runs, relative.
        device: ``cpu`` or ``cuda:N``.
        seed: As in the verdict that is looked at again.
        patience: Seconds for one question; the worker's limit, if not given.

    Returns:
        One verdict for each check and requirement that is named.

    Raises:
        SpecError: No check decides a requirement, or an exemption names nothing.
        UsageError: The spec leads to no such check.
    """
    verdicts = []
    for step in _named(spec, draft, names):
        with Bench(worker, sources(draft, root, import_root), seed, patience) as bench:
            subject = _subject(spec, draft, bench, device, seed, restored=True)
            verdicts.append(_Court(subject, bench).decide(step))
    return tuple(verdicts)


def _sabotaged(
    spec: Spec, draft: Draft, root: str | Path | None, import_root: str
) -> Sources | None:
    """Lay out a draft in which every function raises; None where there is none."""
    with contextlib.suppress(UsageError):  # `builds` reports a file that is not there
        other = sabotaged(with_existing(spec, draft, root), _outcomes.word())
        return None if other is None else sources(other, root, import_root)
    return None


def _named(spec: Spec, draft: Draft, names: Sequence[str]) -> list[Step]:
    """Find the steps that are meant by names of checks or ids of requirements."""
    known: dict[str, list[Step]] = {}
    for step in plan(spec, "deep", read(spec, draft.files("module"))):
        if step.name != "untampered":  # it looks back on all others, so alone it sees nothing
            known.setdefault(step.name, []).append(step)
            if step.requirement:
                known.setdefault(step.requirement.id, []).append(step)
    for name in names:
        if name not in known:
            raise UsageError(f"no check {name!r} can be run alone: {nearest(name, known)}")
    return [step for name in names for step in known[name]]


def _subject(
    spec: Spec, draft: Draft, bench: Bench, device: str, seed: int, *, restored: bool
) -> Subject:
    subject = Subject(spec, draft.module, bench.ask, device=device, seed=seed)
    subject.line.put_all = bench.ask_all
    subject.words = read(spec, draft.files("module"))
    reaches = reach(draft.files("module"))
    subject.tampering = lambda: bench.touched(reaches, restored=restored)
    return subject


def _verdicts(
    court: _Court, steps: Sequence[Step], bench: Bench, seen: Callable[[Verdict], None]
) -> Iterator[Verdict]:
    for before, step in zip([None, *steps], steps, strict=False):
        if before and before.module.TIER == "live" != step.module.TIER:
            # Later checks use parts of libraries that change others for a while themselves.
            with contextlib.suppress(CandidateError, CannotLook):
                bench.touched(restored=True)
        verdict = court.decide(step)
        if step.implied and verdict.outcome in ("inconclusive", "skipped"):
            continue  # nobody asked for it, and there is nothing that it speaks of
        seen(verdict)
        yield verdict


def _order(step: Step) -> int:
    """Put last what looks back on all others, and after it what makes torch rebuild itself."""
    return _LAST.index(step.name) if step.name in _LAST else -1


class _Court:
    """Turns what checks return, and what stops them, into verdicts."""

    def __init__(self, subject: Subject, bench: Bench) -> None:
        self._subject, self._bench = subject, bench
        self._reported: dict[str, str] = {}  # what stopped a check, and which check said so
        self._fallen = ""

    @property
    def standing(self) -> bool:
        """Whether there still is a module to look at."""
        return not self._fallen

    def decide(self, step: Step) -> Verdict:
        """Run one check."""
        started = time.monotonic()
        decision = self._decision(step)
        if decision.outcome == "failed":
            for key in (decision.where, decision.seen):
                self._reported.setdefault(key, step.name)
        implied = {"implied": step.requirement.text} if step.implied and step.requirement else {}
        if step.claim is not None:
            implied |= {"said": step.claim.words, "said at": _shown(step.claim.where)}
            if decision.outcome == "failed":
                said = f"{decision.expected}, as {implied['said at']} says: {step.claim.words!r}"
                decision = replace(decision, expected=said)
        exempt = bool(step.exemption) and decision.outcome not in ("passed", "proved")
        return Verdict(
            check=step.name,
            requirement=step.requirement.id if step.requirement else "",
            outcome="exempt" if exempt else decision.outcome,
            seen=decision.seen or (decision.reason if exempt else ""),
            expected=decision.expected,
            where=_shown(decision.where),
            reason=step.exemption if exempt else decision.reason,
            fix=lesson(step.name).fix if decision.outcome == "failed" else "",
            concern=decision.concern,
            conditions={"seed": self._subject.seed, **implied, **decision.conditions},
            seconds=time.monotonic() - started,
        )

    def _decision(self, step: Step) -> Decision:
        if self._fallen:
            return Decision(outcome="skipped", reason=self._fallen)
        self._subject.requirement = step.requirement
        try:
            decision: Decision = step.module.check(self._subject)
        except CannotLook as error:
            return Decision(outcome="inconclusive", reason=str(error))
        except CandidateRaised as error:
            decision = self._raised(step, error)
        except CandidateLost as error:
            decision = self._lost(step, error)
        except Exception as error:
            # A check stumbled over an answer that it did not expect: its own trouble, never red.
            reason = f"the check itself stopped: {type(error).__name__}: {error}"
            return Decision(outcome="inconclusive", reason=reason)
        if step.name == "builds" and decision.outcome == "failed":
            self._fallen = "there is no module to look at: `builds` failed"
        return decision

    def _raised(self, step: Step, error: CandidateRaised) -> Decision:
        seen = f"{error.kind}: {error.message}"
        key = error.where or seen
        if key in self._reported:
            reason = f"stopped by the error that `{self._reported[key]}` reports: {error}"
            return Decision(outcome="skipped", reason=reason)
        return Decision(outcome="failed", seen=seen, expected="no exception", where=error.where)

    def _lost(self, step: Step, error: CandidateLost) -> Decision:
        key = error.sentence
        if key in self._reported:
            reason = f"the candidate was lost as `{self._reported[key]}` reports: {error}"
            return Decision(outcome="skipped", reason=reason)
        self._reported[key] = step.name
        answers = False
        try:  # Is it this question alone, or does the module never answer?
            self._subject.run(self._subject.case(dtype="float32"), weights="born")
            answers = True
        except CandidateLost:
            self._fallen = f"the candidate is lost whenever it runs; see `{step.name}`"
        except (CandidateRaised, CannotLook):
            pass
        if answers and error.reason in _HOSTS:
            # It runs, and this question was too much for the host: no fault of it has been seen.
            reason = f"a limit of the host, not of the draft: {error.sentence}; {_AGAIN}"
            return Decision(
                outcome="inconclusive", reason=reason, conditions={"limit": error.reason}
            )
        return Decision(
            outcome="failed", seen=error.sentence, expected="an answer", reason=error.reason
        )


def _shown(where: str) -> str:
    """Name a cell by the file that it becomes."""
    file, _, line = where.rpartition(":")
    return f"{file.removeprefix('<cell ').removesuffix('>')}:{line}" if file else where


def _pictures(subject: Subject, steps: Sequence[Step]) -> dict[str, Any]:
    """Fill in what the pictures need, as far as it can be had.

    They decide nothing, so an answer that makes no sense leaves them empty and stops nothing.
    """
    pictures: dict[str, Any] = {}
    with contextlib.suppress(Exception):
        flow = subject.outline(subject.spec.options)["flow"]
        pictures["flow"] = tuple(FlowStep.model_validate(step) for step in flow)
    with contextlib.suppress(Exception):
        sizes = {e["name"]: e["shape"] for e in subject.build(subject.exact)["parameters"]}
        gradients = registry.load("checks", "gradient_flow").flow(subject)
        pictures["gradients"] = tuple(
            Gradient(name=name, norm=norm, size=_count(sizes[name]))
            for name, norm in gradients.items()
        )
    with contextlib.suppress(Exception):
        if any(step.name == "numerics" for step in steps):
            dossier = registry.load("checks", "numerics").dossier(subject)
            pictures["numerics"] = tuple(Numeric(**entry.shown) for entry in dossier)
    with contextlib.suppress(Exception):
        pictures["statistics"] = tuple(_statistics(subject))
    with contextlib.suppress(Exception):
        pictures["influences"] = tuple(influences(subject))
    return pictures


def _statistics(subject: Subject) -> Iterator[LayerStatistic]:
    answer = subject.look("watch", subject.case(dtype="float32"), weights="born")
    for entry in answer["activations"]:
        yield LayerStatistic(kind="activation", **entry)
    for entry in answer["parameters"]:
        yield LayerStatistic(kind="parameter", **entry)


def _count(shape: list[int]) -> int:
    count = 1
    for extent in shape:
        count *= extent
    return count
