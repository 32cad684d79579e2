"""Budgets: how many answers, tokens and dollars a run may take, and what it has taken so far.

Prices are list prices in US dollars per million tokens, as published on
https://platform.claude.com/docs/en/about-claude/pricing in November 2026; a five-minute cache write
costs 1.25 times the input. A price that is not known is not guessed: then only tokens are counted,
and a limit in dollars is refused unless the prices are given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import ImplementerError, UsageError

KINDS = ("input", "output", "cache_write", "cache_read")
# By the start of a model's id, the most special first.
_PRICES: Mapping[str, tuple[float, float, float, float]] = {
    "claude-opus-5-5": (4.0, 20.0, 5.0, 0.20),
    "claude-opus-5": (5.0, 25.0, 6.25, 0.50),
    "claude-opus-4-8": (5.0, 25.0, 6.25, 0.50),
    "claude-opus-4-7": (5.0, 25.0, 6.25, 0.50),
    "claude-opus-4-6": (5.0, 25.0, 6.25, 0.50),
    "claude-opus-4-5": (5.0, 25.0, 6.25, 0.50),
    "claude-sonnet-5-5": (2.0, 10.0, 2.5, 0.10),
    "claude-sonnet-5": (2.0, 10.0, 2.5, 0.20),
}
DOLLARS = 10.0


def prices_of(model: str, given: Mapping[str, float] | None) -> dict[str, float] | None:
    """Find the prices of a model.

    Args:
        model: Its full id.
        given: Prices that a person gave, by kind; they win.

    Returns:
        US dollars per million tokens by kind, or None where they are not known.

    Raises:
        UsageError: The given prices are incomplete.
    """
    if given is not None:
        wrong = [kind for kind in KINDS if not isinstance(given.get(kind), int | float)]
        if wrong:
            raise UsageError(
                f"prices: {', '.join(wrong)} missing; give dollars per million tokens for "
                + ", ".join(KINDS)
            )
        return {kind: float(given[kind]) for kind in KINDS}
    plain = re.sub(r"^.*?(?=claude-)", "", model)
    for start, row in _PRICES.items():
        if re.match(rf"{re.escape(start)}($|[@:]|-(\d{{6,}}|v\d))", plain):
            return dict(zip(KINDS, row, strict=True))
    return None


@dataclass
class Spending:
    """What a run has taken, against what it may take.

    Args:
        turns: The most answers.
        tokens: The most tokens, without those that a cache gave back.
        dollars: The most dollars, or None for no such limit.
        prices: Dollars per million tokens by kind, or None where they are not known.
    """

    turns: int
    tokens: int
    dollars: float | None
    prices: Mapping[str, float] | None
    taken: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    answers: int = 0

    def add(self, usage: Mapping[str, Any]) -> dict[str, Any]:
        """Count one answer; return the totals so far."""
        self.answers += 1
        for kind in KINDS:
            self.taken[kind] += int(usage.get(kind) or 0)
        return {**self.taken, "answers": self.answers, "dollars": self.cost}

    def restore(self, history: Sequence[Mapping[str, Any]]) -> None:
        """Count what the journal says was taken before."""
        for event in history:
            if event.get("kind") == "usage":
                self.add(event)

    @property
    def cost(self) -> float | None:
        """Dollars so far, or None where prices are not known."""
        if self.prices is None:
            return None
        return round(sum(self.taken[kind] * self.prices[kind] for kind in KINDS) / 1e6, 4)

    def check(self) -> None:
        """Stop where a limit is reached.

        Raises:
            ImplementerError: It names the limit, and the option that raises it.
        """
        used = self.taken["input"] + self.taken["output"] + self.taken["cache_write"]
        reached = ""
        if self.answers >= self.turns:
            reached = f"{self.answers} answers of {self.turns} (option turns)"
        elif used >= self.tokens:
            reached = f"{used} tokens of {self.tokens} (option tokens)"
        elif self.dollars is not None and (self.cost or 0) >= self.dollars:
            reached = f"{self.cost:.2f} dollars of {self.dollars:.2f} (option dollars)"
        if reached:
            raise ImplementerError(
                f"the agent's budget is used up: {reached}; what it wrote is kept: raise the "
                "option and resume the session",
                fault="budget",
            )


def usage_of(usage: Any) -> dict[str, int]:
    """Bring the API's count of one answer into our four kinds."""
    return {
        "input": int(getattr(usage, "input_tokens", 0) or 0),
        "output": int(getattr(usage, "output_tokens", 0) or 0),
        "cache_write": int(getattr(usage, "cache_creation_input_tokens", 0) or 0),
        "cache_read": int(getattr(usage, "cache_read_input_tokens", 0) or 0),
    }
