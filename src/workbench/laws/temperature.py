"""A temperature: ``softmax(logits / T)``, or the logits divided by T; a higher one is more even."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._formulas import softmax
from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Compare with the division."""
    heat = part.option("temperature", "tau")
    learned = [v for v in part.parameters.values() if v.size == 1]
    if heat is None and not learned:
        raise Unsuited("neither an option nor a parameter is a temperature")
    heats = [float(heat)] if heat is not None else [float(v.ravel()[0]) for v in learned]
    wanted = [form for t in heats for form in (softmax(part.x / t), part.x / t)]
    yield Claim("softmax(logits / T), or logits / T", part(), wanted)
