"""In training dropout acts at the declared rate, where it is declared, and nowhere else.

Why: A rate that is not passed on, a layer that is built but not called, or one twice on the same
way changes no shape; the loss tells it late.
Fix: Pass the rate to each dropout; call each of them once in training.
"""

from __future__ import annotations

import re

import numpy as np

from workbench.checks._decision import Decision, failed, passed
from workbench.checks._dropped import Dropped, Places
from workbench.checks._dropped import drops as masks
from workbench.checks._graph import Graph, Node, graph
from workbench.checks._requirement import NUMBER, counted
from workbench.checks._subject import Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
DECIDES = {
    "dropout": (NUMBER,),
    "channel dropout": (NUMBER,),
    "example dropout": (NUMBER,),
    "attention dropout": (NUMBER,),
    "dropout layers": (NUMBER,),
}
COST = 30

_WHOLE = {"channel dropout": "channels", "example dropout": "examples"}
_NAMED = r"channel|spatial|feature|path|depth|example|[123]d|word|token"
_SIGMAS = 6.0  # a share that lies further off is no chance: one in 500 million


def implied(spec: Spec) -> list[str]:
    """Read the one option for a rate of dropout."""
    rates = [name for name in spec.options if "drop" in name.lower()]
    named = rates[0].lower().strip("_") if len(rates) == 1 else ""
    plain = named in ("dropout", "drop", "dropout_rate", "drop_rate", "dropout_prob", "p_drop")
    return [f"dropout == {rates[0]}"] if plain else []


def check(subject: Subject) -> Decision:
    """Find what is zero at random in a training run, and which share of it."""
    case = subject.bare()
    found = graph(subject, case, train=True)
    drops = masks(found)
    conditions = subject.conditions(case, mode="train", weights="spread")
    phrase = subject.phrase.phrase
    if phrase == "dropout layers":
        return counted(subject, len(drops), "dropouts that an output depends on", conditions)
    if phrase == "attention dropout":
        drops = [node for node in drops if _follows_softmax(found, node)]
    dropped = Dropped(found)
    wrong = _wrong_kind(subject, dropped, drops)
    if wrong is not None:
        words = f"a dropout of whole {dropped.granularity(wrong)}"
        return failed(words, "single elements", conditions, where=wrong.line)
    drops = [node for node in drops if _meant(subject, dropped.granularity(node))]
    rates = _rates(subject, len(drops))
    rate = max(rates, default=0.0)
    if not drops:
        if rate == 0:
            return passed("no dropout, at a rate of zero", **conditions)
        return failed("no dropout was seen in training", f"a rate of {rate:g}", conditions)
    whole = graph(subject, case, train=True, whole=[node.number for node in drops])
    if len(rates) != len(drops):
        return failed(f"{len(drops)} dropouts", f"{len(rates)}, one for each rate", conditions)
    for node, rate in zip(drops, rates, strict=True):
        seen, exact, count = _rate(whole, node)
        bound = 1e-9 if exact else _SIGMAS * float(np.sqrt(max(rate * (1 - rate), 1e-6) / count))
        if abs(seen - rate) > bound:
            words = f"a rate of {seen:.3g}" + ("" if exact else f", of {count} elements")
            return failed(words, f"{rate:g}", conditions, where=node.line)
    if phrase == "dropout" and rate and subject.phrase.id and not _said(subject, "dropout sites"):
        missing = _forgotten(dropped.places())
        if missing:
            words, where = missing
            return failed(
                words, "dropout in each (or a line 'dropout sites')", conditions, where=where
            )
    return passed(f"a rate of {rate:g} in {len(drops)} dropouts", **conditions)


def _rates(subject: Subject, count: int) -> list[float]:
    """Give the rate of each dropout, in order; those of a list that are zero are not seen."""
    value = subject.phrase.expression.value(subject.options)
    if isinstance(value, list):
        return [float(each) for each in value if each]
    return [float(value)] * max(count, 1)


def _said(subject: Subject, *phrases: str) -> bool:
    return any(line.phrase in phrases for line in subject.spec.requires.values())


def _meant(subject: Subject, kind: str) -> bool:
    """Whether the requirement speaks of a dropout that takes away so much at once."""
    phrase = subject.phrase.phrase
    if phrase in _WHOLE:
        return kind == _WHOLE[phrase]
    told = [whole for other, whole in _WHOLE.items() if _said(subject, other)]
    return phrase != "dropout" or kind not in told


def _wrong_kind(subject: Subject, dropped: Dropped, drops: list[Node]) -> Node | None:
    """Find a dropout that takes more away at once than the contract says."""
    named = re.search(_NAMED, f"{subject.phrase.right} {subject.spec.name}".lower())
    if subject.phrase.phrase != "dropout" or named or not subject.phrase.id:
        return None
    whole = [n for n in drops if dropped.granularity(n) != "elements"]
    return next((n for n in whole if _meant(subject, dropped.granularity(n))), None)


def _forgotten(places: dict[str, Places]) -> tuple[str, str] | None:
    """Find branches without dropout where those that are like them have it."""
    fed = places["feed-forward branches"]
    for name in ("attention branches", "feed-forward branches"):
        here = places[name]
        if here.dropped and here.plain:
            return f"none behind {len(here.plain)} of the {name}", here.plain[0]
    if places["attention branches"].dropped and fed.plain and not places["hidden"].dropped:
        return "none in the feed-forward branches", fed.plain[0]
    return None


def _follows_softmax(graph: Graph, node: Node) -> bool:
    """Whether what is dropped are the weights of a softmax.

    The drawn mask may be scaled, on its own, before it meets them.
    """
    masks, met = [node.number], set(node.sources)
    for number in masks:
        for reader in graph.readers[number]:
            others = set(graph[reader].sources) - {number}
            met |= others
            if not others:
                masks.append(reader)
    return any(graph[graph.bare(number)].kind == "softmax" for number in met)


def _rate(graph: Graph, node: Node) -> tuple[float, bool, int]:
    """Return the rate, whether it was read rather than counted, and of how many elements."""
    if "rate" in node.settings:
        return float(node.settings["rate"]), True, node.size
    kept = graph.kept[node.number]
    return float(1 - (kept != 0).mean()), False, kept.size
