"""How much a candidate may use."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from workbench.errors import UsageError

_MAY_BE_ZERO = frozenset({"processes"})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one candidate may use before it is stopped.

    Args:
        seconds: Wall-clock time for one question.
        cpu_seconds: Processor time over the candidate's whole life.
        memory_bytes: Memory per process, on top of what the warm worker already holds.
        output_bytes: Printed text over the candidate's whole life.
        reply_bytes: Array data in one answer.
        file_bytes: Size of one file, and of the scratch folder where namespaces are available.
        open_files: Open files per process.
        processes: Processes that it may start; with 0 it can start none, else they and all threads
            are counted together, up to the sum of both limits.
        threads: Threads that it may start.
        start_seconds: Wall-clock time for the worker itself to start and to warm up.

    Raises:
        UsageError: A limit is not a positive number.
    """

    seconds: float = 20.0
    cpu_seconds: int = 600
    memory_bytes: int = 4 * 2**30
    output_bytes: int = 2**20
    reply_bytes: int = 2**30
    file_bytes: int = 512 * 2**20
    open_files: int = 256
    processes: int = 0
    threads: int = 64
    start_seconds: float = 120.0

    def __post_init__(self) -> None:
        """Refuse a limit that cannot be kept."""
        for name, value in dataclasses.asdict(self).items():
            least = 0 if name in _MAY_BE_ZERO else 1e-3
            if isinstance(value, bool) or not least <= value < 2**62:
                raise UsageError(f"limit {name} is {value!r}; give a number above {least:g}")
