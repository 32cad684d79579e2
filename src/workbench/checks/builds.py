"""The module can be imported, defines what the spec names, and builds from the declared options.

Why: Everything else is said about an instance; where there is none, nothing can be said.
Fix: Define a class of exactly the spec's name that derives from the framework's module class, with
every declared option as a keyword of its constructor; a loss or a metric may also be
a function.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.checks import _dataset, _metric, _training
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._subject import Subject

TIER = "live"
KINDS = ("model", "layer", "loss", "metric", "dataset", "training")
DECIDES: dict[str, tuple[str, ...]] = {}
COST = 0


def check(subject: Subject) -> Decision:
    """Import, look the class up, build it small and at full size; run a loop once."""
    described = subject.describe()
    if not described["module"] and subject.spec.kind in ("model", "layer"):
        return failed(
            f"{subject.spec.name} is a {described['class']} that is no module",
            f"a class {subject.spec.name} that derives from the framework's module class",
            where=described["where"],
        )
    declared = subject.spec.options
    if subject.spec.kind == "metric":
        _metric.play(subject, [_metric.NEW])
    elif subject.spec.kind == "dataset":
        _dataset.length(subject, _dataset.given(subject))
    elif subject.spec.kind == "training":
        _training.train(subject, _training.Setting(data=_training.data(subject, 1)))
    if subject.spec.kind in ("metric", "dataset", "training"):
        return passed(f"built with {_words(declared)}", options=dict(declared))
    try:
        built = subject.outline(declared, run=False)
    except CannotLook:
        built = subject.holdings(declared)  # it needs data to be built, so it is built with data
    count = len(built["parameters"])
    return passed(f"{count} parameters, built with {_words(declared)}", options=dict(declared))


def _words(options: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in options.items()) or "no options"
