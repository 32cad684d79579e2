"""Runs draft code, warm and confined; nothing of it ever runs in the host's process.

A `Worker` keeps one process warm that has the framework imported. It forks a confined `Candidate`
for each draft, in milliseconds, or where somebody edits has one wait that serves no other draft
before. The host asks questions, the candidate answers with plain values
and numpy arrays, and the host judges: an answer is data and never a verdict.

How: the worker enters namespaces of its own for processes, network, mounts and shared memory, and
sees every file system read-only. Each candidate gets a scratch file system of limited size, gives
up every privilege, and is bound by resource limits, by Landlock and by a system call filter. The
host watches the clock, and one signal reaches a candidate with everything that it started. When
the host ends, however it ends, the worker and all candidates end with it.

Covered, where the operating system offers it (`Worker.guarantees` says what held when attacked):

- network: no socket of any family can be made; the worker's network has no way out either.
- files read: only Python, its packages, system libraries, the target's folders, its own scratch.
- files written: only its own scratch, which is gone afterwards; modes and owners included.
- environment: a few fixed names; no keys, no tokens.
- memory: per process, private and shared; disk: per scratch folder.
- processes: none by default, a bounded number of threads; no survivors, no signals to others.
- time: by the clock per question, by processor time in all; output: cut, then ended.
- protocol: whatever a candidate sends, the host reads only plain values within bounds.

Not covered:

- A draft that lies in its answers: it shares the process with what answers for it. The judge
  compares data, never believes a word, and `Candidate.touched` tells what was tampered with.
- Mistakes in the kernel, side channels through timing or caches, and devices' drivers.
- A file's existence, size and mode can be asked for, though its contents cannot be read.
- What the target's folders hold can be read, secrets that lie there included.
- With processes allowed, memory is bounded for each of them and not for their sum. What passes
  open files between processes through sockets (a torch DataLoader with workers) does not work.
- Without namespaces (most containers) files below the scratch folder are bounded one by one and
  not in their sum, and other processes can be seen, though not reached.
- As root without the right to change user, the number of threads is not bound.
- Without Landlock, namespaces and filters only time, output, environment, memory and the protocol
  are kept; use a container or a virtual machine there. It was tried on Linux (x86-64) alone.
"""

from __future__ import annotations

from workbench.sandbox._conversation import Candidate
from workbench.sandbox._limits import Limits
from workbench.sandbox._worker import Worker

__all__ = ["Candidate", "Limits", "Worker"]
