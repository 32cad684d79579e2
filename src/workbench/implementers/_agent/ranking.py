"""What in the target is worth reading for a spec: ranked, with the reason, within a budget.

Nothing is parsed or run: a file counts for the words of its path, for the classes it defines whose
names share words with the spec or stand in its text, for holding modules of the framework at all,
and for what the study points at (base class, registry, places).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from workbench.implementers import Target
from workbench.implementers._agent.reading import Library, Unseen
from workbench.records import Study
from workbench.spec import Spec

SHOWN = 12
LOOKED_AT = 1500  # files, so that a huge target does not keep the agent waiting

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CLASS = re.compile(r"^class\s+(\w+)(.*)$", re.MULTILINE)
_MODULE = re.compile(r"\bModule\b")
_TEST = re.compile(r"(^|/)tests?/|(^|/)test_[^/]*$|_test\.py$")
_POINTED = 4.0  # for a file that the study points at
_ASIDE = 1.0  # for one that only shows how tests are written, or where options come from
# Words that say nothing about which file to read.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be by for from has have in into is it its many of on or our that the
        their this to use uses using with which each all model module layer class new based
        dimension dim number size input output test comprehensive existing src lib py init custom
        just code type""",
    )
)


def words(text: str) -> set[str]:
    """Split a name, a path or prose into its telling words."""
    found = {word.lower().rstrip("s") for word in _WORD.findall(text)}
    return {word for word in found if len(word) > 2} - _COMMON


def ranked(spec: Spec, study: Study, target: Target, library: Library) -> list[tuple[str, str]]:
    """Rank the target's files for a spec.

    Args:
        spec: What is asked for.
        study: What is known of the target.
        target: The target.
        library: Its files, as the agent may see them.

    Returns:
        Paths, the most telling first, each with why.
    """
    scores: dict[str, tuple[float, list[str]]] = {}

    def add(path: str, score: float, why: str) -> None:
        if path in library.files:
            former, reasons = scores.get(path, (0.0, []))
            scores[path] = (former + score, reasons if why in reasons else [*reasons, why])

    for path, score, why in _pointed_at(spec, study, target):
        add(path, score, why)
    named, told = words(spec.name), words(spec.text) | {w for o in spec.options for w in words(o)}
    looked_at = [path for path in library.files if path.endswith(".py")][:LOOKED_AT]
    everywhere = _everywhere(looked_at)
    for path in looked_at:
        if path in spec.text:
            add(path, 8.0, "the spec names it")
        shared = (words(path) - everywhere) & (named | told)
        if shared:
            add(path, 2.0 * len(shared & named) + 0.5 * len(shared - named), "its name")
        modules = 0
        for name, bases in _classes(library, path):
            shared = words(name) & named
            if re.search(rf"\b{re.escape(name)}\b", spec.text):
                add(path, 4.0, f"defines {name}, which the spec names")
            elif shared:
                add(path, 1.0 * len(shared), f"defines {name}")
            modules += bool(_MODULE.search(bases)) and not _TEST.search(path)
        if modules and spec.kind in {"model", "layer", "loss"}:
            add(path, min(2.0, 0.5 + 0.25 * modules), "holds classes of modules")
    order = sorted(scores, key=lambda path: (-scores[path][0], path))
    return [(path, ", ".join(scores[path][1][:3])) for path in order[:SHOWN]]


def _everywhere(paths: Sequence[str]) -> set[str]:
    """List the words that more than half of many paths share: a package's name tells nothing."""
    counts = Counter(word for path in paths for word in words(path))
    return {word for word, count in counts.items() if len(paths) > 3 and count > len(paths) / 2}


def _pointed_at(spec: Spec, study: Study, target: Target) -> Iterator[tuple[str, float, str]]:
    if spec.existing:
        yield spec.existing, 20.0, "the code to test"
    for evidence in target.placement.evidence:
        yield evidence.path, _POINTED, "shows where the code goes"
    for topic, score in (
        (f"{spec.kind} base", _POINTED),
        (f"{spec.kind} registry", _POINTED),
        ("test style", _POINTED if spec.existing else 2.0),
        ("configuration", _POINTED if spec.kind in {"training", "dataset"} else _ASIDE),
    ):
        finding = study.find(topic)
        for evidence in finding.evidence[:2] if finding else ():
            yield evidence.path, score, f"shows the {topic}"


def _classes(library: Library, path: str) -> list[tuple[str, str]]:
    try:
        return _CLASS.findall(library.text(path))
    except Unseen:
        return []
