"""The worker: a warm process that has the framework loaded and forks a candidate per draft."""

from __future__ import annotations

import dataclasses
import os
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from types import TracebackType

from workbench.errors import CandidateRaised, UsageError, WorkbenchError
from workbench.sandbox import _guarantees
from workbench.sandbox._conversation import Candidate
from workbench.sandbox._limits import Limits
from workbench.sandbox._process import Zygote, ZygoteGone

ISOLATION = ("network", "files read", "files written", "environment")
"""The guarantees without which a draft could reach beyond itself."""


class Worker:
    """Forks confined candidates from a process that has the framework imported and warmed up.

    The process is started when it is first needed, and again when it has died.

    Args:
        framework: A member of `workbench.frameworks`, or the dotted name of a module like one.
        limits: What each candidate may use.
        python: The interpreter to use; it needs numpy and the framework's library.
        roots: Further folders from which the framework's module may be imported.
        spare: Whether one candidate always waits, with the framework's first steps behind it: for
            somebody who edits, and whose next draft comes later than the last one was judged.
    """

    def __init__(
        self,
        framework: str = "torch",
        *,
        limits: Limits | None = None,
        python: str | None = None,
        roots: Sequence[str | os.PathLike[str]] = (),
        spare: bool = False,
    ) -> None:
        self.framework, self.limits, self._spare = framework, limits or Limits(), spare
        self._python = python or sys.executable
        self._roots = tuple(os.path.abspath(root) for root in roots)
        self._lock = threading.RLock()
        self._zygote: Zygote | None = None
        self._self_test: _guarantees.SelfTest | None = None

    def __enter__(self) -> Worker:
        """Return the worker itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the worker."""
        self.close()

    def start(self) -> None:
        """Start the warm process now rather than when it is first needed.

        Raises:
            WorkbenchError: It did not start.
        """
        with self._lock:
            if self._zygote is None:
                self._zygote = Zygote(
                    self.framework,
                    python=self._python,
                    roots=self._roots,
                    start_seconds=self.limits.start_seconds,
                    spare=self._spare,
                )
                weakref.finalize(self, self._zygote.close)
                self._zygote.prepare()

    @property
    def warm(self) -> bool:
        """Whether the warm process is there, and its guarantees are known."""
        return self._zygote is not None and self._self_test is not None

    def candidate(
        self,
        sources: Mapping[str, str],
        *,
        search_path: Sequence[str | os.PathLike[str]] = (),
        paths: Mapping[str, str] | None = None,
        seed: int = 0,
        limits: Limits | None = None,
    ) -> Candidate:
        """Fork a confined candidate that can import a draft's modules.

        Args:
            sources: Source text by dotted module name; they shadow or extend the target's package.
            search_path: Import roots of the target; the candidate may read all below them.
            paths: The path to show for a module in tracebacks, by module name.
            seed: For Python's and numpy's random numbers, and the framework's.
            limits: What it may use; the worker's own if not given.

        Returns:
            The candidate; nothing of the draft has been imported yet.

        Raises:
            CandidateRaised: The sources cannot be served, for example under a name that is taken.
            WorkbenchError: No confined process could be made.
        """
        return self._open(limits or self.limits, sources, search_path, paths or {}, seed)

    def _open(
        self,
        limits: Limits,
        sources: Mapping[str, str],
        search_path: Sequence[str | os.PathLike[str]] = (),
        paths: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> Candidate:
        candidate = self._fork(limits)
        arguments = {
            "limits": dataclasses.asdict(limits),
            "sources": dict(sources),
            "paths": dict(paths or {}),
            "search_path": [os.path.abspath(path) for path in search_path],
            "seed": seed,
        }
        try:
            candidate._set_up(arguments)
        except CandidateRaised as error:
            candidate.close()
            if error.kind == "ImportError":  # the sources cannot be served
                raise
            raise WorkbenchError(f"a confined process could not be made: {error}") from None
        except BaseException:
            candidate.close()
            raise
        return candidate

    def _fork(self, limits: Limits) -> Candidate:
        with self._lock:
            for _ in range(2):  # a worker that has died is replaced, once
                self.start()
                assert self._zygote is not None
                try:
                    return Candidate(self._zygote, self._zygote.fork(), limits)
                except ZygoteGone:
                    self.close()
        raise WorkbenchError(f"the worker for framework {self.framework!r} keeps ending by itself")

    @property
    def guarantees(self) -> dict[str, str]:
        """What is really kept from a draft here: ``enforced``, ``best effort`` or ``none`` each.

        Found by attacking from inside a candidate, once per worker.
        """
        return _guarantees.summary(self.self_test)

    def require_isolation(self) -> None:
        """Refuse to go on where a draft could reach beyond itself, as where no person looks on.

        Raises:
            UsageError: What isolates a draft is not enforced on this machine.
        """
        kept = self.guarantees
        weak = [f"{name}: {kept[name]}" for name in ISOLATION if kept[name] != "enforced"]
        if weak:
            raise UsageError(
                f"this machine does not isolate drafts ({', '.join(weak)}), and nobody looks on; "
                "use Linux with Landlock and seccomp, or a machine that holds nothing else and "
                "--allow-unsandboxed (allow_unsandboxed in the notebook)"
            )

    @property
    def self_test(self) -> _guarantees.SelfTest:
        """Every attack of the self-test and what became of it, by guarantee."""
        with self._lock:
            if self._self_test is None:
                self._self_test = _guarantees.self_test(self._open, self.limits)
                if self._zygote is not None:
                    self._zygote.prepare()
            return self._self_test

    def close(self) -> None:
        """End the warm process and all candidates; a later use starts it again."""
        with self._lock:
            if self._zygote is not None:
                self._zygote.close()
            self._zygote = None
