"""Which tensor library the target uses, and how it imports it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workbench.records import Finding
from workbench.repo import topics
from workbench.repo._source import Import, Source
from workbench.repo._survey import Survey
from workbench.repo._tally import Place, counted, place, shown, whole

_PACKAGES = {
    "torch": "torch",
    "pytorch_lightning": "lightning",
    "lightning": "lightning",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "tf_keras": "keras",
    "jax": "jax",
    "flax": "flax",
    "equinox": "equinox",
    "haiku": "haiku",
    "mlx": "mlx",
    "paddle": "paddle",
    "mindspore": "mindspore",
}
# The more special one is the framework where it is used in at least this share of the files that
# use the general one.
_ABOVE = {"flax": "jax", "equinox": "jax", "haiku": "jax", "lightning": "torch"}
_SHARE = 0.5


def findings(survey: Survey) -> Iterator[Finding | None]:
    """Count the files that import each framework."""
    counts: Counter[str] = Counter()
    evidence: dict[str, tuple[Source, int]] = {}
    sources = [*survey.code, *survey.tests]
    own = survey.layout.package
    for source in sources:
        seen: dict[str, int] = {}
        for found in source.imports:
            package = found.module.split(".")[0]
            if found.level == 0 and package in _PACKAGES and package != own:
                seen.setdefault(_PACKAGES[package], found.line)
        for framework, line in seen.items():
            counts[framework] += 1
            evidence.setdefault(framework, (source, line))
    own_framework = _PACKAGES.get(own)
    if own_framework:  # the repository is a framework itself
        counts[own_framework] += len(survey.code)
    if not counts:
        return
    main = _main(counts)
    users = shown([evidence[main]]) if main in evidence else (whole(survey.layout.folder),)
    share = round(counts[main] / max(1, len(sources)), 3)
    yield Finding(
        topic=topics.FRAMEWORK,
        value=main,
        share=min(1.0, share),
        seen=len(sources),
        evidence=users,
    )
    yield Finding(
        topic=topics.FRAMEWORKS,
        value=dict(counts.most_common()),
        seen=len(sources),
        evidence=tuple(place(*one) for one in evidence.values()),
    )
    yield _statement(survey, topics.NN_IMPORT, "torch", "nn")
    yield _statement(survey, topics.FUNCTIONAL_IMPORT, "torch.nn", "functional")


def _main(counts: Counter[str]) -> str:
    for special, general in _ABOVE.items():
        least = 1.0 if special == "lightning" else _SHARE  # which wraps torch, not replaces it
        if counts[special] and counts[special] >= least * counts[general]:
            return special
    return counts.most_common(1)[0][0]


def _statement(survey: Survey, topic: str, package: str, name: str) -> Finding | None:
    counts: Counter[str] = Counter()
    evidence: dict[str, Place] = {}
    for source in survey.code:
        for found in source.imports:
            statement = written(found, package, name)
            if statement:
                counts[statement] += 1
                evidence.setdefault(statement, (source, found.line))
    return counted(topic, counts, evidence)


def written(found: Import, package: str, name: str) -> str:
    """Write an import of a package's member as a statement of its own, or ``""`` for another."""
    alias = f" as {found.alias}" if found.alias else ""
    if found.module == package and found.name == name:
        return f"from {package} import {name}{alias}"
    if found.module == f"{package}.{name}" and not found.name:
        return f"import {package}.{name}{alias}"
    return ""
