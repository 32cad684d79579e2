from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from workbench.errors import JournalError, UsageError
from workbench.journal import FILE_NAME, Journal, read

WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from workbench.journal import Journal
    journal = Journal(Path(sys.argv[1]))
    for number in range(10 ** 9):
        journal.write("tick", number=number, padding="x" * 500)
        print(number, flush=True)
    """
)


def test_a_killed_writer_loses_nothing_that_it_had_written(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 50:
                break
        writer.kill()
        said = [int(line) for line in writer.stdout]
    last = said[-1] if said else 50
    numbers = [event["number"] for event in read(tmp_path)]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > last


def test_a_half_written_line_is_cut_and_the_journal_goes_on(tmp_path):
    journal = Journal(tmp_path)
    journal.write("one")
    journal.close()
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes() + b'{"event": "tw')
    assert [event["event"] for event in read(tmp_path)] == ["one"]
    again = Journal(tmp_path)
    again.write("three", text="größe\n{}")
    again.close()
    assert [event["event"] for event in read(tmp_path)] == ["one", "three"]


@pytest.mark.parametrize("damage", [b"not json", b"[]", b'{"no": "event"}', b"\xff\xfe"])
def test_a_damaged_middle_is_named_with_its_line(tmp_path, damage):
    journal = Journal(tmp_path)
    journal.write("one")
    journal.write("two")
    journal.close()
    path = tmp_path / FILE_NAME
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], damage, lines[1], b""]))
    with pytest.raises(JournalError, match=f"{FILE_NAME}:2 is no event"):
        list(read(tmp_path))


def test_two_processes_cannot_write_one_journal(tmp_path):
    journal = Journal(tmp_path)
    code = (
        "from pathlib import Path; from workbench.journal import Journal; "
        f"Journal(Path({str(tmp_path)!r}))"
    )
    second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert second.returncode != 0
    assert "open in another process" in second.stderr
    journal.close()
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_second_journal_in_one_process_is_refused_as_well(tmp_path):
    journal = Journal(tmp_path)
    with pytest.raises(UsageError):
        Journal(tmp_path)
    journal.close()


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be written"):
        Journal(tmp_path / "file" / "below")


def test_last_looks_from_the_end_and_listeners_hear_what_is_written(tmp_path):
    heard = []
    journal = Journal(tmp_path, listen=heard.append)
    journal.write("verdict", draft="a", number=1)
    journal.write("verdict", draft="b", number=2)
    journal.write("verdict", draft="a", number=3)
    assert [event["number"] for event in heard] == [1, 2, 3]
    assert (journal.last("verdict", draft="a") or {})["number"] == 3
    assert journal.last("verdict", draft="c") is None
    journal.close()
