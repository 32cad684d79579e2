"""The story of one spec on its way to one export.

    spec -> study -> implementer yields drafts -> sandbox reaches verdicts -> report goes back in
         -> ... -> the person accepts -> export

Everything that happens is an event in the session's journal, written before it is acted upon, so
that a session whose process was killed goes on where it was. This is the only file where the
target repository, the implementers and the sandbox meet.
"""

from __future__ import annotations

import inspect
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import platformdirs

from workbench import registry, repo
from workbench.errors import ImplementerError, UsageError, WorkbenchError
from workbench.journal import Journal, Listener, read
from workbench.records import (
    Conformance,
    Draft,
    Edit,
    Export,
    Hunk,
    Kill,
    KillTable,
    Placement,
    Proposal,
    Report,
    Study,
    Suspect,
    Tier,
    Trial,
    Verdict,
)
from workbench.sandbox import Worker
from workbench.sandbox.judge import judge, plan
from workbench.sandbox.kill import kill
from workbench.sandbox.trial import trial
from workbench.sandbox.twins import twins
from workbench.spec import Spec


def sessions_folder() -> Path:
    """Return the folder in which sessions are kept unless another one is named."""
    return platformdirs.user_state_path("workbench") / "sessions"


class Session:
    """One spec on its way to one export.

    Use `start` or `resume`, not the constructor.

    Args:
        journal: The open journal, with a ``started`` event in it.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        started = journal.last("started")
        if started is None:
            raise UsageError(
                f"{journal.folder} holds no session; 'workbench sessions' lists those there are"
            )
        self.spec = Spec.model_validate(started["spec"])
        self.root = Path(started["repo"])
        self.implementer: str = started["implementer"]
        self.options: dict[str, Any] = dict(started["options"])
        for event in journal.events:
            if event["event"] == "resumed":  # with a raised budget, another model ...
                self.options |= event["options"]
        self.tier: Tier = started["tier"]
        self.device: str = started["device"]
        self.seed: int = started["seed"]
        self.kills: int = started.get("kills", 0)
        self.show: Callable[[dict[str, Any]], None] = lambda words: None
        self.interactive = False  # whether somebody is there to answer
        self.allow_unsandboxed = True  # where nobody looks on, it takes a person's word
        self._halt = threading.Event()
        self._answers: SimpleQueue[Sequence[Mapping[str, str]]] = SimpleQueue()
        for said in repo.recover():  # a notebook may be what starts next
            warnings.warn(said, stacklevel=3)

    @classmethod
    def start(
        cls,
        spec: Spec,
        repository: str | Path,
        *,
        implementer: str = "blueprint",
        options: Mapping[str, Any] | None = None,
        tier: Tier = "full",
        device: str = "cpu",
        seed: int = 0,
        kills: int = 0,
        folder: str | Path | None = None,
        listen: Listener | None = None,
    ) -> Session:
        """Begin a new session.

        Args:
            spec: What is asked for.
            repository: The target repository.
            implementer: A member of the room ``implementers``.
            options: Keywords for the implementer, plain JSON values.
            tier: How much is checked before a draft can be accepted.
            device: ``cpu`` or ``cuda:N``.
            seed: For inputs, weights and directions.
            kills: How many mistakes are made on purpose in a green draft, to see which of them its
                tests notice; 0 for none.
            folder: Where the journal goes; by default a new folder among the person's sessions.
            listen: Called with each event of the journal.

        Returns:
            The session.

        Raises:
            UsageError: Something that was asked for does not exist.
        """
        plan(spec, tier)
        require_options(implementer, options or {})  # before the journal: a key must not get there
        root = Path(repository).expanduser().resolve()
        if not str(repository) or not root.is_dir():
            raise UsageError(
                f"the target {str(repository)!r} is no folder; name the root of a repository"
            )
        journal = Journal(Path(folder) if folder else new_folder(spec), listen=listen)
        if journal.last("started"):
            journal.close()
            raise UsageError(f"{journal.folder} holds a session already; resume it")
        journal.write(
            "started",
            spec=spec.model_dump(mode="json"),
            repo=str(root),
            implementer=implementer,
            options=dict(options or {}),
            tier=tier,
            device=device,
            seed=seed,
            kills=kills,
        )
        return cls(journal)

    @classmethod
    def resume(
        cls,
        folder: str | Path,
        *,
        options: Mapping[str, Any] | None = None,
        listen: Listener | None = None,
    ) -> Session:
        """Open a session again, after a dead kernel, a closed notebook or a used-up budget.

        Args:
            folder: The session's folder, or its name among the person's sessions.
            options: Keywords for the implementer that replace its own of the same name.
            listen: Called with each further event of the journal.

        Returns:
            The session, where it was.

        Raises:
            UsageError: There is no such session, or an option does not exist or does not fit.
        """
        journal = Journal(find_session(folder), listen=listen)
        try:
            session = cls(journal)
            new = {k: v for k, v in (options or {}).items() if session.options.get(k) != v}
            if new:
                # Before the journal, as in `start`: a key must not get into it.
                require_options(session.implementer, session.options | new)
                journal.write("resumed", options=new)
                session.options |= new
            return session
        except WorkbenchError:
            journal.close()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def drafts(self, worker: Worker | None = None) -> Iterator[tuple[Draft, Report]]:
        """Run the implementer; yield each draft with its report.

        Evidence that the journal holds already, for the same draft and the same spec, is used
        again and not made twice.

        Args:
            worker: A warm worker to use; otherwise one is started and closed here.

        Yields:
            Each draft and its report, in the order in which they were offered.
        """
        own = worker is None
        worker = worker or Worker()
        steps = None
        self._halt.clear()
        try:
            study, placement = self.study()
            target = repo.Target(study, placement)
            if not self.allow_unsandboxed:
                worker.require_isolation()
            implement = registry.load("implementers", self.implementer).implement
            steps = implement(self.spec, study, target, **self.options, **self._seams(implement))
            report: Report | None = None
            while True:
                try:
                    draft = next(steps) if report is None else steps.send(report)
                except StopIteration:
                    break
                report = self.check(draft, worker, placement)
                yield draft, report
            self.journal.write("finished", green=bool(report and report.green))
        except WorkbenchError as error:
            self._stopped(error)
            raise
        finally:
            if steps is not None:
                steps.close()
            if own:
                worker.close()

    def _seams(self, implement: Callable[..., Any]) -> dict[str, Any]:
        """Give an implementer the journal, where it asks for it."""
        seams = {
            "tell": lambda fields: self.journal.write("said", **fields),
            "history": tuple(e for e in self.journal.events if e["event"] == "said"),
            "show": lambda words: self.show(words),
            "halted": self._halt.is_set,
            "tier": self.tier,
            "ask": self._ask if self.interactive else None,
            "heard": self._heard,
        }
        asked = inspect.signature(implement).parameters
        return {name: seam for name, seam in seams.items() if name in asked}

    def _heard(self, since: int) -> Sequence[Mapping[str, Any]]:
        """Give what the person did, after the first so many acts."""
        acts = [e for e in self.journal.events if e["event"] in {"answered", "edited"}]
        return acts[since:]

    @property
    def unheard(self) -> int:
        """How many acts of the person the implementer would hear of if it went on."""
        implement = registry.load("implementers", self.implementer).implement
        if "heard" not in inspect.signature(implement).parameters:
            return 0
        told = [e["count"] for e in self.journal.events if e.get("kind") == "heard"]
        return len(self._heard(max(told, default=0)))

    def halt(self) -> None:
        """Stop the implementer within a second, from any thread; the session can be resumed."""
        self._halt.set()

    def answer(self, answers: Sequence[Mapping[str, str]]) -> None:
        """Answer the assumptions that the journal's latest ``asked`` shows, from any thread.

        Args:
            answers: Each with the ``text`` of an assumption and the ``answer``: what holds instead,
                or ``""`` to confirm it.
        """
        self._answers.put(list(answers))

    def _ask(self, assumptions: Sequence[Mapping[str, str]]) -> Sequence[Mapping[str, str]]:
        """Show assumptions to the person by an event, and wait; to be stopped at any moment."""
        self.journal.write("asked", assumptions=[dict(one) for one in assumptions])
        while not self._halt.is_set():
            try:
                return self._answers.get(timeout=0.1)
            except Empty:
                continue
        raise ImplementerError(
            "stopped while the person was asked; what was done is kept: resume the session",
            fault="stopped",
        )

    def study(self) -> tuple[Study, Placement]:
        """Read the target, or use the study of a former run where the target has not moved."""
        former = self.journal.last("studied")
        study = repo.study(self.root)
        if former and Study.model_validate(former["study"]) == study:
            return study, Placement.model_validate(former["placement"])
        placement = repo.place(study, self.spec)
        self._studied(study, placement)
        return study, placement

    def settle(self, placement: Placement) -> None:
        """Put the code where a person wants it, and not where it was proposed.

        Args:
            placement: The place, as long as the target does not move.
        """
        study, _ = self.study()
        self._studied(study, placement)

    def _studied(self, study: Study, placement: Placement) -> None:
        self.journal.write(
            "studied",
            study=study.model_dump(mode="json"),
            placement=placement.model_dump(mode="json"),
        )

    def check(
        self, draft: Draft, worker: Worker, placement: Placement, device: str | None = None
    ) -> Report:
        """Reach the verdicts on one draft, or find them in the journal.

        Args:
            draft: The draft.
            worker: A warm worker.
            placement: Where the draft stands in the target.
            device: Another device than the session's.

        Returns:
            The report.
        """
        tier = draft.wants or self.tier
        device = device or self.device
        former = self._report(draft, tier)
        if former is not None and (former.device != device or former.limited):
            former = None
        # A draft may also come back as it was before, or with other notes and a summary.
        values = draft.model_dump(mode="json", exclude={"wants"})
        new = self.journal.last("drafted", draft=values) != self.journal.last("drafted")
        if new or self.journal.last("drafted") is None:
            self.journal.write("drafted", hash=draft.hash, draft=values)
        if former is not None:
            if new:
                self._reported(draft, tier, former)
            return former

        def seen(verdict: Verdict) -> None:
            self.journal.write("verdict", draft=draft.hash, verdict=verdict.model_dump(mode="json"))

        report = judge(
            self.spec,
            draft,
            worker,
            root=self.root,
            import_root=placement.import_root,
            tier=tier,
            device=device,
            seed=self.seed,
            seen=seen,
        )
        # Where tests alone are asked for, what holds of the code that is there is not theirs.
        sound = report.green or bool(self.spec.existing)
        if sound and self.kills and tier != "live" and draft.files("test"):
            report = report.model_copy(update={"kills": self._kill(draft, worker, placement)})
        if report.green and tier != "live":
            self._compare(draft, worker, placement)
        self._reported(draft, tier, report)
        return report

    def _compare(self, draft: Draft, worker: Worker, placement: Placement) -> None:
        """Run what the draft defines beside what the target has that sounds alike."""
        pairs = repo.suspects(self.study()[0], draft)
        root, inner = self.root, placement.import_root
        found = twins(pairs, draft, worker, root=root, import_root=inner) if pairs else ()
        values = [one.model_dump(mode="json") for one in found]
        self.journal.write("compared", draft=draft.hash, pairs=len(pairs), twins=values)

    def conformance(self, draft: Draft) -> Conformance:
        """Compare a draft with the target's habits, and with what the target has already."""
        return repo.conformance(self.study()[0], draft, self._twins(draft))

    def _twins(self, draft: Draft) -> tuple[Suspect, ...]:
        event = self.journal.last("compared", draft=draft.hash)
        return tuple(map(Suspect.model_validate, event["twins"])) if event else ()

    def _reported(self, draft: Draft, tier: Tier, report: Report) -> None:
        values = report.model_dump(mode="json")
        self.journal.write("reported", draft=draft.hash, tier=tier, report=values)

    def _kill(self, draft: Draft, worker: Worker, placement: Placement) -> KillTable:
        """Make mistakes in the draft on purpose and see which of them its tests notice."""

        def seen(row: Kill) -> None:
            self.journal.write("kill", draft=draft.hash, mutant=row.mutant.id, outcome=row.outcome)

        return kill(
            self.spec,
            draft,
            worker,
            root=self.root,
            import_root=placement.import_root,
            limit=self.kills,
            seen=seen,
        )

    @property
    def draft(self) -> Draft | None:
        """The latest draft."""
        event = self.journal.last("drafted")
        return Draft.model_validate(event["draft"]) if event else None

    @property
    def report(self) -> Report | None:
        """The report on the latest draft, where it is not stale."""
        return self._report(self.draft) if self.draft else None

    @property
    def exported(self) -> Export | None:
        """The latest export, once it is made and as long as it is not undone."""
        return next(self._exports(), None)

    def _exports(self, draft: str = "") -> Iterator[Export]:
        """Yield the exports of a draft, or of any, that are not undone; the latest first."""
        gone = {event["commit"] for event in self.journal.events if event["event"] == "undone"}
        for event in reversed(self.journal.events):
            if event["event"] != "exported" or draft not in {"", event["draft"]}:
                continue
            if event["export"]["commit"] not in gone - {""}:
                yield Export.model_validate(event["export"])

    def accept(self) -> Draft:
        """Accept the latest draft.

        Returns:
            The accepted draft.

        Raises:
            UsageError: There is none, or its report is not green.
        """
        draft, report = self.draft, self.report
        if draft is None or report is None:
            raise UsageError("there is no checked draft to accept; implement first")
        if not report.green:
            raise UsageError(f"the draft cannot be accepted: {_against(report)}")
        if self.journal.last("accepted", draft=draft.hash) is None:
            self.journal.write("accepted", draft=draft.hash)
        return draft

    def export(
        self,
        *,
        branch: str | None = None,
        in_place: bool = False,
        patch: str | Path | None = None,
        pr_body: str | Path | None = None,
        python: str | None = None,
        test_seconds: float = 300.0,
    ) -> Export:
        """Make the accepted draft a commit on a new branch of the target.

        The target's own tests run first, confined, in a checkout with the draft in it, unless
        `trial` has run them already.

        Args:
            branch: Its name; by default one that is made from the spec's name.
            in_place: Write the files into the working tree instead, and commit nothing.
            patch: Write the commit to this new file instead.
            pr_body: Write the description for a pull request to this file, as Markdown.
            python: The interpreter for the target's tests; by default the workbench's own.
            test_seconds: Their time limit; with 0 they are not run.

        Returns:
            The export; a second call returns the first one's.

        Raises:
            UsageError: Nothing is accepted, or the target refuses.
        """
        draft, report = self.draft, self.report
        if draft is None or report is None or not self.journal.last("accepted", draft=draft.hash):
            raise UsageError("nothing is accepted yet; accept a draft first")
        if pr_body is not None and not Path(pr_body).parent.is_dir():
            raise UsageError(f"{Path(pr_body).parent} is no folder; make it, or name another file")
        other = in_place or patch is not None
        made = next((one for one in self._exports(draft.hash) if one.branch and not other), None)
        if made is None:
            where: dict[str, Any] = {"branch": branch or None, "in_place": in_place}
            where["patch"] = Path(patch) if patch else None
            made = self._export(draft, report, where, python, test_seconds)
        if pr_body is not None:
            Path(pr_body).write_text(self.page(), encoding="utf-8")
        return made

    def _export(
        self,
        draft: Draft,
        report: Report,
        where: Mapping[str, Any],
        python: str | None,
        test_seconds: float,
    ) -> Export:
        branches = not (where["in_place"] or where["patch"])
        try:
            study, _ = self.study()
            # A process that was killed between the commit and this journal has exported already.
            killed = self.journal.last("exporting", draft=draft.hash)
            export = repo.find_export(study, draft) if killed and branches else None
            if export is None:
                tried = self.trial(python=python, seconds=test_seconds)
                self.journal.write("exporting", draft=draft.hash)
                where = {**where, "trial": tried, "twins": self._twins(draft)}
                export = repo.export(study, self.spec, draft, report, **where)
        except WorkbenchError as error:
            self._stopped(error)
            raise
        self.journal.write("exported", draft=draft.hash, export=export.model_dump(mode="json"))
        return export

    def proposal(self, draft: Draft | None = None, offered: Sequence[Edit] = ()) -> Proposal:
        """Show what an export of a draft would make of it; nothing is written.

        Args:
            draft: The draft; the latest one, if not given.
            offered: Every change of the target's files that was offered, taken out or not.

        Returns:
            What would be changed; what needs evidence is empty where there is none for this draft.

        Raises:
            WorkbenchError: There is no draft, or the target refuses.
        """
        draft = draft or self._drafted()
        study, _ = self.study()
        report = self._report(draft)
        conformance = self.conformance(draft)
        changes, message = repo.preview(study, self.spec, draft, report, conformance)
        whole = draft.model_copy(update={"edits": tuple(offered) or draft.edits})
        return Proposal(
            draft_hash=draft.hash,
            changes=changes,
            hunks=repo.hunks(study, self.spec, whole),
            refused=frozenset({edit.id for edit in whole.edits} - {e.id for e in draft.edits}),
            message=message,
            body=self._page(study, draft, report, conformance) if report else "",
            conformance=conformance,
        )

    def undo(self) -> None:
        """Delete the branch of the export, as long as nobody has built on it.

        Raises:
            UsageError: There is no export, or its branch cannot go.
        """
        export = next((made for made in self._exports() if made.branch), self.exported)
        if export is None:
            raise UsageError("nothing is exported, so there is nothing to undo")
        repo.undo(export)
        self.journal.write("undone", commit=export.commit, branch=export.branch)

    def trial(
        self,
        *,
        python: str | None = None,
        seconds: float = 300.0,
        halted: Callable[[], bool] = lambda: False,
    ) -> Trial:
        """Run the target's own tests with the latest draft in place, or say how they ended before.

        Args:
            python: The interpreter; by default the workbench's own.
            seconds: Their time limit; with 0 they are not run.
            halted: Asked ten times a second whether the person wants to stop.

        Returns:
            How they ended.

        Raises:
            UsageError: There is no draft, or the person stopped them.
        """
        if seconds <= 0:
            return Trial(reason="nobody asked for them")
        draft, (study, _) = self._drafted(), self.study()
        asked = {"draft": draft.hash, "commit": study.commit, "asked": python or ""}
        former = self.journal.last("tried", **asked)
        if former and (former["trial"]["complete"] or former["limit"] >= seconds):
            return Trial.model_validate(former["trial"])
        root = str(study.value(repo.topics.IMPORT_ROOT, "."))
        with repo.worktree(study, draft) as after:
            found = trial(
                after,
                lambda: repo.worktree(study),
                import_root=root,
                python=python,
                seconds=seconds,
                halted=halted,
            )
        if halted():
            raise UsageError("the target's own tests were stopped; nothing was exported")
        self.journal.write("tried", **asked, limit=seconds, trial=found.model_dump(mode="json"))
        return found

    def repaired(self, draft: Draft) -> Draft:
        """Put right what a machine can where a draft is not written as the target's authors write.

        Returns:
            The draft; where anything changed it is another one and has to be checked again.
        """
        return repo.repair(self.study()[0], draft)

    def hunks(self) -> tuple[Hunk, ...]:
        """List what the latest draft changes outside its new files."""
        return repo.hunks(self.study()[0], self.spec, self._drafted())

    def refuse(self, hunks: Sequence[str], worker: Worker | None = None) -> Report:
        """Take changes out of the latest draft, and check what is left.

        Args:
            hunks: The ids of the changes that are not wanted.
            worker: A warm worker to use; otherwise one is started and closed here.

        Returns:
            The report on the draft without them.
        """
        draft = repo.without(self._drafted(), hunks)
        for one in hunks:
            self.journal.write("answered", hunk=one, answer="reject")
        return self._again(draft, worker)

    def pull(
        self, ref: str = "", *, check: bool = False, worker: Worker | None = None
    ) -> tuple[repo.Pulled, tuple[str, ...]]:
        """Bring later edits of the exported files back to the cells.

        Args:
            ref: The branch or commit to read; ``""`` for the target's working tree.
            check: Whether to check the edited draft at once.
            worker: A warm worker to check with; otherwise one is started and closed here.

        Returns:
            What came back, and the requirements whose evidence is stale now.
        """
        study, _ = self.study()
        pulled = repo.pull(study, self._drafted(), ref)
        if not pulled.changed:
            return pulled, ()
        if check:
            self._again(pulled.draft, worker)
        else:
            values = pulled.draft.model_dump(mode="json", exclude={"wants"})
            self.journal.write("drafted", hash=pulled.draft.hash, draft=values)
        stale = () if self.report else tuple(self.spec.requires)
        self.journal.write("pulled", draft=pulled.draft.hash, cells=pulled.changed, stale=stale)
        return pulled, stale

    def page(self) -> str:
        """Describe the latest draft for a pull request, as Markdown.

        Raises:
            UsageError: There is no checked draft.
        """
        draft, report = self._drafted(), self.report
        if report is None:
            raise UsageError("the latest draft is not checked; implement or check it first")
        study, _ = self.study()
        return self._page(study, draft, report, self.conformance(draft))

    def _page(self, study: Study, draft: Draft, report: Report, conformance: Conformance) -> str:
        tried = self.journal.last("tried", draft=draft.hash)
        return repo.page(
            study,
            self.spec,
            draft,
            report,
            hunks=repo.hunks(study, self.spec, draft),
            trial=Trial.model_validate(tried["trial"]) if tried else None,
            conformance=conformance,
        )

    def _drafted(self) -> Draft:
        if self.draft is None:
            raise UsageError("there is no draft yet; implement first")
        return self.draft

    def _again(self, draft: Draft, worker: Worker | None) -> Report:
        """Check a draft that the person has changed."""
        own = worker is None
        worker = worker or Worker()
        try:
            return self.check(draft, worker, self.study()[1])
        finally:
            if own:
                worker.close()

    def close(self) -> None:
        """Close the journal; the session can be resumed."""
        self.journal.close()

    def _report(self, draft: Draft, tier: Tier | None = None) -> Report | None:
        event = self.journal.last("reported", draft=draft.hash, tier=tier or self.tier)
        report = Report.model_validate(event["report"]) if event else None
        return report if report and not report.stale(self.spec.hash, draft.hash) else None

    def _stopped(self, error: WorkbenchError) -> None:
        self.journal.write(
            "stopped", error=type(error).__name__, message=str(error), exit_code=error.exit_code
        )


def require_options(implementer: str, options: Mapping[str, Any]) -> None:
    """Check an implementer's options before anything is written down.

    Args:
        implementer: A member of the room ``implementers``.
        options: Keywords for it, plain values.

    Raises:
        UsageError: One does not exist or does not fit.
    """
    member = registry.load("implementers", implementer)
    if hasattr(member, "require"):
        member.require(options)
    elif unknown := sorted(set(options) - set(inspect.signature(member.implement).parameters)):
        raise UsageError(f"the {implementer} implementer takes no {', '.join(unknown)}")


def find_session(name: str | Path) -> Path:
    """Find a session's folder.

    Args:
        name: The folder, or its name among the person's sessions.

    Returns:
        The folder.

    Raises:
        UsageError: There is no such folder.
    """
    for folder in (Path(name), sessions_folder() / name):
        if folder.is_dir():
            return folder
    raise UsageError(f"there is no session {str(name)!r}; 'workbench sessions' lists them")


def sessions(folder: Path | None = None) -> list[dict[str, Any]]:
    """List the sessions in a folder, the newest first.

    Args:
        folder: By default the person's sessions.

    Returns:
        For each: its name, spec, target, when it was started and how far it is.
    """
    listed = []
    for path in sorted((folder or sessions_folder()).glob("*/"), reverse=True):
        try:
            events = list(read(path))
        except WorkbenchError as error:
            listed.append({"session": path.name, "state": f"unreadable: {error}"})
            continue
        if events and events[0]["event"] == "started":
            listed.append(
                {
                    "session": path.name,
                    "spec": events[0]["spec"]["name"],
                    "repo": events[0]["repo"],
                    "started": events[0]["time"],
                    "state": events[-1]["event"],
                }
            )
    return listed


def new_folder(spec: Spec) -> Path:
    """Name a new folder for a session among the person's sessions."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    return sessions_folder() / f"{stamp}-{re.sub(r'[^A-Za-z0-9_]', '-', spec.name)}"


def _against(report: Report) -> str:
    """Say in one line what stands against a draft."""
    bad = [
        f"{verdict.requirement or verdict.check} {verdict.outcome}"
        for verdict in report.verdicts
        if not verdict.good
    ]
    bad += [
        f"test {test.id} {test.outcome}"
        for test in report.tests
        if test.outcome in {"failed", "error"}
    ]
    return (
        ", ".join(bad[:5]) + (f" and {len(bad) - 5} more" if len(bad) > 5 else "") or "no evidence"
    )
