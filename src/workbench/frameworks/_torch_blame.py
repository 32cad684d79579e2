"""Finds the line of the draft where an error came up."""

from __future__ import annotations

import os
import traceback

import torch

# Files that are neither the draft's nor the target's.
OURS = (*(os.path.dirname(file) + os.sep for file in (torch.__file__, __file__)), "<frozen")


def blame(error: BaseException) -> str:
    """Name the innermost line that is neither torch's nor ours.

    Args:
        error: What was raised.

    Returns:
        ``file:line``, or ``""`` where no such line took part.
    """
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(OURS):
            return f"{frame.filename}:{frame.lineno}"
    return ""
