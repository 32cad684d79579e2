"""Ranges of sizes: ``0..64``, ``1..max_length``, ``32..224 step 32``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import SpecError
from workbench.spec._expression import Expression

_RANGE = re.compile(r"^\s*(?P<low>.+?)\s*\.\.\s*(?P<high>.+?)(?:\s+step\s+(?P<step>.+?))?\s*$")


@dataclass(frozen=True)
class Size:
    """The sizes that one named axis may take.

    Args:
        name: The axis, for example ``batch``.
        low: Smallest size.
        high: Largest size, inclusive.
        step: Distance between legal sizes, counted from ``low``.
    """

    name: str
    low: Expression
    high: Expression
    step: Expression = field(default_factory=lambda: Expression("1"))

    def bounds(self, options: Mapping[str, Any]) -> tuple[int, int, int]:
        """Compute smallest size, largest size and step for given options.

        Raises:
            SpecError: The range is empty or negative.
        """
        low, high, step = (int(end.value(options)) for end in (self.low, self.high, self.step))
        if low < 0 or high < low or step < 1:
            raise SpecError(
                f"the range {self} is {low}..{high} step {step}; it needs 0 <= low <= high and "
                "a step of at least 1",
                field=f"sizes.{self.name}",
            )
        return low, high - (high - low) % step, step

    def __str__(self) -> str:
        """Return the range as it stands in a spec file."""
        step = f" step {self.step}" if self.step.text != "1" else ""
        return f"{self.low}..{self.high}{step}"


def parse_size(name: str, text: object) -> Size:
    """Read one range.

    Args:
        name: The axis.
        text: A range, or a single integer for a fixed size.

    Returns:
        The range.

    Raises:
        SpecError: The text is no range.
    """
    if isinstance(text, int) and not isinstance(text, bool):
        return Size(name, Expression(str(text)), Expression(str(text)))
    match = _RANGE.match(text) if isinstance(text, str) else None
    if match is None:
        raise SpecError(f"{text!r} is no range of sizes; write 0..64, or 32..224 step 32, or 8")
    step = Expression(match["step"]) if match["step"] else Expression("1")
    return Size(name, Expression(match["low"]), Expression(match["high"]), step)
