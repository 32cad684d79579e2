"""The line to the candidate: questions, answers that are remembered, and errors told apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from workbench.checks._decision import CannotLook
from workbench.errors import CandidateError, CandidateLost, CandidateRaised

Answer = dict[str, Any]
Found = TypeVar("Found")
# Functions of the framework that call the draft's class, or say what is wrong with it.
_CALLS_DRAFT = frozenset(
    {
        *("call", "find", "_build", "describe", "require_all_listed"),
        *("__torch_function__", "__torch_dispatch__"),
    }
)
_NEEDS_DATA = ("meta", "item()", "data-dependent", "fake tensor", "no data")


class Asks(Protocol):
    """Whatever can put a question to a candidate."""

    def __call__(self, question: str, arguments: Mapping[str, Any], /) -> Answer:
        """Ask, and return the candidate's answer."""


class AsksAll(Protocol):
    """Whatever can put several questions to a candidate, which answers one after the other."""

    def __call__(
        self, question: str, several: Sequence[Mapping[str, Any]], /
    ) -> list[Answer | CandidateError]:
        """Ask, and return the answers until the candidate was lost."""


class Line:
    """Asks, and remembers what was found.

    Args:
        put: Puts a question to the candidate.
    """

    def __init__(self, put: Asks) -> None:
        self.put = put
        self.put_all: AsksAll | None = None  # where it saves the time between two questions
        self._remembered: dict[Any, Any] = {}
        self.held: set[Any] = set()  # what this candidate was sent and keeps

    def ask(self, question: str, arguments: Mapping[str, Any]) -> Answer:
        """Ask.

        Raises:
            CandidateRaised: The draft's code raised.
            CandidateLost: The candidate is gone; the next question goes to another one.
            CannotLook: What answers for the draft stumbled itself.
        """
        try:
            return self.put(question, arguments)
        except CandidateError as error:
            meant = self._meant(question, error)
            if meant is error:
                raise
            raise meant from error

    def ask_all(
        self, question: str, several: Sequence[Mapping[str, Any]]
    ) -> list[Answer | CandidateError | CannotLook]:
        """Ask the same about several things at once.

        Returns:
            For the first of them, or for all, the answer or what `ask` would have raised.
        """
        if self.put_all is None or len(several) < 2:
            return []
        return [
            self._meant(question, answer) if isinstance(answer, CandidateError) else answer
            for answer in self.put_all(question, several)
        ]

    def _meant(self, question: str, error: CandidateError) -> CandidateError | CannotLook:
        """Tell an error of the draft from one of what watches it."""
        if isinstance(error, CandidateLost):
            self.held.clear()
        if isinstance(error, CandidateRaised) and _is_own(error):
            return CannotLook(f"the watch itself stopped on {question!r}: {error}")
        return error

    def knows(self, key: Any) -> bool:
        """Whether something was found under a key."""
        return key in self._remembered

    def remember(self, key: Any, find: Callable[[], Found]) -> Found:
        """Return what was found under a key before, or find it; an error is found again as well."""
        if key not in self._remembered:
            try:
                self._remembered[key] = find()
            except (CandidateError, CannotLook) as error:
                self._remembered[key] = error
        found = self._remembered[key]
        if isinstance(found, CandidateError | CannotLook):
            raise found
        return found


def _is_own(error: CandidateRaised) -> bool:
    """Tell an error of the watch from one of the draft: which code did it happen in?"""
    last = error.trace[-1] if error.trace else {}
    inside = f"workbench{os.sep}frameworks{os.sep}" in str(last.get("file", ""))
    return inside and not error.where and last.get("function") not in _CALLS_DRAFT


def needs_data(error: CandidateRaised) -> bool:
    """Tell a limit of running without data from an error of the draft."""
    text = f"{error.kind} {error.message}".lower()
    return error.kind == "NotImplementedError" or any(word in text for word in _NEEDS_DATA)
