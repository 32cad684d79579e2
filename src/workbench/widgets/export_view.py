"""An export as it is read by people: where the commit is and how to look at it."""

from __future__ import annotations

from workbench.records import Export
from workbench.widgets._html import join, tag
from workbench.widgets._pieces import badge, head, listed, sub, table
from workbench.widgets._view import View


def export_view(export: Export) -> View:
    """Show an export.

    Args:
        export: The export.

    Returns:
        The view.
    """
    look = f"git -C {export.repo} show {export.branch}"
    rows = [
        ("repository", listed([export.repo])),
        ("branch", listed([export.branch])),
        ("commit", listed([export.commit])),
        ("stands on", listed([export.base])),
        ("files", listed(export.paths)),
        ("look at it", tag("pre", look, class_="wb-wrap")),
    ]
    beside = sub("your working tree, index and current branch are as they were")
    body = join(
        [
            head("Export", badge("committed", "✓", "good"), beside),
            table(["_", ""], rows, "Export"),
        ]
    )
    files = ", ".join(export.paths)
    text = f"exported to {export.branch} at {export.commit[:12]} in {export.repo}: {files}"
    return View(body, text)
