"""Counting tokens before anything is spent: does the first request fit what the person allows?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.errors import UsageError
from workbench.implementers._agent import toolbox
from workbench.implementers._agent.options import Options
from workbench.implementers._agent.tools import Arguments


def opening(
    client: Any,
    request: Mapping[str, Any],
    offered: Mapping[str, type[Arguments]],
    first: str,
    options: Options,
    tell: Callable[[dict[str, Any]], None],
) -> None:
    """Count the first request with the endpoint's own tokenizer, and refuse one that is too long.

    Args:
        client: The SDK's client.
        request: What is the same in every request.
        offered: The tools by name.
        first: The first message.
        options: The person's options.
        tell: Called with the count; with nothing where the endpoint does not count.

    Raises:
        UsageError: The first request alone takes more tokens than the whole session may.
    """
    if options.provider != "anthropic":
        return
    try:
        counted = client.with_options(max_retries=0, timeout=10).messages.count_tokens(
            model=request["model"],
            system=request["system"],
            tools=[toolbox.definition(tool) for tool in offered.values()],
            messages=[{"role": "user", "content": first}],
        )
    except Exception:
        return  # many endpoints do not count; what is wrong with this one, the first request says
    count = getattr(counted, "input_tokens", None)
    if not isinstance(count, int):
        return
    tell({"kind": "counted", "tokens": count, "of": "the first request"})
    if count >= options.tokens:
        raise UsageError(
            f"the first request alone takes {count} tokens, and the session may take "
            f"{options.tokens}; raise the option tokens"
        )
