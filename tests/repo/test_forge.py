"""The page of a pull request: known hosts, and nothing secret on the page."""

from __future__ import annotations

import pytest

from workbench.repo._forge import pull_request_page


class Remote:
    """A target whose remote has an address."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, *words: str) -> str:
        return f"{self.address}\n"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("git@github.com:us/net.git", "https://github.com/us/net/compare/a/b%20c?expand=1"),
        (
            "https://me:secret@github.com/us/net",
            "https://github.com/us/net/compare/a/b%20c?expand=1",
        ),
        (
            "ssh://git@gitlab.example.org:2222/us/sub/net.git",
            "https://gitlab.example.org/us/sub/net/-/",
        ),
        ("/srv/git/net.git", ""),
        ("https://git.example.org/us/net", ""),
        ("javascript:alert(1)//github.com/x", ""),
        ("", ""),
    ],
)
def test_the_page_is_named_for_hosts_that_are_known(address: str, page: str) -> None:
    found = pull_request_page(Remote(address), "a/b c")  # type: ignore[arg-type]
    assert found.startswith(page)
    assert bool(found) == bool(page)
    assert "secret" not in found
