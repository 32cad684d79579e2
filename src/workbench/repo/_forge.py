"""Where a pull request is opened: the page of the host that a target's remote lies on."""

from __future__ import annotations

import re
from urllib.parse import quote

from workbench.repo._git import Git

_REMOTE = re.compile(
    r"^(?:(?:https?|ssh|git)://(?:[^@/]+@)?|[^@/\s]+@)(?P<host>[\w.-]+)(?::\d+)?[:/]"
    r"(?P<path>[\w.~/-]+?)(?:\.git)?/?$"
)
_PAGES = {
    "github": "compare/{}?expand=1",
    "gitlab": "-/merge_requests/new?merge_request%5Bsource_branch%5D={}",
    "bitbucket": "pull-requests/new?source={}",
}


def pull_request_page(git: Git, branch: str) -> str:
    """Name the page on which a pull request is opened; it is there once the branch is pushed.

    Args:
        git: Git in the target.
        branch: The branch.

    Returns:
        The address without any credentials, or ``""`` where the remote's host is not known.
    """
    remote = (git.ask("config", "--get", "remote.origin.url") or "").strip()
    found = _REMOTE.match(remote)
    page = found and next((p for name, p in _PAGES.items() if name in found["host"]), None)
    if not found or not page:
        return ""
    return f"https://{found['host']}/{found['path']}/{page.format(quote(branch))}"
