"""Finds out what is really kept from a draft on this machine, by trying to get it.

A guarantee is ``enforced`` when every attack on it was stopped, ``none`` when every one got
through and ``best effort`` in between. An attack that could not be tried counts as got through.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from workbench.errors import CandidateLost, CandidateRaised
from workbench.sandbox._attacks import STOPPED, THROUGH
from workbench.sandbox._confine import ADDRESS_SLACK
from workbench.sandbox._conversation import Candidate
from workbench.sandbox._limits import Limits
from workbench.sandbox._process import ENVIRONMENT_NAMES

SelfTest = Mapping[str, Mapping[str, str]]
Opener = Callable[[Limits, Mapping[str, str]], Candidate]

_SMALL = {"memory_bytes": 256 * 2**20, "file_bytes": 2**20, "output_bytes": 2**18}
_HANG_SECONDS = 0.2
_PROBE_SECONDS = 30.0


def summary(test: SelfTest) -> dict[str, str]:
    """Put each guarantee's attacks into one word: ``enforced``, ``best effort`` or ``none``."""
    return {guarantee: _word(list(attacks.values())) for guarantee, attacks in test.items()}


def _word(outcomes: list[str]) -> str:
    stopped = [outcome.startswith(STOPPED) for outcome in outcomes]
    if stopped and all(stopped):
        return "enforced"
    return "best effort" if any(stopped) else "none"


def self_test(open_candidate: Opener, limits: Limits) -> SelfTest:
    """Attack from inside a candidate and note what became of each attack.

    Args:
        open_candidate: Makes a confined candidate with given limits.
        limits: The worker's limits; sizes are lowered, so that the test itself is small.

    Returns:
        By guarantee, each attack and ``"got through"`` or ``"stopped: why"``.
    """
    small = dataclasses.replace(limits, **_SMALL)
    with _aim(small) as arguments, open_candidate(small, {}) as candidate:
        answer = candidate._attack({"kind": "probe", **arguments}, _PROBE_SECONDS)
    found = {name: dict(attacks) for name, attacks in answer.items() if isinstance(attacks, dict)}
    hang = _expect_loss(open_candidate(small, {}), "hang", _HANG_SECONDS, "time")
    found["time"] = {"an endless loop that blocks every signal": hang}
    flood = _expect_loss(open_candidate(small, {}), "flood", _PROBE_SECONDS, "output")
    found["output"] = {"a flood of output": flood}
    found["means of checking"] = _tamper(open_candidate(small, {}))
    return found


def _expect_loss(candidate: Candidate, kind: str, seconds: float, reason: str) -> str:
    with candidate:
        try:
            candidate._attack({"kind": kind}, seconds)
        except CandidateLost as loss:
            return f"{STOPPED}: {loss}" if loss.reason == reason else THROUGH
    return THROUGH


def _tamper(candidate: Candidate) -> dict[str, str]:
    """Replace a function that answers could depend on, and see who notices."""
    noticed = [THROUGH, THROUGH]
    with candidate:
        candidate._attack({"kind": "tamper"}, _PROBE_SECONDS)
        try:
            touched, outside = candidate.touched()
        except CandidateRaised:
            touched, outside = [], False
    if touched:
        noticed = [f"{STOPPED}: {touched[0]}", f"{STOPPED}: unreachable" if outside else THROUGH]
    names = ("replacing a function of Python", "replacing what would notice that")
    return dict(zip(names, noticed, strict=True))


@contextmanager
def _aim(limits: Limits) -> Iterator[dict[str, object]]:
    """Set up what the attacks aim at: real sockets, real files, real numbers."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="workbench-aim-"))
        secret = Path(folder) / "secret"
        secret.write_text(secrets.token_hex())
        secret.chmod(0o600)
        path = f"{folder}/socket"
        abstract = f"\0workbench-{secrets.token_hex(8)}" if sys.platform == "linux" else ""
        tcp = _listen(stack, socket.AF_INET, ("127.0.0.1", 0))
        _listen(stack, socket.AF_UNIX, path)
        if abstract:
            _listen(stack, socket.AF_UNIX, abstract)
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        yield {
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "unix": path,
            "abstract": abstract,
            "secret": str(secret),
            "folder": folder,
            "home": os.path.expanduser("~"),
            "packages": sysconfig.get_paths()["purelib"],
            "host": os.getpid(),
            "names": sorted(set(os.environ) - ENVIRONMENT_NAMES),
            "memory": limits.memory_bytes + 2**20,
            "shared_memory": limits.memory_bytes + ADDRESS_SLACK + 2**20,
            "disk": limits.file_bytes,
            "processes": limits.processes and limits.processes + limits.threads,
            "threads": limits.processes + limits.threads,
        }


def _listen(stack: ExitStack, family: int, address: Any) -> socket.socket:
    listener = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
    listener.bind(address)
    listener.listen()
    return listener
