"""Votes to findings: what most places say, how many agree, and where it can be seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.records import Evidence, Finding
from workbench.repo._source import Source

SHOWN = 3  # places of evidence for each finding
# A place as votes carry it: a line of a source, or 0 for all of it. Few of many are ever shown, so
# that evidence is made of those alone.
Place = Evidence | tuple[Source, int]


def place(source: Source, line: int) -> Evidence:
    """Point at a line of a source."""
    return Evidence(path=source.path, line=line, text=source.line(line))


def whole(path: str, text: str = "") -> Evidence:
    """Point at a whole file or folder."""
    return Evidence(path=path, text=text)


def shown(places: Sequence[Place]) -> tuple[Evidence, ...]:
    """Make evidence of the first places."""
    return tuple(one if isinstance(one, Evidence) else place(*one) for one in places[:SHOWN])


def majority(topic: str, votes: Iterable[tuple[Any, Place]]) -> Finding | None:
    """Find what most places say.

    Args:
        topic: What the votes are about.
        votes: A value and the place that shows it, for each place that was looked at.

    Returns:
        The most frequent value (the first seen of equals), or None where there was no vote.
    """
    places: dict[Any, list[Place]] = defaultdict(list)
    for value, where in votes:
        places[value].append(where)
    if not places:
        return None
    seen = sum(map(len, places.values()))
    value, agreeing = max(places.items(), key=lambda item: len(item[1]))
    return Finding(
        topic=topic,
        value=value,
        share=round(len(agreeing) / seen, 3),
        seen=seen,
        evidence=shown(agreeing),
    )


def counted(topic: str, counts: dict[Any, int], evidence: dict[Any, Place]) -> Finding | None:
    """Find what was counted most often.

    Args:
        topic: What was counted.
        counts: How often each value was seen.
        evidence: One place for each value.

    Returns:
        The finding, or None where nothing was counted.
    """
    seen = sum(counts.values())
    if not seen:
        return None
    value = max(counts, key=lambda key: counts[key])
    first = shown([evidence[value]]) if value in evidence else ()
    share = round(counts[value] / seen, 3)
    return Finding(topic=topic, value=value, share=share, seen=seen, evidence=first)
