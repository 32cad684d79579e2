"""What can be asked about a module before it runs: signatures, options, parameters, shapes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any

from workbench.checks import _inputs, _shrink, _sizes, _weights
from workbench.checks._claims import Claim, claims
from workbench.checks._decision import CannotLook
from workbench.checks._inputs import Arrays, Case
from workbench.checks._line import Answer, Asks, Line, needs_data
from workbench.checks._words import Words
from workbench.errors import CandidateRaised
from workbench.spec import Requirement, Spec

# With these a constructor says that a value is impossible; anything else is a crash.
REFUSALS = frozenset({"ValueError", "AssertionError", "NotImplementedError"})
_PULLED = ("differentiable", "straight through")  # unless the spec asks for it
_MANY = 3_000_000  # parameters that can still be sent to and fro


class Declared:
    """A draft's module as it is declared and built.

    Args:
        spec: What is asked for.
        module: The dotted name of the module that defines it.
        ask: Puts a question to the candidate.
        device: ``cpu`` or ``cuda:N``.
        seed: For inputs, weights and directions.
    """

    def __init__(
        self, spec: Spec, module: str, ask: Asks, *, device: str = "cpu", seed: int = 0
    ) -> None:
        self.spec, self.module, self.device, self.seed = spec, module, device, seed
        self.requirement: Requirement | None = None
        self.line = Line(ask)
        self.tampering = _unwatched
        self.words = Words()

    @property
    def phrase(self) -> Requirement:
        """The requirement that the check decides."""
        if self.requirement is None:
            raise CannotLook("no requirement asks for this")
        return self.requirement

    @cached_property
    def claims(self) -> list[Claim]:
        """What the draft's own words require of it."""
        return claims(self.spec, self.words)

    @property
    def optional(self) -> list[str]:
        """The inputs that may be absent."""
        return [name for name, tensor in self.spec.inputs.items() if tensor.optional]

    @property
    def floating(self) -> bool:
        """Whether any output is declared as floating point."""
        return any("float" in tensor.dtype for tensor in self.spec.outputs.values())

    def of(self, options: Mapping[str, Any], dtype: str, *, device: str = "") -> dict[str, Any]:
        """Describe a module to build, for a question."""
        named: dict[str, Any] = {
            "module": self.module,
            "name": self.spec.name,
            "options": dict(options),
        }
        if self.spec.kind == "loss":
            named["plain"] = True  # a function is a loss as well
        return {**named, "seed": self.seed, "dtype": dtype, "device": device or self.device}

    def describe(self) -> Answer:
        """Ask for the signatures."""
        of = self.of({}, "float32")
        return self.line.remember("describe", lambda: self.line.ask("describe", {"of": of}))

    @cached_property
    def options(self) -> dict[str, Any]:
        """The smallest options of the declared structure with which the module runs."""
        if self.spec.kind not in ("model", "layer"):
            return dict(self.spec.options)  # they are small, and say what is computed
        *rungs, declared = _shrink.ladder(self.spec)
        refused = True
        for rung in rungs:
            try:
                self.try_options(rung)
            except (CandidateRaised, CannotLook) as error:
                refused = refused and getattr(error, "kind", "") in REFUSALS
                continue
            return rung
        # Where smaller ones are refused there is no other way; else a large module is too costly.
        return declared if not rungs or self._runs(declared, refused) else rungs[0]

    def _runs(self, options: Mapping[str, Any], refused: bool) -> bool:
        try:
            try:
                shapes = [shape for _, shape, _ in self.outline(options)["parameters"]]
            except CannotLook:
                self.try_options(options)
                return True
        except (CandidateRaised, CannotLook):
            return False
        return refused or sum(math.prod(shape) for shape in shapes) <= _MANY

    def holdings(self, options: Mapping[str, Any]) -> Answer:
        """Build with data, and list the parameters without their values."""
        of = self.of(options, "float32")
        key = ("holdings", repr(options))
        return self.line.remember(key, lambda: self.line.ask("outline", {"of": of}))

    def try_options(self, options: Mapping[str, Any]) -> None:
        """Build and run with the given options, at ordinary and at large sizes.

        Raises:
            CandidateRaised: The module does not work with them.
        """
        usual = _sizes.usual(self.spec, options)
        *_, large = _sizes.tried(self.spec, options, usual)
        for sizes in (usual, large):
            case = Case(sizes=sizes, dtype="float32", seed=self.seed)
            inputs = _inputs.make(self.spec, options, case)
            question = {"of": self.of(options, "float32"), "inputs": inputs, **self.names()}
            key = ("try", repr(options), case.key)
            answer = self.line.remember(key, partial(self.line.ask, "run", question))
            if not isinstance(answer.get("outputs"), dict):
                raise CannotLook("a run of the module gave no outputs")

    def build(self, dtype: str = "float64") -> Answer:
        """Ask for the names and values of parameters and buffers, with the options in use."""
        of = self.of(self.options, dtype)
        return self.line.remember(("build", dtype), lambda: self.line.ask("build", {"of": of}))

    def learned(self, dtype: str = "float64") -> list[str]:
        """Name the parameters that ask for a gradient."""
        return [entry["name"] for entry in self.build(dtype)["parameters"] if entry["learned"]]

    def weights(self, name: str, dtype: str) -> Arrays:
        """Return weights by their name.

        Args:
            name: ``spread`` for values of ordinary size; ``spread 1``, ``spread 2`` ... for others.
            dtype: The floating point type in use.

        Returns:
            A value for every parameter and buffer.
        """
        state, learned = self.build(dtype)["state"], self.learned(dtype)
        draw = int(name.partition(" ")[2] or 0)
        return self.line.remember(
            ("weights", name, dtype),
            lambda: _weights.spread(state, learned, self.seed + draw, mixed=draw > 0),
        )

    def outline(self, options: Mapping[str, Any], *, run: bool = True) -> Answer:
        """Ask for shapes at the largest sizes, without data.

        Args:
            options: The options to build with.
            run: Also run; otherwise the parameters alone are listed.

        Returns:
            Parameters, and after a run outputs and flow.

        Raises:
            CandidateRaised: The draft's code raised for a reason of its own.
            CannotLook: The draft does something that needs data.
        """
        question: dict[str, Any] = {"of": self.of(options, "float32", device="meta")}
        if run:
            names = {**options, **_sizes.largest(self.spec, options)}
            shapes = {
                name: [list(tensor.shape(names)), _concrete(tensor.dtype)]
                for name, tensor in self.spec.inputs.items()
            }
            question |= {"shapes": shapes, **self.names()}

        def find() -> Answer:
            try:
                return self.line.ask("outline", question)
            except CandidateRaised as error:
                if needs_data(error):
                    raise CannotLook(f"it needs data to follow its shapes: {error}") from error
                raise

        return self.line.remember(("outline", repr(options), run), find)

    def names(self) -> dict[str, Any]:
        """List the declared inputs and outputs in order, for a question."""
        names = {"order": list(self.spec.inputs), "returns": list(self.spec.outputs)}
        # Nobody asks a loss for the gradient of its target or of its class weights.
        fixed = {self.spec.role(role) for role in ("target", "weight")}
        fixed -= {line.under for line in self.spec.requires.values() if line.phrase in _PULLED}
        return names if self.spec.kind != "loss" else {**names, "fixed": sorted(fixed)}


def _unwatched() -> tuple[list[str], bool]:
    raise CannotLook("nobody watches the candidate here")


def _concrete(dtype: str) -> str:
    return {"float": "float32", "int": "int64"}.get(dtype, dtype)
