"""What a spec says that its tests need to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from workbench.implementers._demands import Demand
from workbench.implementers._small import cases, small_options
from workbench.spec import Spec, Tensor

MEASURED = (
    *(
        "OUTPUTS",
        "ARGUMENTS",
        "PRECISIONS",
        "STATE",
        "TRIED",
        "SPOILED",
        "SPREADS",
        "SIGNATURE",
        "COSTS",
    ),
    *("LOSSES", "SCORES", "ITEMS", "BATCHES", "EPOCHS", "RUNS", "FORMER"),
)
"""What the tests of code that is there write down as it was measured."""


@dataclass
class Facts:
    """What a spec says, for its tests.

    Args:
        spec: The spec.
        module: The dotted name of the module that defines it.
        full: Every option at its full value.
        demands: What the constructor demands of its options.
        existing: Whether the code is there already.
        measured: What was measured on the code, by name; None where nothing was yet.
        pinned: Whether the tests of new code write down what was measured, too.
        others: Further values of options that the text of code that is there speaks of.
        optional: Arguments of a call that may be left out and are not in the contract.
        configuration: The class that holds the options, where the code that is there has one.
        several: How the first of several outputs is taken, ``[0]``; ``""`` where there is but one.
    """

    spec: Spec
    module: str
    full: Mapping[str, Any]
    demands: list[Demand]
    existing: bool
    measured: Mapping[str, Any] | None = None
    pinned: bool = False
    others: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    configuration: str = ""
    several: str = ""
    small: dict[str, Any] = field(init=False)
    inputs: list[Tensor] = field(init=False)
    mask: str = field(init=False)
    batch: str = field(init=False)
    time: str = field(init=False)
    time_axis: int = field(init=False)

    def __post_init__(self) -> None:
        """Find the inputs that every call needs, and the axes that laws speak of."""
        self.small = small_options(self.spec, self.full, self._allowed)
        first = next(iter([*self.spec.inputs.values(), *self.spec.outputs.values()]))
        self.batch = (
            first.axes[0].text if first.axes and first.axes[0].text in self.spec.sizes else ""
        )
        reduced = self.spec.kind == "loss" and not self.output.axes
        if not reduced and self.batch not in [axis.text for axis in self.output.axes[:1]]:
            self.batch = ""
        self.time = self._find_time(first)
        axes = [axis.text for axis in first.axes]
        self.time_axis = axes.index(self.time) if self.time else 0
        self.mask = self._find_mask()
        self.inputs = [tensor for tensor in self.spec.inputs.values() if not tensor.optional]
        if self.mask:
            self.inputs = [tensor for tensor in self.inputs if tensor.name != self.mask]

    @property
    def first(self) -> Tensor:
        """The first input of a call; of a data set that is given no data the first part."""
        return next(iter([*self.inputs, self.output]))

    @property
    def data_sizes(self) -> dict[str, int]:
        """Sizes of a data set's data: along the ragged axis longer than any option cuts it."""
        sizes = dict(self.cases[0])
        ragged = self.spec.roles.get("ragged", "")
        if ragged in sizes:
            whole = [x for x in self.small.values() if isinstance(x, int) and 4 < x <= 1024]
            longest = max([sizes[ragged], *whole]) + 4
            sizes[ragged] = min(longest, self.spec.sizes[ragged].bounds(self.small)[1])
        return sizes

    @property
    def many(self) -> int:
        """A number of examples that is large for a test."""
        bounds = self.spec.sizes[self.batch].bounds(self.small) if self.batch else (0, 1, 1)
        return min(16, bounds[1])

    @property
    def output(self) -> Tensor:
        """The first output."""
        return next(iter(self.spec.outputs.values()))

    @property
    def cases(self) -> list[dict[str, int]]:
        """The sizes that shapes are tested with, the usual ones first."""
        return cases(self.spec, self.small, self.batch)

    @property
    def keeps_time(self) -> bool:
        """Whether the output has the axis of time where the input has it."""
        axes = [axis.text for axis in self.output.axes]
        return self.time in axes and axes.index(self.time) == self.time_axis

    @property
    def classes(self) -> str:
        """The closed form of the number of classes, where the output holds logits."""
        last = self.output.axes[-1].text if len(self.output.axes) == 2 else ""
        named = self.output.name == "logits" or "class" in last
        return last if named and self.batch and self.output.dtype.startswith("float") else ""

    @property
    def limit(self) -> str:
        """The closed form of the longest input, where an option limits it."""
        size = self.spec.sizes.get(self.time)
        return size.high.text if size is not None and size.high.names else ""

    @property
    def needs(self) -> set[str]:
        """What a test may need, as far as it is there."""
        laws = {line.phrase for line in self.spec.requires.values() if not line.comparison}
        quantities = {line.phrase for line in self.spec.requires.values() if line.comparison}
        first, roles = self.first, self.spec.roles
        acausal = self.right("causal") == "no" and self.keeps_time
        found = {
            "batch": bool(self.batch) and "batch independent" in laws,
            "floats": first.dtype.startswith(("float", "bfloat")),
            "integers": first.low is not None and "int" in first.dtype,
            "bad options": bool(self.bad_options),
            "edge options": bool(self.edge_options) and not self.existing,
            "fixed axis": self.fixed_axis is not None,
            "limit": bool(self.limit) and not self.existing,
            "new": not self.existing,
            "merges": "merges" in laws,
            "collates": "collate" in roles,
            "loads": "loader" in roles,
            "shuffles": "shuffle" in roles,
            "stacks": not {"collate", "ragged"} & roles.keys(),
            "validates": "validation" in roles,
            "resumes": "exact resume" in laws,
            "learns": self.spec.kind != "loss",
            "existing": self.existing,
            "pinned": self.existing or self.pinned,
            "weights": self.measured is None or self.measured.get("STATE") != {},
            "probes": bool(self.probes),
            "optional arguments": bool(self.optional),
            **{f"measured {name}": bool(self._known(name)) for name in MEASURED},
            "parameters": "parameters" in quantities and self.right("parameters", "==") != "",
            "convolutions": "convolution layers" in quantities,
            "attention": {"attention layers", "attention heads"} <= quantities,
            "mask": bool(self.mask),
            "optional mask": bool(self.mask) and self.spec.inputs[self.mask].optional,
            "causal": "causal" in laws and self.keeps_time,
            "acausal": acausal,
            "positions": "position sensitive" in laws and bool(self.time),
            "dropout": isinstance(self.full.get("dropout"), float),
            "classes": bool(self.classes) and not self.existing,
        }
        return {need for need, there in found.items() if there}

    def _known(self, name: str) -> bool:
        """Say whether a measurement is there, or still to be made."""
        return self.measured is None or bool(self.measured.get(name))

    @property
    def probes(self) -> list[dict[str, Any]]:
        """Changes of one option each; of new code those only that leave all sizes as they are."""
        values = {option: _others(value) for option, value in self.small.items()}
        for option, further in self.others.items():
            values[option] = (*dict.fromkeys((*further, *values.get(option, ()))),)
        return [
            {option: other}
            for option, others in values.items()
            for other in others
            if option not in self.small or other != self.small[option]
            if self.existing or self._switches(option, other)
        ]

    def _switches(self, option: str, value: Any) -> bool:
        """Say whether a value is legal and leaves all sizes as they are."""
        sized = isinstance(value, int) and not isinstance(value, bool)
        return not sized and self._allowed({**self.small, option: value})

    @property
    def fixed_axis(self) -> int | None:
        """The axis of the first input that an option or a number fixes."""
        axes = enumerate(self.first.axes)
        fixed = [
            at for at, axis in axes if axis.kind == "size" and axis.text not in self.spec.sizes
        ]
        return fixed[0] if fixed else None

    @property
    def bad_options(self) -> list[dict[str, Any]]:
        """Changes of one option each that the constructor refuses, naming it."""
        found: list[dict[str, Any]] = []
        for demand in self.demands:
            for option in sorted(demand.test.names & self.small.keys()):
                if option in demand.message:
                    values = self._refused_by(demand, option)
                    found += [{option: value} for value in values if {option: value} not in found]
        return found

    @property
    def edge_options(self) -> list[dict[str, Any]]:
        """Changes of one option each that the constructor just accepts."""
        found: list[dict[str, Any]] = []
        for change in self.bad_options:
            ((option, value),) = change.items()
            beside = _beside(value, self.small[option])
            legal = (edge for edge in beside if self._allowed({**self.small, option: edge}))
            found += [{option: edge} for edge in islice(legal, 1)]
        return found

    def _refused_by(self, demand: Demand, option: str) -> list[Any]:
        """Find values that break this demand and none before it, one below and one above."""
        small, found = self.small, []
        others = [x for x in small.values() if isinstance(x, int) and not isinstance(x, bool)]
        for value in _impossible(small[option], others):
            changed = {**small, option: value}
            broken = next((one for one in self.demands if one.refuses(changed)), None)
            if broken is demand:
                found.append(value)
        if isinstance(small[option], list):
            return found[:3]
        below = [value for value in found if value < small[option]]
        return [*below[:1], *[value for value in found if value > small[option]][:1]]

    def right(self, phrase: str, comparison: str = "==") -> str:
        """Give the right side of the requirement with a phrase, or ``""``."""
        lines = self.spec.requires.values()
        found = (x.right for x in lines if x.phrase == phrase and x.comparison == comparison)
        return next(found, "")

    def ids(self, phrases: list[str]) -> list[str]:
        """Give the ids of the requirements with these phrases, in the order of the spec."""
        lines = self.spec.requires.items()
        return [identifier for identifier, line in lines if line.phrase in phrases]

    def _allowed(self, options: dict[str, Any]) -> bool:
        if any(demand.refuses(options) for demand in self.demands):
            return False
        return all(size.bounds(options) for size in self.spec.sizes.values())

    def _find_time(self, first: Tensor) -> str:
        """Take the axis that a law speaks of, or the one that an option limits."""
        axes = [axis.text for axis in first.axes[1:]]
        over = [line.over for line in self.spec.requires.values()]
        limited = [name for name, size in self.spec.sizes.items() if size.high.names]
        return next((name for name in [*over, *limited] if name and name in axes), "")

    def _find_mask(self) -> str:
        """Take the input that hides positions: one truth value for each example and position."""
        for line in self.spec.requires.values():
            tensor = self.spec.inputs.get(line.under)
            if line.phrase == "padding invariant" and tensor is not None and self.batch:
                axes = [axis.text for axis in tensor.axes]
                if axes == [self.batch, self.time] and self.time_axis == 1:
                    return tensor.name
        return ""


def _others(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (0, 1, 2, value + 1, 2 * value)
    if isinstance(value, float):
        return (-0.1, 0.0, 1.0, 1.5)
    words = ("mean", "sum", "none")
    if value in words:
        return (*words, "nonsense")
    return ("nonsense",) if isinstance(value, str) else ()


def _beside(value: Any, usual: Any) -> Iterable[Any]:
    """List what lies beyond a refused value, where that is known, the nearest first."""
    if isinstance(value, list):
        return [] if value else [[1]]
    if isinstance(value, int) and isinstance(usual, int):
        return range(value + 1, usual)
    return [0.0] if value == -0.1 else []


def _impossible(value: Any, others: list[int]) -> list[Any]:
    """List values that a constructor may refuse, the plainest first."""
    if isinstance(value, list | tuple):
        return [[], [0, *value[1:]], *([*value, *[1] * more] for more in range(1, 9))]
    if isinstance(value, float):
        return [0.0, -0.1, 1.0, 1.5]
    if isinstance(value, int) and not isinstance(value, bool):
        return [0, value - 1, value + 1, -1, *(value + other for other in others)]
    return []
