"""An export is found again by the digest of its draft, and nothing else is taken for it."""

from __future__ import annotations

from pathlib import Path

from workbench import repo
from workbench.session import Session
from workbench.spec import load


def test_an_export_is_found_and_another_draft_is_not(target, worker, tmp_path):
    spec = load(Path(__file__).parents[2] / "specs" / "rotary_attention.yaml")
    with Session.start(spec, target, folder=tmp_path / "session") as session:
        for _draft, report in session.drafts(worker):
            assert report.green
        study, _ = session.study()
        draft = session.accept()
        assert repo.find_export(study, draft) is None
        export = session.export(test_seconds=0)
        assert repo.find_export(study, draft) == export.model_copy(update={"trial": None})
        cell = draft.cells[0].model_copy(update={"source": draft.cells[0].source + "\n# other\n"})
        other = draft.model_copy(update={"cells": (cell, *draft.cells[1:])})
        assert repo.find_export(study, other) is None
