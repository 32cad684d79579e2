"""The export: an accepted draft becomes one commit on a new branch, or nothing happens at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import TargetError
from workbench.records import Draft, Export, Report, Study, Suspect, TestResult, Trial
from workbench.repo._changes import contents
from workbench.repo._commit import commit, make_branch
from workbench.repo._conformance import conformance
from workbench.repo._forge import pull_request_page
from workbench.repo._git import Git, head, repository
from workbench.repo._in_place import put_back, write_in_place
from workbench.repo._message import message
from workbench.repo._names import kebab
from workbench.repo._patch import write_patch
from workbench.repo._scope import hunks
from workbench.repo._scratch import scratch, tree_of
from workbench.repo._side_record import remember
from workbench.repo._snapshot import Snapshot, snapshot
from workbench.spec import Spec

_UNDER_WAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or a mail import",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection",
}


def export(
    study: Study,
    spec: Spec,
    draft: Draft,
    report: Report,
    *,
    branch: str | None = None,
    in_place: bool = False,
    patch: Path | None = None,
    trial: Trial | None = None,
    twins: Sequence[Suspect] = (),
) -> Export:
    """Make an accepted draft a commit on a new branch of the target, or what is asked for instead.

    The person's working tree, index, HEAD, stash and hooks stay as they are, nothing of the target
    runs, and either the whole branch is there in the end or nothing.

    Args:
        study: The study; the commit that it read is the one that the branch stands on.
        spec: What was asked for.
        draft: What was accepted.
        report: The verdicts on exactly this draft and this spec.
        branch: The branch's name; by default ``workbench/`` and the spec's name.
        in_place: Write the files into the working tree instead, and commit nothing.
        patch: Write the commit to this new file instead, for ``git am``.
        trial: How the target's own tests ended with the draft, where they were run.
        twins: What of the draft answered as the target's own does, where both were run.

    Returns:
        The export.

    Raises:
        TargetError: The evidence is not for this draft or not green, or the target refuses; the
            message says which and what to do.
    """
    files, git = ready(study)
    _require_evidence(spec, draft, report)
    _require_unbroken(trial, draft)
    written = contents(files, draft)
    _require_related(study, spec, draft)
    told = {"base": files.commit, "paths": tuple(sorted(written)), "trial": trial}
    done = Export.model_validate({"repo": study.root, "branch": "", "commit": "", **told})
    if in_place:
        write_in_place(files, git, written)
        return done
    text = message(study, spec, draft, report, trial, conformance(study, draft, twins))
    if patch is not None:
        write_patch(git, files.commit, written, text, patch)
        return done.model_copy(update={"patch": str(patch)})
    made = commit(git, files.commit, written, text)
    wanted = _default(git, spec) if branch is None else branch
    name = make_branch(git, wanted, made, exact=branch is not None)
    remember(git, made, spec, draft)
    where = {"branch": name, "commit": made, "page": pull_request_page(git, name)}
    return done.model_copy(update=where)


@contextmanager
def worktree(study: Study, draft: Draft | None = None) -> Iterator[Path]:
    """Check the studied commit out beside the target, with a draft applied, to run its tests there.

    Git's filters do not run, so files kept by Git LFS are pointers; submodules are empty.

    Args:
        study: The study.
        draft: The draft to apply, where one is given; nothing is committed.

    Yields:
        The folder that stands for the target's root. It is gone afterwards.

    Raises:
        TargetError: The target refuses, as in `export`.
    """
    files, git = ready(study)
    written = contents(files, draft) if draft else {}
    inner = git.text("rev-parse", "--show-prefix")
    with scratch(git) as folder:
        tree = tree_of(folder)
        harmless = git.without_filters().set(submodule__recurse="false")
        harmless.text(
            "worktree", "add", "--quiet", "--detach", str(tree), files.commit, seconds=600.0
        )
        root = tree / inner
        for path, content in written.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        yield root


def ready(study: Study) -> tuple[Snapshot, Git]:
    """Open the target, or say in one sentence why nothing can be exported into it."""
    root = Path(study.root)
    git = repository(root)
    if not head(git):
        raise TargetError(f"{root} has no commit yet; commit what is there and study it again")
    if not study.commit:
        raise TargetError(
            f"nothing of {root} was committed when it was studied; commit its files and study again"
        )
    asked = [part for name in _UNDER_WAY for part in ("--git-path", name)]
    marks = git.text("rev-parse", *asked).split("\n")
    for mark, what in zip(marks, _UNDER_WAY.values(), strict=True):
        if (root / mark).exists():
            raise TargetError(f"{what} is under way in {root}; finish or abort it, then export")
    put_back(root, git)
    files = snapshot(study)
    return files, files.git or git


def _require_evidence(spec: Spec, draft: Draft, report: Report) -> None:
    if report.draft_hash != draft.hash:
        raise TargetError(
            f"the report is on draft {report.draft_hash}, but the draft is {draft.hash} now; "
            "check it again"
        )
    if report.spec_hash != spec.hash:
        raise TargetError(
            f"the report is on spec {report.spec_hash}, but the spec is {spec.hash} now; "
            "check the draft again"
        )
    unmet = [identifier for identifier in spec.requires if not _holds(report, identifier)]
    if report.green and not unmet:
        return
    bad = [one for one in report.verdicts if not one.good]
    against = [f"{one.requirement or one.check} {one.outcome}" for one in bad]
    failed = [test for test in report.tests if test.outcome in {"failed", "error"}]
    against += [f"{test.id} {test.outcome}" for test in failed]
    against += [f"{identifier} has no verdict" for identifier in unmet if not report.of(identifier)]
    raise TargetError(f"the report is not green: {', '.join(against[:6]) or 'it has no verdicts'}")


def _require_unbroken(trial: Trial | None, draft: Draft) -> None:
    if trial is None or not trial.broken:
        return
    added = set(draft.files("test"))
    own = [test for test in trial.broken if test.id.partition("::")[0] in added]
    theirs = [test for test in trial.broken if test not in own]
    said = [
        f"{what}: {_named(tests)}"
        for what, tests in (
            ("the target's own tests fail with this draft and did not before", theirs),
            ("the draft's own tests fail when the target's test run runs them", own),
        )
        if tests
    ]
    raise TargetError(f"{'; '.join(said)}; nothing was exported")


def _named(tests: Sequence[TestResult]) -> str:
    names = [f"{test.id} ({test.message})" if test.message else test.id for test in tests]
    return "; ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _require_related(study: Study, spec: Spec, draft: Draft) -> None:
    for hunk in hunks(study, spec, draft):
        if hunk.refused:
            raise TargetError(
                f"the change {hunk.id} of {hunk.path} is refused: {hunk.refused}; take it out of "
                "the draft (workbench hunks SESSION --refuse ID)"
            )


def _holds(report: Report, identifier: str) -> bool:
    verdicts = report.of(identifier)
    return bool(verdicts) and all(verdict.good for verdict in verdicts)


def _default(git: Git, spec: Spec) -> str:
    """Name the branch; a branch that is called workbench leaves no room for names below it."""
    taken = git.ask("show-ref", "--verify", "--quiet", "refs/heads/workbench") is not None
    return f"workbench{'-' if taken else '/'}{kebab(spec.name)}"
