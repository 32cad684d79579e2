"""An export as it is read by people: what was made, where it is and how to go on with it."""

from __future__ import annotations

import shlex
from pathlib import Path

from workbench.records import Export
from workbench.widgets._html import Html, join, tag
from workbench.widgets._pieces import badge, copied, head, listed, opened, sub, table
from workbench.widgets._view import View

_CLEAN = "your working tree, index and current branch are as they were"


def export_view(export: Export) -> View:
    """Show an export.

    Args:
        export: The export.

    Returns:
        The view.
    """
    word, beside = "committed", _CLEAN
    if export.patch:
        word = "patch written"
    elif not export.branch:
        word, beside = "written", "into your working tree; nothing is committed"
    rows = [("repository", listed([export.repo]))]
    if export.branch:
        rows += [("branch", listed([export.branch])), ("commit", listed([export.commit]))]
    rows += [("stands on", listed([export.base])), ("files", _files(export))]
    if export.patch:
        rows += [("patch", opened(export.patch, export.patch))]
    rows += [("go on", join(copied(one) for one in _commands(export)))]
    if export.page:
        link = tag("a", export.page, href=export.page, target="_blank", rel="noopener noreferrer")
        rows += [("pull request", join([link, " ", sub("once the branch is pushed")]))]
    title = head("Export", badge(word, "✓", "good"), sub(beside))
    body = join([title, table(["_", ""], rows, "Export")])
    made = f"to {export.branch} at {export.commit[:12]}" if export.branch else export.patch or word
    files = ", ".join(export.paths)
    return View(body, f"exported {made} in {export.repo}: {files}")


def _files(export: Export) -> Html:
    """Show the files; those of the working tree can be opened."""
    if export.branch or export.patch:
        return listed(export.paths)
    return join((opened(str(Path(export.repo, path)), path) for path in export.paths), " ")


def _commands(export: Export) -> list[str]:
    git = f"git -C {shlex.quote(export.repo)}"
    if export.branch:
        branch = shlex.quote(export.branch)
        return [f"{git} show {branch}", f"{git} merge {branch}", f"{git} push -u origin {branch}"]
    if export.patch:
        return [f"{git} am {shlex.quote(export.patch)}"]
    return [f"{git} status", f"{git} diff"]
