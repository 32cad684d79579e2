"""What can go wrong between us and the model, put into one sentence each.

Covered: what the SDK raises, and what passes through it unhandled: raw transport errors in the
middle of a stream, answers that are no JSON, arguments that cannot be read. Errors are told apart
by status and name, so that no SDK is needed here. No message of an exception is passed on before
every key has been struck out of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from workbench.errors import ImplementerError, UsageError, WorkbenchError

KEPT = "what was done is kept: resume the session to go on"
_SECRET_NAMES = re.compile(
    r"(^ANTHROPIC_(API_KEY|AUTH_TOKEN|CUSTOM_HEADERS|IDENTITY_TOKEN\w*))$"
    r"|^AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN|ACCESS_KEY_ID|BEARER_TOKEN_BEDROCK)$"
    r"|(API_?KEY|_TOKEN|_SECRET|PASSWORD)$"
)
_TOO_LONG = re.compile(r"prompt is too long|context (window|length|limit)|too many tokens", re.I)


class Unusable(Exception):
    """An answer that broke off or cannot be read; the turn may be sent again."""

    def __init__(self, sentence: str, fault: str) -> None:
        self.fault = fault
        super().__init__(sentence)


class TooLong(Exception):
    """The conversation does not fit the model any more."""


class Secrets:
    """The keys of this process, to be struck out wherever they would be written.

    Args:
        known: Keys that are known by value.
    """

    def __init__(self, known: Iterable[str | None] = ()) -> None:
        named = (value for name, value in os.environ.items() if _SECRET_NAMES.search(name))
        parts = [value for text in [*known, *named] if text for value in [text, *text.split()]]
        self._values = sorted({part for part in parts if len(part) >= 8}, key=len, reverse=True)

    def strike(self, value: Any) -> Any:
        """Return the same plain value with every key replaced."""
        if isinstance(value, str):
            for secret in self._values:
                value = value.replace(secret, "[key]")
            return value
        if isinstance(value, dict):
            return {self.strike(key): self.strike(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.strike(item) for item in value]
        return value


def understood(error: Exception, secrets: Secrets) -> Exception:
    """Say what an exception means for the conversation.

    Args:
        error: What was raised while an answer was asked for or read.
        secrets: What must not be passed on.

    Returns:
        `Unusable` or `TooLong`, which the conversation can answer, or a `WorkbenchError` that
        ends it.
    """
    if isinstance(error, WorkbenchError | Unusable | TooLong):
        return error
    text = secrets.strike(" ".join(str(error).split()))[:300]
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _of_status(status, error, text)
    name, origin = type(error).__name__, type(error).__module__.split(".")[0]
    if "authentication method" in text or name in {"CredentialsError", "IdentityTokenFileError"}:
        return UsageError(
            "there is no key for the model's endpoint; set ANTHROPIC_API_KEY in the environment "
            "(never in a notebook or an option)"
        )
    if origin == "anthropic" and name in {"APIConnectionError", "APITimeoutError"}:
        return ImplementerError(
            f"the model's endpoint cannot be reached ({text}); check the network and "
            f"ANTHROPIC_BASE_URL; {KEPT}",
            fault="connection",
        )
    kind = "transport" if origin in {"httpx2", "httpcore2"} else "unreadable"
    return Unusable(f"the answer broke off or cannot be read ({name}: {text})", kind)


def _of_status(status: int, error: Exception, text: str) -> Exception:
    kind = _error_type(error)
    if status < 400:  # it came in the middle of a stream that had begun well
        if kind == "invalid_request_error" and _TOO_LONG.search(text):
            return TooLong(text)
        return Unusable(f"the endpoint broke off the answer ({kind or text})", kind or "stream")
    if status in {401, 403}:
        return UsageError(
            f"the model's endpoint refuses the key ({status}); check ANTHROPIC_API_KEY and what "
            f"it is allowed; {KEPT}"
        )
    if status == 404:
        return UsageError(f"the endpoint does not know this model or address (404: {text})")
    if status in {400, 413} and _TOO_LONG.search(text):
        return TooLong(text)
    if status == 429:
        return ImplementerError(
            f"the endpoint limits the rate (429) and did so {_retries(error)}; wait, then resume; "
            f"{KEPT}",
            fault="rate",
        )
    if status == 529 or status >= 500:
        return ImplementerError(
            f"the endpoint is in trouble ({status}); try later; {KEPT}", fault="endpoint"
        )
    return ImplementerError(
        f"the endpoint refuses the request ({status}: {text}); {KEPT}", fault="request"
    )


def _retries(error: Exception) -> str:
    headers = getattr(getattr(error, "response", None), "headers", {})
    wait = headers.get("retry-after", "")
    return f"through all retries (it asks for {wait} s)" if wait else "through all retries"


def _error_type(error: Exception) -> str:
    body = getattr(error, "body", None)
    inner = body.get("error") if isinstance(body, dict) else None
    return str(inner.get("type", "")) if isinstance(inner, dict) else ""
