"""Every error that the workbench raises, as one tree.

    WorkbenchError                  its own trouble (exit code 3)
    ├── UsageError                  bad use or bad input: the person can mend it (exit code 2)
    │   ├── SpecError               a spec file or line: names file, line and field
    │   ├── TargetError             the target repository cannot be studied or exported to
    │   └── Refused                 an implementer cannot build this spec, and says which part
    ├── JournalError                a session's journal cannot be written or read back
    ├── ImplementerError            an implementer had to stop before it was done; its work is kept
    └── CandidateError              the code under check did not answer
        ├── CandidateRaised         it raised an exception of its own
        └── CandidateLost           its process is gone: time, memory, exit, signal, output

A failed check is no error: it is a `Verdict`. Every message says what was seen, what was expected
and what to do. Errors cross process borders as JSON, so every one is built from plain values.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence


def nearest(seen: str, legal: Iterable[str]) -> str:
    """Name the legal words, the most similar first, for the end of an error message.

    Args:
        seen: The word that was found.
        legal: The words that would have been right.

    Returns:
        ``"did you mean 'heads'? legal are: 'heads', 'layers'"`` or, with no word close, the list.
    """
    words = sorted(set(legal))
    listed = ", ".join(repr(word) for word in words) or "none"
    close = difflib.get_close_matches(seen, words, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}? legal are: {listed}" if close else f"legal are: {listed}"


class WorkbenchError(Exception):
    """The workbench itself is in trouble."""

    exit_code = 3


class UsageError(WorkbenchError):
    """What the person asked for cannot be done as asked; the message says what to change."""

    exit_code = 2


class SpecError(UsageError):
    """A spec is wrong; the message names file, line and field.

    Args:
        problem: What was seen and what is legal, as one sentence.
        file: The spec file, where there is one.
        line: The line in it, counted from 1.
        field: The dotted name of the field, for example ``inputs.tokens``.
    """

    def __init__(
        self, problem: str, *, file: str | None = None, line: int | None = None, field: str = ""
    ) -> None:
        self.problem, self.file, self.line, self.field = problem, file, line, field
        place = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(": ".join(part for part in (place, field, problem) if part))

    def at(self, *, file: str | None = None, line: int | None = None, field: str = "") -> SpecError:
        """Return the same error with the place filled in where it was not known before."""
        return SpecError(
            self.problem,
            file=self.file or file,
            line=self.line if self.line is not None else line,
            field=self.field or field,
        )


class TargetError(UsageError):
    """The target repository cannot be read, or the export into it is refused."""


class Refused(UsageError):
    """An implementer cannot build this spec.

    Args:
        implementer: Who refuses.
        reasons: Each part of the spec that cannot be built, as one sentence each.
    """

    def __init__(self, implementer: str, reasons: Sequence[str]) -> None:
        self.implementer, self.reasons = implementer, tuple(reasons)
        listed = "".join(f"\n  - {reason}" for reason in self.reasons)
        super().__init__(f"the {implementer} implementer cannot build this spec:{listed}")


class JournalError(WorkbenchError):
    """A session's journal cannot be written or read back."""


class ImplementerError(WorkbenchError):
    """An implementer had to stop before it was done; what it did is in the journal.

    Args:
        sentence: What happened and what to do, for people.
        fault: One word for it, for example ``budget`` or ``refusal``.
    """

    def __init__(self, sentence: str, *, fault: str = "") -> None:
        self.fault = fault
        super().__init__(sentence)


class CandidateError(WorkbenchError):
    """The code under check did not give an answer."""


class CandidateRaised(CandidateError):
    """The code under check raised an exception.

    Args:
        kind: The exception's class name.
        message: Its text.
        trace: Frames, outermost first, each with ``file``, ``line``, ``function`` and ``text``.
        where: ``file:line`` of the innermost frame in the draft's own code, or ``""``.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        trace: Sequence[Mapping[str, object]] = (),
        where: str = "",
    ) -> None:
        self.kind, self.message, self.trace, self.where = kind, message, tuple(trace), where
        super().__init__(f"{kind}: {message}" + (f" (at {where})" if where else ""))


class CandidateLost(CandidateError):
    """The process of the code under check is gone.

    Args:
        reason: ``time``, ``size``, ``memory``, ``exited``, ``signal``, ``output``, ``processes`` or
            ``protocol``.
        sentence: What happened, for people.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        self.reason, self.sentence = reason, sentence
        super().__init__(sentence)
