"""The scripted implementer: it offers drafts that it was given, one after the other.

For tests, lessons and replays: a lesson shows a draft that fails, its report, then the repair.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from workbench.errors import UsageError
from workbench.implementers import Target
from workbench.records import Draft, Report, Study
from workbench.spec import Spec


def implement(
    spec: Spec,
    study: Study,
    target: Target,
    *,
    drafts: Sequence[Draft | Mapping[str, Any]],
) -> Generator[Draft, Report, None]:
    """Offer the given drafts in order, whatever the reports say, until one is green.

    Args:
        spec: What is asked for; it is not read.
        study: What is known of the target; it is not read.
        target: The target; it is not read.
        drafts: The drafts, as records or as the plain values that a journal holds.

    Yields:
        Each draft, up to the first one whose report is green.

    Raises:
        UsageError: An entry is no draft.
    """
    for draft in [_draft(number, entry) for number, entry in enumerate(drafts, start=1)]:
        # Not `yield from drafts`: a list cannot receive the report.
        report = yield draft
        if report.green:
            return


def _draft(number: int, entry: Draft | Mapping[str, Any]) -> Draft:
    try:
        return Draft.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the entry itself"
        raise UsageError(
            f"draft {number} of the script is no draft: {field}: {first['msg']}; give records or "
            "the mappings that a journal holds"
        ) from error
