"""An example's output does not depend on the other examples of its batch.

Why: Code that mixes examples (a norm over the batch axis, a wrong reshape, a softmax over axis 0)
trains well and answers differently for each company that an example keeps.
Fix: Look for reductions, norms and reshapes that touch the batch axis. Batch norm is right as long
as evaluation uses its running statistics.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.checks._compare import apart, tolerance
from workbench.checks._decision import Decision, failed, passed
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._requirement import LAW
from workbench.checks._subject import Run, Subject
from workbench.spec import Tensor

TIER = "live"
KINDS = ("model", "layer")
DECIDES = {"batch independent": (LAW,)}
COST = 15

_AXIS = "batch"


def check(subject: Subject) -> Decision:
    """Compare examples alone, in other company and in another order; follow gradients across."""
    axes = {name: _axis(tensor) for name, tensor in subject.spec.inputs.items()}
    ends = {name: _axis(tensor) for name, tensor in subject.spec.outputs.items()}
    if all(axis is None for axis in axes.values()) or all(a is None for a in ends.values()):
        return passed(f"no input and output share an axis {_AXIS!r}, so there is one example")
    case = subject.case()
    if case.sizes.get(_AXIS, 0) < 2:
        return passed(f"the {_AXIS} axis is never larger than 1")
    comparison = _Comparison(subject, case, axes, ends)
    problem = (
        comparison.order() or comparison.company() or comparison.alone() or comparison.gradient()
    )
    conditions = subject.conditions(case, mode="eval", weights="spread")
    return problem or passed("the same alone, in other company and in another order", **conditions)


def _axis(tensor: Tensor) -> int | None:
    texts = [axis.text for axis in tensor.axes]
    return texts.index(_AXIS) if _AXIS in texts else None


class _Comparison:
    """The four looks at one case."""

    def __init__(
        self,
        subject: Subject,
        case: Case,
        axes: dict[str, int | None],
        ends: dict[str, int | None],
    ) -> None:
        self.subject, self.case, self.axes, self.ends = subject, case, axes, ends
        self.inputs = subject.inputs(case)
        self.whole = subject.run(case)
        self.count = case.sizes[_AXIS]

    def order(self) -> Decision | None:
        """Reverse the examples: the outputs must be reversed with them."""
        order = np.arange(self.count)[::-1]
        run = self.subject.run(self.case, inputs=self._pick(order))
        return self._compared(run, order, np.arange(self.count), "in reversed order")

    def company(self) -> Decision | None:
        """Replace all examples but the first."""
        other = self.subject.inputs(self.subject.case(seed=17))
        mixed = dict(self.inputs)
        for name, axis in self.axes.items():
            if axis is not None and name in mixed:
                mixed[name] = _join(self.inputs[name], other[name], axis)
        run = self.subject.run(self.case, inputs=mixed)
        return self._compared(run, np.array([0]), np.array([0]), "beside other examples")

    def alone(self) -> Decision | None:
        """Run the last example by itself."""
        low, high, _ = self.subject.spec.sizes[_AXIS].bounds(self.subject.options)
        if not low <= 1 <= high:
            return None
        last = np.array([self.count - 1])
        case = replace(self.case, sizes={**self.case.sizes, _AXIS: 1})
        run = self.subject.run(case, inputs=self._pick(last))
        return self._compared(run, last, np.array([0]), "alone")

    def gradient(self) -> Decision | None:
        """Pull back from the first example: nothing may arrive at the others."""
        cotangent = self.subject.cotangents(self.whole, 1)[0]
        for name, values in cotangent.items():
            axis = self.ends.get(name)
            if axis is None:  # such as a loss over the whole batch, which is no example's own
                values[...] = 0.0
            else:
                np.moveaxis(values, axis, 0)[1:] = 0.0
        if not cotangent:
            return None
        run = self.subject.run(self.case, cotangents=[cotangent], wrt=["inputs"])
        for group in ("inputs", "lookups"):
            for name, gradient in run.gradients[0][group].items():
                axis = self.axes.get(name)
                if gradient is None or axis is None:
                    continue
                leak = float(np.max(np.abs(np.moveaxis(gradient, axis, 0)[1:]), initial=0.0))
                if leak != 0.0:
                    seen = f"the first output has a gradient of {leak:.3g} at another {name}"
                    return self._failed(seen)
        return None

    def _pick(self, rows: Array) -> Arrays:
        return {
            name: values if self.axes[name] is None else np.take(values, rows, self.axes[name])
            for name, values in self.inputs.items()
        }

    def _compared(self, run: Run, rows: Array, places: Array, words: str) -> Decision | None:
        for name, values in self.whole.outputs.items():
            axis = self.ends.get(name)
            if axis is None or name not in run.outputs:
                continue
            one = np.take(values, rows, axis)
            other = np.take(run.outputs[name], places, axis)
            distance = apart(one, other)
            if distance > tolerance(self.case.dtype):
                return self._failed(f"{name} differs by {distance:.3g} for an example {words}")
        return None

    def _failed(self, seen: str) -> Decision:
        conditions = self.subject.conditions(self.case, mode="eval", weights="spread")
        return failed(seen, "an output that depends on its own example alone", conditions)


def _join(first: Array, rest: Array, axis: int) -> Array:
    joined = rest.copy()
    np.moveaxis(joined, axis, 0)[0] = np.moveaxis(first, axis, 0)[0]
    return joined
