"""Decides in which order tests meet a mutant: those first that have noticed most for their time."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from workbench.records import TestResult

_OVERHEAD = 0.001  # seconds that even an empty test takes
_HOPE = 1.0  # kills with which every test starts, so that each gets its turn


class Order:
    """Learns from mutant to mutant.

    Args:
        tests: How the tests ended on the unchanged module.
        fixed: Keep the order as it is: the tests depend on it.
    """

    def __init__(self, tests: Sequence[TestResult], *, fixed: bool = False) -> None:
        self._lock = threading.Lock()
        self._fixed = fixed
        self._seconds = {test.id: test.seconds + _OVERHEAD for test in tests}
        self._met = dict.fromkeys(self._seconds, 0)
        self._kills = dict.fromkeys(self._seconds, 0)

    def seconds(self, test: str) -> float:
        """What a test takes on the unchanged module."""
        return self._seconds[test]

    def now(self) -> list[str]:
        """Give the order for the next mutant."""
        with self._lock:
            names = list(self._seconds)
            return names if self._fixed else sorted(names, key=self._worth, reverse=True)

    def _worth(self, test: str) -> float:
        """Estimate kills for each second, as if it had met one more mutant and killed it."""
        return (self._kills[test] + _HOPE) / (self._met[test] + _HOPE) / self._seconds[test]

    def learn(self, results: Sequence[TestResult], noticed: Sequence[str]) -> None:
        """Remember which tests met a mutant, and which of them noticed it."""
        with self._lock:
            for result in results:
                if result.id in self._met:
                    self._met[result.id] += 1
            for name in noticed:
                if name in self._kills:
                    self._kills[name] += 1
