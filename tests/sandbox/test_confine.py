"""Attacks on what a candidate must not reach and must not use up; then what it may do."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from machines import offers_namespaces

from workbench.errors import CandidateLost, CandidateRaised
from workbench.sandbox import Candidate, Worker, _landlock, _seccomp

pytestmark = pytest.mark.skipif(
    not (_landlock.version() and _seccomp.available()), reason="needs Landlock and seccomp"
)

Run = Callable[..., object]
Draft = Callable[..., Candidate]


@pytest.fixture
def secret() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "id_rsa"
        file.write_text("a key that nobody may read")
        file.chmod(0o600)
        yield file


# Network


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("AF_INET", "SOCK_STREAM"),
        ("AF_INET6", "SOCK_STREAM"),
        ("AF_INET", "SOCK_DGRAM"),
        ("AF_UNIX", "SOCK_STREAM"),
        ("AF_UNIX", "SOCK_DGRAM"),
        ("AF_NETLINK", "SOCK_RAW"),
    ],
)
def test_no_socket_can_be_made(run: Run, family: str, kind: str) -> None:
    with pytest.raises(CandidateRaised, match="PermissionError"):
        run(f"import socket\ndef run(): socket.socket(socket.{family}, socket.{kind})\n")


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
@pytest.mark.parametrize("abstract", [False, True])
def test_a_listening_host_hears_nothing(
    run: Run, tmp_path: Path, family: int, abstract: bool
) -> None:
    path = f"\0heard-{os.getpid()}" if abstract else str(tmp_path / "socket")
    with closing(socket.socket(family, socket.SOCK_STREAM)) as listener:
        listener.bind(("127.0.0.1", 0) if family == socket.AF_INET else path)
        listener.listen()
        listener.setblocking(False)
        address = listener.getsockname()
        given = list(address) if family == socket.AF_INET else os.fsdecode(address)
        source = (
            "import socket\n"
            "def run(address, family):\n"
            "    address = tuple(address) if isinstance(address, list) else address\n"
            "    socket.socket(family).connect(address)\n"
        )
        with pytest.raises(CandidateRaised, match="PermissionError"):
            run(source, given, int(family))
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_socket_pair_of_its_own_is_allowed(run: Run) -> None:
    source = (
        "import socket\n"
        "def run():\n"
        "    a, b = socket.socketpair()\n"
        "    a.send(b'hello')\n"
        "    return b.recv(5).decode()\n"
    )
    assert run(source) == "hello"


# Files


def test_a_file_of_the_host_cannot_be_read(run: Run, secret: Path) -> None:
    with pytest.raises(CandidateRaised, match="PermissionError"):
        run("def run(path): return open(path).read()\n", str(secret))


@pytest.mark.parametrize("place", ["~", "~/.ssh", "/etc/shadow", "/etc/passwd", "/", "/tmp"])
def test_the_hosts_places_cannot_be_read(run: Run, place: str) -> None:
    path = os.path.expanduser(place)
    source = "import os\ndef run(p): return os.listdir(p) if os.path.isdir(p) else open(p).read()\n"
    with pytest.raises(CandidateRaised, match=r"PermissionError|FileNotFoundError"):
        run(source, path)


def test_a_link_in_scratch_leads_nowhere(run: Run, secret: Path) -> None:
    source = "import os\ndef run(p):\n    os.symlink(p, 'link')\n    return open('link').read()\n"
    with pytest.raises(CandidateRaised, match="PermissionError"):
        run(source, str(secret))


def test_a_hard_link_to_a_file_of_the_host_cannot_be_made(run: Run, secret: Path) -> None:
    with pytest.raises(CandidateRaised, match=r"PermissionError|OSError"):
        run("import os\ndef run(p): os.link(p, 'link')\n", str(secret))
    assert secret.stat().st_nlink == 1


@pytest.mark.parametrize(
    "act",
    [
        "open(p, 'w').write('x')",
        "open(p, 'a').write('x')",
        "os.unlink(p)",
        "os.truncate(p, 0)",
        "os.rename(p, p + '-moved')",
        "os.chmod(p, 0o777)",
        "os.chown(p, 12345, 12345)",
        "os.utime(p, (0, 0))",
        "os.setxattr(p, 'user.x', b'x')",
        "os.mkdir(p + '-folder')",
        "os.mkfifo(p + '-pipe')",
        "os.symlink('/', p + '-link')",
        "os.rmdir(os.path.dirname(p))",
    ],
)
def test_a_file_of_the_host_cannot_be_changed(run: Run, secret: Path, act: str) -> None:
    before = secret.stat()
    with pytest.raises(CandidateRaised, match=r"PermissionError|Read-only|OSError"):
        run(f"import os\ndef run(p): {act}\n", str(secret))
    assert secret.read_text() == "a key that nobody may read"
    assert (secret.stat().st_mode, secret.stat().st_mtime_ns) == (
        before.st_mode,
        before.st_mtime_ns,
    )
    assert [file.name for file in secret.parent.iterdir()] == ["id_rsa"]


@pytest.mark.parametrize("place", ["stdlib", "purelib", "/tmp", "/dev/shm", "/var/tmp", "home"])
def test_nothing_is_left_behind_on_the_host(run: Run, place: str) -> None:
    source = (
        "import os, sysconfig\n"
        "def run(place):\n"
        "    folder = sysconfig.get_paths().get(place, place)\n"
        "    open(os.path.join(folder, 'left-by-a-draft'), 'w').write('x')\n"
    )
    known = {**sysconfig.get_paths(), "home": os.path.expanduser("~")}
    with contextlib.suppress(CandidateRaised):  # a private file system at the place is fine too
        run(source, known["home"] if place == "home" else place)
    assert not (Path(known.get(place, place)) / "left-by-a-draft").exists()


def test_the_target_is_readable_and_not_writable(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("of the target")
    source = (
        "def run(path):\n"
        "    assert open(path).read() == 'of the target'\n"
        "    open(path, 'w').write('spoiled')\n"
    )
    with (
        worker.candidate({"draft": source}, search_path=[tmp_path]) as candidate,
        pytest.raises(CandidateRaised, match=r"PermissionError|Read-only"),
    ):
        candidate.ask("call", {"module": "draft", "with": [str(tmp_path / "data.txt")]})
    assert (tmp_path / "data.txt").read_text() == "of the target"


def test_scratch_is_its_own_and_gone_afterwards(worker: Worker) -> None:
    source = (
        "import os, tempfile\n"
        "def run():\n"
        "    open('kept.txt', 'w').write('x')\n"
        "    handle, name = tempfile.mkstemp()\n"
        "    os.close(handle)\n"
        "    folder = os.path.realpath(os.getcwd())\n"
        "    assert os.path.realpath(name).startswith(folder + os.sep), name\n"
        "    assert os.path.realpath(os.path.expanduser('~')) == folder\n"
        "    return [folder, sorted(os.listdir('.'))]\n"
    )
    seen = []
    for _ in range(2):
        with worker.candidate({"draft": source}) as candidate:
            folder, names = candidate.ask("call", {"module": "draft"})["value"]  # type: ignore[misc]
            seen.append(len(names))
        assert not (Path(folder) / "kept.txt").exists()
    assert seen == [2, 2], "the second candidate found what the first had written"


# Environment and other processes


def test_the_hosts_environment_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY", "GOOGLE_TOKEN", "PYTHONPATH"):
        monkeypatch.setenv(name, "canary-7f3a")
    source = "import os\ndef run(): return [dict(os.environ), open('/proc/self/environ').read()]\n"
    roots = [Path(__file__).parent]
    with (
        Worker("stand_ins.plain", roots=roots) as fresh,
        fresh.candidate({"draft": source}) as candidate,
    ):
        seen = candidate.ask("call", {"module": "draft"})["value"]
    assert "canary" not in str(seen)
    assert "PATH" in str(seen)


@pytest.mark.parametrize("what", ["environ", "mem", "maps", "fd", "root", "cwd", "cmdline"])
def test_other_processes_cannot_be_looked_into(run: Run, what: str) -> None:
    source = (
        "import os\n"
        "def run(host, what):\n"
        "    got = []\n"
        "    for process in (host, os.getppid(), 1):\n"
        "        path = f'/proc/{process}/{what}'\n"
        "        try:\n"
        "            got.append(os.listdir(path) if what in ('fd', 'root', 'cwd')\n"
        "                       else open(path, 'rb').read(64).hex())\n"
        "        except (PermissionError, FileNotFoundError):\n"
        "            pass\n"
        "    return got\n"
    )
    assert run(source, os.getpid(), what) == []


def test_other_processes_cannot_even_be_counted(worker: Worker, run: Run) -> None:
    if worker._python != sys.executable or not offers_namespaces():
        pytest.skip("without namespaces other processes can be seen, as the docs say")
    source = "import os\ndef run(host): return os.path.exists(f'/proc/{host}')\n"
    assert os.path.exists(f"/proc/{os.getpid()}")
    assert run(source, os.getpid()) is False


@pytest.mark.parametrize("number", [0, 9, 15, 19])
def test_other_processes_cannot_be_signalled(run: Run, number: int) -> None:
    source = (
        "import os\n"
        "def run(host, number):\n"
        "    got = []\n"
        "    for process in (host, os.getppid(), 1, -1):\n"
        "        try:\n"
        "            os.kill(process, number)\n"
        "            got.append(process)\n"
        "        except (PermissionError, ProcessLookupError):\n"
        "            pass\n"
        "    return got\n"
    )
    assert run(source, os.getpid(), number) == []


@pytest.mark.parametrize(
    "call",
    [
        "libc.ptrace(16, os.getppid(), 0, 0)",
        "libc.unshare(0x10000000)",
        "libc.mount(b'none', b'/', b'tmpfs', 0, None)",
        "libc.setns(0, 0)",
        "libc.chroot(b'/')",
        "libc.syscall(250, 0, 0, 0)",
        "libc.syscall(321, 0, 0, 0)",
        "libc.syscall(298, 0, 0, 0, 0, 0)",
        "libc.syscall(425, 1, 0)",
        "libc.syscall(435, 0, 0)",
        "libc.syscall(319, b'x', 0)",
        "libc.syscall(463, -1, 0, 0, 0, 0, 0)",
        "libc.syscall(9999)",
        "libc.shmget(0, 4096, 0o1600)",
        "libc.setuid(0)",
        "libc.setresuid(0, 0, 0)",
        "libc.setsid()",
        "libc.setpgid(0, 0)",
        "libc.prctl(1, 0, 0, 0, 0)",
        "libc.socket(2, 1, 0)",
        "libc.fcntl(0, 8, 1)",
        "libc.syscall(302, os.getppid(), 7, 0, 0)",
    ],
)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64 system calls")
def test_the_kernel_refuses_what_no_draft_needs(run: Run, call: str) -> None:
    source = (
        "import ctypes, errno, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        f"def run(): return [{call}, errno.errorcode[ctypes.get_errno()]]\n"
    )
    result, name = run(source)  # type: ignore[misc]
    assert result == -1
    assert name in ("EPERM", "ENOSYS")


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="machine code of x86-64")
def test_system_calls_by_another_architectures_numbers_end_the_process(run: Run) -> None:
    source = (
        "import ctypes, mmap\n"
        "code = bytes.fromhex('b814000000cd80c3')  # mov eax, 20 (getpid); int 0x80; ret\n"
        "page = mmap.mmap(-1, 4096, prot=7)\n"
        "page.write(code)\n"
        "at = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
        "def run(): return ctypes.CFUNCTYPE(ctypes.c_long)(at)()\n"
    )
    with pytest.raises(CandidateLost, match=r"SIGSYS|SIGSEGV") as caught:
        run(source)
    assert caught.value.reason == "signal"


def test_no_privilege_is_left(run: Run) -> None:
    source = (
        "def run():\n"
        "    lines = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "    names = ('CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs')\n"
        "    return [lines[name].strip() for name in names]\n"
    )
    effective, permitted, bound, fixed = run(source)  # type: ignore[misc]
    assert int(effective, 16) == int(permitted, 16) == 0
    assert int(bound, 16) == 0 or os.geteuid() != 0
    assert fixed == "1"


def test_nothing_of_the_worker_is_open(run: Run) -> None:
    source = (
        "import os\n"
        "def run():\n"
        "    found = {}\n"
        "    for name in os.listdir('/proc/self/fd'):\n"
        "        try:\n"
        "            found[name] = os.readlink(f'/proc/self/fd/{name}')\n"
        "        except FileNotFoundError:\n"
        "            pass\n"
        "    return found\n"
    )
    found = run(source)
    assert isinstance(found, dict)
    assert found.keys() == {"0", "1", "2", "3"}
    assert found["0"] == "/dev/null"
    assert found["1"] == found["2"]


# Resources


@pytest.mark.parametrize(
    "fill",
    [
        "numpy.ones(2**34)",
        "bytearray(2**40)",
        "[bytearray(2**20) for _ in range(10**6)]",
        "mmap.mmap(-1, 2**36)",
        "[mmap.mmap(-1, 2**26) for _ in range(1000)]",
        "'x' * 2**40",
    ],
)
def test_memory_is_bounded(run: Run, fill: str) -> None:
    with pytest.raises(CandidateLost) as caught:
        run(f"import mmap, numpy\ndef run(): return len({fill})\n")
    assert caught.value.reason == "memory"
    assert "more memory than 256 MiB" in str(caught.value)


def test_memory_within_the_limit_is_given(run: Run) -> None:
    assert run("import numpy\ndef run(): return float(numpy.ones(2**23).sum())\n") == 2**23


def test_a_large_file_is_refused(run: Run) -> None:
    with pytest.raises(CandidateRaised, match=r"File too large|No space left"):
        run("def run(): open('large', 'wb').write(bytes(2**23))\n")


def test_many_files_cannot_fill_the_disk(worker: Worker, run: Run) -> None:
    if worker._python != sys.executable or not offers_namespaces():
        pytest.skip("without namespaces the sum of all files is not bounded, as the docs say")
    source = (
        "def run():\n"
        "    for at in range(1000):\n"
        "        open(f'file-{at}', 'wb').write(bytes(2**20))\n"
    )
    with pytest.raises(CandidateRaised, match="No space left"):
        run(source)


def test_files_within_the_limit_are_written(run: Run) -> None:
    source = (
        "import numpy, os\n"
        "def run():\n"
        "    numpy.save('weights.npy', numpy.arange(5.0))\n"
        "    os.chmod('weights.npy', 0o600) if os.path.ismount('.') else None\n"
        "    return numpy.load('weights.npy')\n"
    )
    np.testing.assert_array_equal(run(source), np.arange(5.0))  # type: ignore[arg-type]


def test_open_files_run_out_and_the_candidate_still_answers(draft: Draft) -> None:
    source = (
        "kept = []\n"
        "def run():\n"
        "    try:\n"
        "        while True: kept.append(open('/dev/null'))\n"
        "    except OSError as error:\n"
        "        return [len(kept), str(error)]\n"
    )
    candidate = draft(source)
    count, words = candidate.ask("call", {"module": "draft"})["value"]  # type: ignore[misc]
    assert 32 < count < 64
    assert "Too many open files" in words
    assert candidate.ask("echo", {"still": "there"}) == {"still": "there"}


@pytest.mark.parametrize(
    "start",
    [
        "os.fork()",
        "subprocess.run(['true'])",
        "subprocess.Popen(['sleep', '600'], start_new_session=True)",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.system('true') and os.fork()",
        "multiprocessing.get_context('fork').Process(target=print).start()",
        "multiprocessing.get_context('spawn').Process(target=print).start()",
    ],
)
def test_no_process_can_be_started(run: Run, start: str) -> None:
    with pytest.raises(CandidateLost) as caught:
        run(f"import multiprocessing, os, subprocess\ndef run(): {start}\n")
    assert caught.value.reason == "processes"
    assert "more than 0 processes" in str(caught.value)


def test_no_program_can_take_the_candidates_place(run: Run) -> None:
    with pytest.raises(CandidateRaised, match="PermissionError"):
        run("import os\ndef run(): os.execv('/bin/sh', ['sh', '-c', 'sleep 600'])\n")


def test_a_fork_bomb_ends_in_time(run: Run) -> None:
    source = (
        "import os\n"
        "def run():\n"
        "    while True:\n"
        "        try:\n"
        "            os.fork()\n"
        "        except OSError:\n"
        "            pass\n"
    )
    with pytest.raises(CandidateLost) as caught:
        run(source, seconds=0.5)
    assert caught.value.reason == "time"


def test_threads_are_allowed_and_bounded(draft: Draft) -> None:
    source = (
        "import threading\n"
        "def run(count):\n"
        "    release = threading.Event()\n"
        "    threads = [threading.Thread(target=release.wait, daemon=True) for _ in range(count)]\n"
        "    for thread in threads: thread.start()\n"
        "    release.set()\n"
        "    for thread in threads: thread.join()\n"
        "    return len(threads)\n"
    )
    candidate = draft(source)
    assert candidate.ask("call", {"module": "draft", "with": [8]}) == {"value": 8}
    with pytest.raises(CandidateLost) as caught:
        candidate.ask("call", {"module": "draft", "with": [5000]})
    assert caught.value.reason == "processes"


def test_two_candidates_do_not_see_each_other(worker: Worker) -> None:
    write = "import os\ndef run():\n    open('mine', 'w').write('x')\n    return os.getpid()\n"
    look = (
        "import os\n"
        "def run(other):\n"
        "    try:\n"
        "        os.kill(other, 9)\n"
        "        return 'killed'\n"
        "    except (PermissionError, ProcessLookupError):\n"
        "        return os.listdir('.')\n"
    )
    with worker.candidate({"draft": write}) as first, worker.candidate({"draft": look}) as second:
        pid = first.ask("call", {"module": "draft"})["value"]
        seen = second.ask("call", {"module": "draft", "with": [pid]})["value"]
        assert seen == []
        assert first.ask("echo", {"alive": True}) == {"alive": True}


def test_candidates_can_be_asked_from_several_threads(worker: Worker) -> None:
    found: dict[int, object] = {}

    def work(number: int) -> None:
        source = f"def run(): return {number}\n"
        for _ in range(3):
            with worker.candidate({"draft": source}) as candidate:
                found[number] = candidate.ask("call", {"module": "draft"})["value"]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: number for number in range(4)}
