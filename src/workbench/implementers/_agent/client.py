"""The SDK's client: whose endpoint, and where its key comes from.

A key comes from the environment, or from the person's keyring, or from the SDK's own profiles, in
this order; it is never an option. In the keyring it stands under the service ``workbench`` and the
user ``anthropic``: ``keyring set workbench anthropic``.

Covered by tests over HTTP: the API's own client, and Vertex's with a token. Not covered: Bedrock's
binary stream, which only AWS speaks; its client is made here and refuses without a region or keys.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.implementers._agent import switch
from workbench.implementers._agent.faults import Secrets
from workbench.implementers._agent.options import Options

if TYPE_CHECKING:
    import anthropic

SERVICE, USER = "workbench", "anthropic"


def make(options: Options) -> anthropic.Anthropic:
    """Make the client.

    Args:
        options: The person's options.

    Returns:
        The client; close it after use.

    Raises:
        UsageError: Models may not be called here, or the client lacks a region, a project or keys.
    """
    switch.require_allowed()
    import anthropic

    kinds: Mapping[str, Any] = {
        "anthropic": anthropic.Anthropic,
        "bedrock": anthropic.AnthropicBedrock,
        "vertex": anthropic.AnthropicVertex,
    }
    given: dict[str, Any] = {"max_retries": options.retries, "timeout": options.timeout}
    if options.base_url:
        given["base_url"] = options.base_url
    if options.provider == "anthropic" and (key := _kept_key()):
        given["api_key"] = key
    try:
        return kinds[options.provider](**given)
    except (ValueError, RuntimeError, ImportError, anthropic.AnthropicError) as error:
        text = Secrets().strike(str(error).split("\n")[0])
        raise UsageError(f"the {options.provider} client cannot be made: {text}") from None


def _kept_key() -> str | None:
    """Read the key from the keyring, where the environment has none and a keyring is there."""
    if os.environ.get("ANTHROPIC_API_KEY") or os.environ.get("ANTHROPIC_AUTH_TOKEN"):
        return None
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, USER)
    except KeyringError:
        return None  # a locked or missing keyring holds no key; the SDK may know a profile
