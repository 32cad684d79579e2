"""The offline implementer: it specialises a blueprint of the catalogue to the spec and the target.

No network, no key: what it writes is real code that was tested in the catalogue, brought to the
spec by edits of its syntax tree. What it does not understand or cannot build it refuses.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.errors import UsageError
from workbench.implementers import Target
from workbench.implementers._existing import interface_of
from workbench.implementers._facts import Facts
from workbench.implementers._fit import Fit, fit
from workbench.implementers._measured import Suspicion, measured, set_apart, suspicions
from workbench.implementers._notes import notes
from workbench.implementers._parts import module_cells
from workbench.implementers._reader import Reading, read
from workbench.implementers._specialise import Order, specialise
from workbench.implementers._tests import write_tests
from workbench.records import Cell, Draft, Report, Study
from workbench.spec import Spec

_PINNED = ("model", "layer", "dataset", "training")  # a loss and a metric are recomputed instead

__all__ = ["Reading", "implement", "read"]


def implement(
    spec: Spec, study: Study, target: Target, *, pinned: bool = False, **options: Any
) -> Generator[Draft, Report, None]:
    """Offer one draft: the blueprint that fits, specialised, with its tests.

    Tests of code that is there come in two drafts: the first one's report tells what the code does,
    and the second has it written down, with what looks wrong set apart. With ``pinned`` the same is
    done for new code, so that its tests hold outputs and the names of a checkpoint as well.

    Args:
        spec: What is asked for; with ``existing``, only tests are.
        study: What is known of the target.
        target: The target.
        pinned: Whether the tests of a new model, layer, data set or loop write down what was
            measured.
        **options: There are no others.

    Yields:
        The draft. To a report that is not green it has no better answer, and stops.

    Raises:
        Refused: The catalogue does not have what the spec asks for; each part is named.
        UsageError: Another option was given.
    """
    if options:
        listed = ", ".join(repr(name) for name in options)
        raise UsageError(f"the blueprint implementer's one option is pinned; leave out {listed}")
    if not spec.existing:
        yield from _of_new(spec, study, target, pinned=pinned and spec.kind in _PINNED)
        return
    there = interface_of(spec, target)
    facts = Facts(
        spec,
        target.placement.module,
        there.options,
        there.demands,
        existing=True,
        others=there.others,
        optional=there.optional,
        configuration=there.configuration,
        several=there.several,
    )
    report = yield _of_existing(facts, study, target, ())
    known = replace(facts, measured=measured(report))
    yield _of_existing(known, study, target, suspicions(report))


def _of_new(
    spec: Spec, study: Study, target: Target, *, pinned: bool
) -> Generator[Draft, Report, None]:
    found = fit(spec)
    assert found.contract is not None
    order = Order(spec.name, spec.kind, found.choices, found.options, found.interface.inputs)
    source = specialise(found.blueprint, order, study, target)
    placement = target.placement
    facts = Facts(
        spec, placement.module, found.options, found.demands, existing=False, pinned=pinned
    )

    def draft(facts: Facts) -> Draft:
        tests = write_tests(facts, found.choices, found.blueprint.name, study, target)
        cells = (*module_cells(source, placement.path), *_test_cells(tests, placement.test_path))
        return Draft(
            implementer="blueprint",
            module=placement.module,
            cells=cells,
            edits=placement.edits,
            notes=notes(spec, found, target),
            summary=_summary(spec, found, target),
        )

    report = yield draft(facts)
    if pinned:
        yield draft(replace(facts, measured=measured(report)))


def _of_existing(
    facts: Facts, study: Study, target: Target, suspected: Sequence[Suspicion]
) -> Draft:
    spec, placement = facts.spec, target.placement
    tests = write_tests(facts, {}, "", study, target)
    # A module without weights is asked for no gradient: what failed for that reason is gone.
    whole = "".join(tests.values())
    suspected = [one for one in suspected if not one.test or f"def {one.test}(" in whole]
    if suspected:
        tests = set_apart(tests, suspected)
    pinned = "" if facts.measured is None else " What it does today is written down in them."
    return Draft(
        implementer="blueprint",
        module=placement.module,
        cells=_test_cells(tests, placement.test_path),
        notes=(*notes(spec, None, target), *(suspicion.note for suspicion in suspected)),
        summary=f"Tests of {spec.name} in {placement.test_path}, from its contract; "
        f"{spec.existing} itself is not changed.{pinned}",
    )


def _test_cells(tests: Mapping[str, str], path: str) -> tuple[Cell, ...]:
    return tuple(
        Cell(id=f"tests-{group}", role="test", path=path, source=source)
        for group, source in tests.items()
    )


def _summary(spec: Spec, found: Fit, target: Target) -> str:
    placement = target.placement
    made = ", ".join(f"{choice} {word}" for choice, word in found.choices.items())
    base = f", derived from {placement.base}" if placement.base else ""
    edited = ", ".join(edit.path for edit in placement.edits)
    return (
        f"{spec.name} in {placement.path}{base}: the {found.blueprint.name.replace('_', ' ')} of "
        f"the catalogue with {made}. Tests in {placement.test_path}."
        + (f" Changed: {edited}." if edited else "")
    )
