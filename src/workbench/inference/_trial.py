"""Runs a module on small tensors, to learn which inputs fit and how the output follows."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from workbench.checks import CannotLook, Subject
from workbench.errors import CandidateError, UsageError, WorkbenchError
from workbench.inference._read import Class, Plain
from workbench.records import Placement
from workbench.sandbox import Candidate, Worker
from workbench.spec import Expression, Spec, loads

_USUAL = {
    "classes": 5,
    "batch": 7,
    "time": 8,
    "height": 16,
    "columns": 12,
    "features": 6,
    "channels": 4,
}
_LEAST = (0, 1, 2, 4, 8)
_MOST = {"classes": 9, "batch": 9, "features": 12, "channels": 8}
_LONG = 24
_FORMS = (
    "{n}",
    "{n} // 2",
    "{n} // 4",
    "{n} // 8",
    "({n} + 1) // 2",
    "2 * {n}",
    "{n} - 1",
    "{n} + 1",
)


@dataclass(frozen=True)
class Pattern:
    """What the required inputs of a call may be.

    Args:
        dtype: ``float`` or ``int64``.
        axes: Sizes, option names and numbers.
        high: The option or number below which integers lie.
        then: What the inputs after the first are; the same, if not given.
    """

    dtype: str
    axes: str
    high: str = ""
    then: Pattern | None = None

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.axes.split())

    @property
    def line(self) -> str:
        """The pattern as a spec writes it."""
        low = f" in 0..{self.high} - 1" if self.high else ""
        return f'{self.dtype} "{self.axes}"{low}'


class Trial:
    """Asks a module what it makes of inputs.

    Args:
        worker: A warm worker.
        root: The target.
        placement: Where the module stands in it.
        read: What its text says.
        path: Its file.
    """

    def __init__(
        self, worker: Worker, root: str | Path, placement: Placement, read: Class, path: str
    ) -> None:
        self._worker, self._placement, self._read, self.path = worker, placement, read, path
        self._search = [str((Path(root) / placement.import_root).resolve())]
        self._open = contextlib.ExitStack()
        self._candidate: Candidate | None = None

    def __enter__(self) -> Trial:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def _ask(self, question: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        if self._candidate is None:
            made = self._worker.candidate({}, search_path=self._search)
            self._candidate = self._open.enter_context(made)
        try:
            return self._candidate.ask(question, arguments)
        except CandidateError as error:
            if "gone" in str(error):
                self._candidate = None
            raise

    def subject(self, spec: Spec) -> Subject:
        """Give what is asked under a contract."""
        return Subject(spec, self._placement.module, self._ask)

    def runs(self, options: Mapping[str, Plain], pattern: Pattern) -> str:
        """Run it once; say what went wrong, or nothing."""
        try:
            for batch in (_USUAL["batch"], 2):
                self._shape(options, pattern, {"batch": batch})
        except (WorkbenchError, CannotLook, KeyError, ValueError) as error:
            return " ".join(str(error).split())[:160]
        return ""

    def _shape(
        self, options: Mapping[str, Plain], pattern: Pattern, sizes: Mapping[str, int]
    ) -> tuple[int, ...]:
        any_size = dict.fromkeys(self._sizes(pattern), (0, _LONG, 1))
        spec = self._spec(options, pattern, any_size, "...")
        subject = Subject(spec, self._placement.module, self._ask)
        subject.options = dict(options)  # as they are: a subject of its own would shrink them
        usual = {name: _USUAL[name] for name in self._sizes(pattern)}
        case = subject.case({**usual, **sizes}, dtype="float32")
        run = subject.run(case, weights="born")
        output = run.outputs["y"]
        if not run.dtypes.get("y", "").startswith(("float", "torch.float", "bfloat")):
            raise CannotLook(f"it returns {run.dtypes.get('y')}")
        return tuple(output.shape)

    def _sizes(self, pattern: Pattern) -> list[str]:
        return [axis for axis in pattern.axes.split() if axis in _USUAL]

    def contract(self, options: Mapping[str, Plain], pattern: Pattern) -> Spec:
        """Find the sizes that are legal, and how each axis of the output follows."""
        bounds = {name: self._bounds(options, pattern, name) for name in self._sizes(pattern)}
        axes = self._output(options, pattern, bounds)
        return self._spec(options, pattern, bounds, " ".join(axes))

    def _bounds(
        self, options: Mapping[str, Plain], pattern: Pattern, name: str
    ) -> tuple[int, int, int]:
        def fits(size: int) -> bool:
            try:
                self._shape(options, pattern, {name: size})
            except (WorkbenchError, CannotLook, KeyError, ValueError):
                return False
            return True

        usual = _USUAL[name]
        low = next((size for size in _LEAST if size < usual and fits(size)), usual)
        low = low if name == "batch" and self._read.kind != "loss" else max(low, 1)
        step = next((s for s in (1, 2, 4, 8) if fits(usual + s)), 0)
        if step == 0:
            return usual, usual, 1
        most = _MOST.get(name, _LONG)
        high = most if fits(most) else usual + step
        low = low if (high - low) % step == 0 and (usual - low) % step == 0 else usual
        return low, low + (high - low) // step * step, step

    def _output(
        self,
        options: Mapping[str, Plain],
        pattern: Pattern,
        bounds: Mapping[str, tuple[int, int, int]],
    ) -> list[str]:
        usual = {name: _USUAL[name] for name in bounds}
        base = self._shape(options, pattern, {})
        moved = {}
        for name, (low, high, step) in bounds.items():
            other = usual[name] + step if usual[name] + step <= high else low
            if other != usual[name]:
                moved[name] = (other, self._shape(options, pattern, {name: other}))
        axes = [self._axis(at, base, usual, moved) for at in range(len(base))]
        return [axis or self._fixed(at, base, options, pattern) for at, axis in enumerate(axes)]

    def _axis(
        self,
        at: int,
        base: tuple[int, ...],
        usual: Mapping[str, int],
        moved: Mapping[str, tuple[int, tuple[int, ...]]],
    ) -> str:
        """Say how an axis of the output follows a size of the input, or nothing."""
        for name, (other, shape) in moved.items():
            if len(shape) == len(base) and shape[at] != base[at]:
                for form in (Expression(text.format(n=name)) for text in _FORMS):
                    values = [form.value({name: size}) for size in (usual[name], other)]
                    if values == [base[at], shape[at]]:
                        return form.text.replace(" ", "")
                raise UsageError(
                    f"no contract can be inferred: axis {at} of the output follows {name} in a way "
                    f"that is not known ({usual[name]} gives {base[at]}, {other} {shape[at]})"
                )
        return ""

    def _fixed(
        self, at: int, base: tuple[int, ...], options: Mapping[str, Plain], pattern: Pattern
    ) -> str:
        """Name the option that an axis of the output follows, or the number that it is."""
        named = [n for n, v in options.items() if v == base[at] and not isinstance(v, bool)]
        for name in named:
            doubled = {**options, name: 2 * base[at]}
            with contextlib.suppress(WorkbenchError, CannotLook, KeyError):
                if self._shape(doubled, pattern, {})[at] == 2 * base[at]:
                    return name
        return str(base[at])

    def _spec(
        self,
        options: Mapping[str, Plain],
        pattern: Pattern,
        bounds: Mapping[str, tuple[int, int, int]],
        output: str,
    ) -> Spec:
        sizes = {
            name: f"{low}..{high}" + (f" step {step}" if step > 1 else "")
            for name, (low, high, step) in bounds.items()
        }
        document = {
            "name": self._read.name,
            "kind": self._read.kind,
            "text": f"Tests of {self._read.name}, which is there already.",
            "existing": self.path,
            "options": dict(options),
            "sizes": sizes,
            "inputs": {
                name: (pattern.then if number and pattern.then else pattern).line
                for number, name in enumerate(self._read.inputs)
            },
            "outputs": {"y": f'float "{output}"'},
        }
        return loads(json.dumps(document))
