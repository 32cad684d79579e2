"""The side record of an export, in git notes: which cells became which files of which spec.

The exported files carry no marks of ours. A note can be lost, so nothing rests on it alone.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from workbench.errors import TargetError
from workbench.records import Draft
from workbench.repo._commit import identity
from workbench.repo._git import Git
from workbench.spec import Spec

_REF = "refs/notes/workbench"


def remember(git: Git, commit: str, spec: Spec, draft: Draft) -> None:
    """Note on a commit what it was made of; a target that refuses notes has none.

    Args:
        git: Git in the target's root.
        commit: The export's commit.
        spec: What was asked for.
        draft: What was exported.
    """
    record = {
        "spec": spec.name,
        "spec_hash": spec.hash,
        "draft_hash": draft.hash,
        "module": draft.module,
        "cells": [
            {
                "id": cell.id,
                "role": cell.role,
                "path": cell.path,
                "sha256": hashlib.sha256(cell.source.encode()).hexdigest(),
            }
            for cell in draft.cells
        ],
    }
    named = git.at(git.folder, **identity(git))
    named.ask("notes", f"--ref={_REF}", "add", "-f", "-m", json.dumps(record, indent=1), commit)


def records(git: Git, name: str, limit: int = 500) -> list[dict[str, Any]]:
    """Return the side records of a spec that HEAD's history holds, the newest first.

    Args:
        git: Git in the target's root.
        name: The spec's name.
        limit: How many commits are looked at.
    """
    try:
        told = git.text("log", f"-{limit}", "-z", f"--notes={_REF}", "--format=%N", "HEAD")
    except TargetError:
        return []
    found = []
    for text in told.split("\0"):
        try:
            record = json.loads(text)
            if record["spec"] == name and isinstance(record["cells"], list):
                found.append(record)
        except (ValueError, TypeError, KeyError):
            continue
    return found
