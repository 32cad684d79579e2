"""Any record as it is shown: the one function that the notebooks call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from IPython.display import display

from workbench.errors import WorkbenchError
from workbench.records import Draft, Export, KillTable, Report, Study
from workbench.spec import Spec
from workbench.widgets._view import View
from workbench.widgets.draft_view import draft_view
from workbench.widgets.error_view import error_view
from workbench.widgets.export_view import export_view
from workbench.widgets.kill_view import kill_view
from workbench.widgets.report_view import report_view
from workbench.widgets.spec_view import spec_view
from workbench.widgets.study_view import study_view

_VIEWS: dict[type, Callable[..., View]] = {
    Spec: spec_view,
    Study: study_view,
    Draft: draft_view,
    Report: report_view,
    Export: export_view,
    KillTable: kill_view,
    Exception: error_view,
}


def view(record: object, *about: Any, **options: Any) -> View:
    """Make the view of a record.

    Args:
        record: A spec, study, draft, report, kill table, export or error.
        *about: What the view may know besides: the placement of a study, the spec of a report.
        **options: Keywords of that view.

    Returns:
        The view.

    Raises:
        TypeError: There is no view for this type.
    """
    if isinstance(record, View):
        return record
    for kind, make in _VIEWS.items():
        if isinstance(record, kind):
            return make(record, *about, **options)
    kinds = ", ".join(kind.__name__ for kind in _VIEWS)
    raise TypeError(f"there is no view for a {type(record).__name__}; there is one for: {kinds}")


def show(record: object, *about: Any, **options: Any) -> None:
    """Display a record in a notebook, or print its plain lines elsewhere.

    Args:
        record: A spec, study, draft, report, kill table, export or error.
        *about: What the view may know besides: the placement of a study, the spec of a report.
        **options: Keywords of that view.
    """
    display(view(record, *about, **options))


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an error of the workbench as one clear message before it is raised."""
    try:
        yield
    except WorkbenchError as error:
        show(error)
        raise
