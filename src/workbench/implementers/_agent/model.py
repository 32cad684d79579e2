"""Which model answers: an alias becomes a full id, and a run shows how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import UsageError
from workbench.implementers._agent import faults
from workbench.implementers._agent.faults import Secrets
from workbench.implementers._agent.options import Options

# The newest of each line that the SDK lists; the endpoint's own list is asked first.
ALIASES: Mapping[str, str] = {
    "opus": "claude-opus-5-5",
    "sonnet": "claude-sonnet-5-5",
    "haiku": "claude-haiku-5-5",
}
_DEFAULT = "opus"


def resolve(client: Any, asked: str, options: Options, secrets: Secrets) -> tuple[str, str]:
    """Find the full id of a model.

    Args:
        client: The SDK's client.
        asked: An alias, ``inherit`` or a full id.
        options: The person's options.
        secrets: What must not be passed on.

    Returns:
        The id, and how it was found.

    Raises:
        UsageError: The alias means nothing there, or the endpoint refuses the key.
    """
    alias = _DEFAULT if asked in {"inherit", "default"} else asked
    if alias not in ALIASES and alias not in {"fable", "mythos"}:
        return alias, "as given"
    if options.provider != "anthropic":
        raise UsageError(
            f"{options.provider} does not resolve {alias!r}; give the model's full id there, as "
            "option model"
        )
    try:
        listed = list(client.with_options(max_retries=0, timeout=10).models.list(limit=1000))
    except Exception as error:
        problem = faults.understood(error, secrets)
        # Many endpoints list no models; one that refuses the key will refuse the rest as well.
        if isinstance(problem, UsageError) and getattr(error, "status_code", 0) != 404:
            raise problem from None
        listed = []
    line = [info for info in listed if info.line == alias and info.lifecycle == "active"]
    if line:
        return max(line, key=lambda info: info.created_at).id, "listed by the endpoint"
    if alias in ALIASES:
        return ALIASES[alias], "our default for the alias"
    raise UsageError(f"the endpoint lists no model of the line {alias!r}; give a full id")
