"""What a person may set for the agent: plain values, checked before anything is written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import UsageError, nearest

Provider = Literal["anthropic", "bedrock", "vertex"]


class Options(BaseModel):
    """The options of the agent; a key is none of them.

    Args:
        agent: A definition file; by default the one that comes with the workbench.
        model: An alias (opus, sonnet, haiku) or a full id; by default the definition's.
        effort: How hard the model thinks; by default the definition's, or high.
        turns: The most answers of the model in one session.
        tokens: The most tokens in one session, without those that the endpoint's cache gave back.
        dollars: The most dollars in one session; by default 10 where the prices are known.
        prices: Dollars per million tokens for input, output, cache_write and cache_read.
        max_tokens: The longest answer.
        blind: Whether a second conversation, which does not see the module's body, writes the
            tests; by default at the deep tier.
        timeout: Seconds without a word from the endpoint before an answer counts as broken off.
        provider: Whose endpoint: anthropic, bedrock or vertex, each through the SDK's own client.
        base_url: Another endpoint that speaks the Messages API; also ANTHROPIC_BASE_URL.
        threads: Whether the endpoint holds the conversation; only where it is known to.
        retries: How often the SDK repeats a request that was refused for the moment.
        resends: How often a turn is sent again whose answer broke off or could not be read.
        pause: Seconds before that, doubled each time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: str = ""
    model: str = ""
    effort: Literal["", "low", "medium", "high", "xhigh", "max"] = ""
    turns: int | None = Field(None, ge=1)
    tokens: int = Field(2_000_000, ge=1)
    dollars: float | None = Field(None, gt=0)
    prices: Mapping[str, float] | None = None
    max_tokens: int = Field(32_000, ge=256, le=128_000)
    blind: bool | None = None
    timeout: float = Field(600.0, gt=0, le=3600)
    provider: Provider = "anthropic"
    base_url: str = ""
    threads: bool = False
    retries: int = Field(4, ge=0, le=20)
    resends: int = Field(2, ge=0, le=20)
    pause: float = Field(1.0, ge=0, le=60)


TURNS = 100


def parse(given: Mapping[str, Any]) -> Options:
    """Read options.

    Args:
        given: Plain values by name.

    Returns:
        The options.

    Raises:
        UsageError: One does not exist or does not fit; no value is repeated in the message, for a
            key may have been put there by mistake.
    """
    for name in given:
        if name not in Options.model_fields:
            advice = (
                "a key is no option: set ANTHROPIC_API_KEY in the environment"
                if re.search(r"key|token$|secret|password", name, re.IGNORECASE)
                else nearest(name, Options.model_fields)
            )
            raise UsageError(f"the agent has no option {name!r}: {advice}")
    try:
        options = Options.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"option {where} of the agent: {first['msg']}") from None
    _require_endpoint(options)
    return options


def host_of(url: str) -> str:
    """Name an endpoint without what may be secret in its address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")


def _require_endpoint(options: Options) -> None:
    parts = urlsplit(options.base_url)
    if options.base_url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise UsageError("option base_url of the agent: write http://host:port or https://host")
    if parts.username or parts.password or parts.query:
        raise UsageError(
            "option base_url of the agent holds more than an address; a key belongs in the "
            "environment (ANTHROPIC_API_KEY)"
        )
    if options.threads and (options.provider != "anthropic" or options.base_url):
        raise UsageError(
            "option threads of the agent: only the API's own address is known to hold threads"
        )
