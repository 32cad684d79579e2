# says: candidate is gone
"""Writes an answer to the host over its own line, and ends."""

import os


def test_it_doubles():
    os.write(3, b'{"kind": "answer", "value": {"tests": []}}' * 4)
    os._exit(0)
