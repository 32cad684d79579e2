"""What a draft will look like at full size, without data: shapes, parameters and operations."""

from __future__ import annotations

from contextlib import closing

from workbench.checks import CannotLook, Subject
from workbench.errors import CandidateError, WorkbenchError
from workbench.records import Draft, FlowStep
from workbench.sandbox._drafts import sources
from workbench.sandbox._worker import Worker
from workbench.spec import Spec


def predict(spec: Spec, draft: Draft, worker: Worker) -> tuple[FlowStep, ...]:
    """Follow the shapes through a draft that stands by itself.

    Args:
        spec: What is asked for.
        draft: A draft that imports nothing of a target.
        worker: The warm worker.

    Returns:
        The shape flow at the largest sizes of the spec.

    Raises:
        WorkbenchError: It cannot be followed; the message says why.
    """
    served = sources(draft, None, ".")
    with closing(worker.candidate(served.texts, paths=served.paths)) as candidate:
        subject = Subject(spec, draft.module, candidate.ask)
        try:
            steps = subject.outline(spec.options)["flow"]
        except (CannotLook, CandidateError) as error:
            raise WorkbenchError(f"its shapes cannot be followed: {error}") from None
    return tuple(FlowStep.model_validate(step) for step in steps)
