"""What is masked out as padding changes nothing: not its content, not its amount.

Why: A forgotten mask in one attention layer, a mean over all positions or a mask that means the
opposite lets padding into the result, so an example's answer depends on the longest one beside it.
Fix: Give the mask to every attention layer and to the pooling; let True mean a real token; let a
row of padding only stay finite (a softmax over nothing is not a number). Code that reads a mask as
lengths knows no padding in between: its contract says ``right padding invariant``.
"""

from __future__ import annotations

import numpy as np

from workbench.checks._compare import apart, finite, tolerance
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._inputs import Array, Arrays
from workbench.checks._requirement import LAW, place, places
from workbench.checks._subject import Run, Subject
from workbench.spec import Spec

TIER = "live"
KINDS = ()
EXAMPLE = "padding invariant under <mask>"
_RIGHT = "right padding invariant"  # padding stands behind the real content, and nowhere else
DECIDES = {"padding invariant": (LAW,), _RIGHT: (LAW,)}
COST = 20


def fits(spec: Spec) -> bool:
    """Whether an input can be a mask."""
    return any(tensor.dtype == "bool" for tensor in spec.inputs.values())


def check(subject: Subject) -> Decision:
    """Change, trim and append padding, and run a row that holds nothing else."""
    look = _Look(subject)
    problem = look.content() or look.amount() or look.absent() or look.nothing()
    return problem or passed(f"the same {', '.join(look.done)}", **look.conditions)


class _Look:
    """The four looks at padding."""

    def __init__(self, subject: Subject) -> None:
        self.subject, self.mask = subject, subject.phrase.under
        masks = subject.spec.inputs
        if self.mask not in masks:
            raise CannotLook("it names no mask; write 'under' and an input")
        axes = [axis.text for axis in masks[self.mask].axes]
        if len(axes) != 2 or masks[self.mask].dtype != "bool":
            raise CannotLook(f"{self.mask!r} is no bool mask over examples and positions")
        self.rows, self.axis = axes
        without = [name for name in subject.optional if name != self.mask]
        self.case = subject.case(without=without)
        self.inputs = subject.inputs(self.case)
        self.real: Array = self.inputs[self.mask]  # (batch, time), True is real
        self.whole = subject.run(self.case)
        self.done: list[str] = []
        self.conditions = subject.conditions(self.case, mode="eval", weights="spread")

    def content(self) -> Decision | None:
        """Put other content where padding is: behind the real content, and in between."""
        scattered = self.subject.rng(31).random(self.real.shape) < 0.6
        scattered[:, -1] = True
        scattered[0, :-1] = False  # at least one example begins with padding
        places = [("at the end", self.real), ("in between", scattered)]
        for words, real in places[: 1 if self.subject.phrase.phrase == _RIGHT else 2]:
            inputs = {**self.inputs, self.mask: real}
            both = [inputs, self._replaced(inputs, real)]
            before, after = self.subject.runs(self.case, both)
            problem = self._compared(before, after, real, f"when padding {words} changes")
            if problem is not None:
                return problem
        return None

    def _replaced(self, inputs: Arrays, real: Array) -> Arrays:
        other = self.subject.inputs(self.subject.case(without=self.case.without, seed=29))
        changed = dict(inputs)
        for name, values in inputs.items():
            if name == self.mask:
                continue
            for at in places(self.subject, name, self.axis):
                shape = [1] * values.ndim
                shape[0], shape[at] = real.shape
                changed[name] = np.where(real.reshape(shape), changed[name], other[name])
        return changed

    def amount(self) -> Decision | None:
        """Cut the padding off an example, and give it more."""
        lengths = self.real.sum(1)
        row = int(np.argsort(lengths)[len(lengths) // 2])
        low, high, step = self.subject.spec.sizes[self.axis].bounds(self.subject.options)
        longest = self.real.shape[1]
        for words, length in (("is trimmed", int(lengths[row])), ("is appended", longest + 3)):
            if not low <= length <= high or (length - low) % step or length == longest:
                continue
            inputs = {name: self._resized(name, row, length) for name in self.inputs}
            sizes = {self.rows: 1, self.axis: length}
            case = self.subject.case(sizes, without=self.case.without)
            run = self.subject.run(case, inputs=inputs)
            problem = self._compared_row(run, row, int(lengths[row]), f"when padding {words}")
            if problem is not None:
                return problem
        return None

    def _resized(self, name: str, row: int, length: int) -> Array:
        values = self.inputs[name]
        if values.ndim and values.shape[0] == self.real.shape[0]:
            values = values[row : row + 1]
        filler = np.zeros_like if name == self.mask else np.copy  # more padding, legal content
        for at in places(self.subject, name, self.axis):
            values = np.take(values, np.arange(min(length, values.shape[at])), at)
            extra = length - values.shape[at]
            if extra > 0:
                values = np.concatenate([values, filler(np.take(values, [0] * extra, at))], at)
        return values

    def absent(self) -> Decision | None:
        """A mask that hides nothing must do the same as no mask."""
        if not self.subject.spec.inputs[self.mask].optional:
            return None
        inputs = {**self.inputs, self.mask: np.ones_like(self.real)}
        full = self.subject.run(self.case, inputs=inputs)
        bare = self.subject.run(self.subject.bare())
        words = "without a mask and with one that hides nothing"
        return self._compared(full, bare, np.ones_like(self.real), words)

    def nothing(self) -> Decision | None:
        """A row of padding only must stay finite and leave the others alone."""
        real = self.real.copy()
        real[-1] = False
        run = self.subject.run(self.case, inputs={**self.inputs, self.mask: real})
        for name, values in run.outputs.items():
            if not finite(values):
                seen = f"{name} is not finite for a row of padding only"
                return failed(seen, "finite outputs", self.conditions)
        return self._compared(self.whole, run, real, "beside a row of padding only", rows=-1)

    def _compared(
        self, before: Run, after: Run, real: Array, words: str, *, rows: int | None = None
    ) -> Decision | None:
        self.done.append(words)
        for name, one in before.outputs.items():
            other = after.outputs.get(name, np.empty(0))
            at = place(self.subject, name, self.axis)
            if at is not None and one.shape == other.shape:  # padding's own outputs are free
                one, other = (np.moveaxis(v, at, 1)[:rows][real[:rows]] for v in (one, other))
            else:
                one, other = one[:rows], other[:rows]
            distance = apart(one, other)
            if distance > tolerance(self.case.dtype):
                return self._failed(name, distance, words)
        return None

    def _compared_row(self, run: Run, row: int, length: int, words: str) -> Decision | None:
        self.done.append(words)
        for name, values in self.whole.outputs.items():
            at = place(self.subject, name, self.axis)
            one, other = values[row : row + 1], run.outputs[name]
            if at is not None:
                one, other = (np.moveaxis(v, at, 1)[:, :length] for v in (one, other))
            distance = apart(one, other)
            if distance > tolerance(self.case.dtype):
                return self._failed(name, distance, words)
        return None

    def _failed(self, name: str, distance: float, words: str) -> Decision:
        seen = f"{name} differs by {distance:.3g} {words}"
        return failed(seen, "outputs that padding does not change", self.conditions)
