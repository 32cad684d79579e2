"""The hard switch: where it is set, no model is called, whoever asks.

It is the environment variable ``WORKBENCH_NO_MODEL``. Tests, lessons and papermill runs set it; the
command line sets it for a replay. It is asked before the SDK is imported and again before each
request, so that one that is set in the middle holds from the next answer on.
"""

from __future__ import annotations

import os

from workbench.errors import UsageError

NAME = "WORKBENCH_NO_MODEL"


def require_allowed() -> None:
    """Refuse where models may not be called.

    Raises:
        UsageError: The switch is set.
    """
    if os.environ.get(NAME, "") not in {"", "0"}:
        raise UsageError(
            f"calls of a model are forbidden here ({NAME} is set); replay a recording with the "
            "implementer replay, or unset it"
        )
