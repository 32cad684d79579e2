"""What a check gets: the contract, small options of the same structure, and a way to ask."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from workbench.checks import _inputs, _sizes
from workbench.checks._decision import CannotLook
from workbench.checks._declared import Declared
from workbench.checks._inputs import Array, Arrays, Case
from workbench.checks._line import Answer
from workbench.errors import CandidateError, CandidateRaised


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run of the module gave.

    Args:
        outputs: Arrays by declared name; what was not returned is missing.
        dtypes: The types of the outputs as the framework calls them.
        structure: What the module returned, in words.
        gradients: For each cotangent: gradients of ``parameters``, ``inputs`` and ``lookups``.
        echo: The inputs as they were afterwards, where that was asked for.
    """

    outputs: Arrays
    dtypes: dict[str, str]
    structure: str
    gradients: list[dict[str, dict[str, Array | None]]] = field(default_factory=list)
    echo: Arrays = field(default_factory=dict)


class Subject(Declared):
    """A draft's module, seen through questions.

    Answers are remembered, so checks that look at the same thing share the work.
    """

    def with_options(self, options: Mapping[str, Any]) -> Subject:
        """Look at the same module with other options, with nothing that is remembered."""
        other = Subject(self.spec, self.module, self.line.put, device=self.device, seed=self.seed)
        other.options = dict(options)
        return other

    @cached_property
    def exact(self) -> str:
        """The most exact floating point type that the module works in."""
        try:
            self.run(self.case(dtype="float64"), weights="born")
        except CandidateRaised:
            self.run(self.case(dtype="float32"), weights="born")
            return "float32"
        return "float64"

    @cached_property
    def fixed(self) -> list[str]:
        """Name the floating inputs that the library takes no gradient of, a target for example."""
        floating = [n for n, tensor in self.spec.inputs.items() if "float" in tensor.dtype]
        declared = list(self.names().get("fixed", ()))
        case = self.case()
        cotangents = self.cotangents(self.run(case), 1) if floating else []
        for fixed in ([], *([name] for name in floating[1:]), floating[1:]):
            more = {"cotangents": cotangents, "wrt": ["inputs"], "fixed": declared + fixed}
            try:
                self._ask_about("run", case, self.inputs(case), "spread", more)
            except CandidateRaised as error:
                if "differentiable with respect to" not in error.message:
                    break
            else:
                return declared + fixed
        return declared

    def case(
        self,
        sizes: Mapping[str, int] | None = None,
        *,
        dtype: str = "",
        without: Sequence[str] = (),
        seed: int = 0,
    ) -> Case:
        """Describe circumstances; sizes that are not given are ordinary ones."""
        usual = _sizes.usual(self.spec, self.options)
        usual |= _sizes.of_nothing(self.spec, self.options, without)
        return Case(
            sizes={**usual, **(sizes or {})},
            dtype=dtype or self.exact,
            without=tuple(without),
            seed=self.seed + seed,
        )

    def bare(self, sizes: Mapping[str, int] | None = None) -> Case:
        """Describe circumstances without any optional input, where no mask hides anything."""
        return replace(self.case(sizes, without=self.optional), open=True)

    def tried(self) -> list[Case]:
        """List circumstances worth trying, in float32: ordinary ones first, then extreme ones."""
        usual = self.case(dtype="float32")
        sizes = list(_sizes.tried(self.spec, self.options, dict(usual.sizes)))
        cases = [Case(sizes=each, dtype="float32", seed=self.seed) for each in sizes]
        absent = [self.optional, *([name] for name in self.optional)]
        absent = [names for at, names in enumerate(absent) if names and names not in absent[:at]]
        return cases + [self.case(dtype="float32", without=names) for names in absent]

    @property
    def repeatable(self) -> float:
        """How far two runs of the same on the same device may differ."""
        return 0.0 if self.device == "cpu" else 1e-9 if self.exact == "float64" else 1e-5

    def inputs(self, case: Case) -> Arrays:
        """Make the inputs of a case; they are copies and may be changed."""
        made = self.line.remember(
            ("inputs", case.key), lambda: _inputs.make(self.spec, self.options, case)
        )
        return {name: values.copy() for name, values in made.items()}

    def run(
        self,
        case: Case,
        *,
        inputs: Arrays | None = None,
        weights: str | Arrays = "spread",
        train: bool = False,
        seed: int = 0,
        keep: bool = False,
        echo: bool = False,
        cotangents: Sequence[Mapping[str, Array]] = (),
        wrt: Sequence[str] = ("parameters", "inputs"),
        partly: bool = False,
        brief: bool = False,
    ) -> Run:
        """Run the module.

        Args:
            case: The circumstances.
            inputs: Other inputs than those of the case.
            weights: ``born`` (as built), ``spread`` (see `weights`), or values by tensor.
            train: In training rather than in evaluation.
            seed: For random numbers inside the module.
            keep: Go on with the state that the last run left.
            echo: Return the inputs as they are afterwards.
            cotangents: What to pull back; each gives one entry of gradients.
            wrt: Gradients of ``parameters``, of ``inputs``, or of both.
            partly: Also accept an answer that lacks an output.
            brief: Of the gradients of parameters ask for the root mean square only.

        Returns:
            What came out.

        Raises:
            CandidateRaised: The draft's code raised.
            CannotLook: A declared output is missing.
        """
        extra = {"train": train, "seed": seed, "keep": keep, "echo": echo, "wrt": list(wrt)}

        def find() -> Run:
            given = self.inputs(case) if inputs is None else inputs
            more = {**extra, "cotangents": list(cotangents), "brief": brief}
            if cotangents and "inputs" in wrt and self.fixed:
                more["fixed"] = self.fixed
            return Run(**self._ask_about("run", case, given, weights, more))

        if inputs is not None or not isinstance(weights, str) or cotangents or keep:
            run = find()
        else:
            run = self.line.remember(_key(case, weights, train, seed, echo), find)
        return run if partly else self._whole(run)

    def runs(
        self,
        case: Case,
        several: Sequence[Arrays],
        *,
        weights: str | Sequence[Arrays] = "spread",
        train: bool = False,
    ) -> Iterator[Run]:
        """Run the module on several inputs, as `run` does on one, without a pause in between.

        Args:
            case: The circumstances.
            several: The inputs of each run.
            weights: As for `run`; or for each run values by tensor.
            train: In training rather than in evaluation.

        Yields:
            What came out of each; what `run` would raise is raised when its turn has come.
        """
        own: list[str | Arrays] = (
            [weights] * len(several) if isinstance(weights, str) else list(weights)
        )
        pairs = list(zip(several, own, strict=True))
        asked = [self._about(case, inputs, each, {"train": train}) for inputs, each in pairs]
        found = self.line.ask_all("run", asked)
        for at, (inputs, each) in enumerate(pairs):
            if at < len(found):
                yield self._whole(_run(found[at]))
            else:
                yield self.run(case, inputs=inputs, weights=each, train=train)

    def ahead(self, cases: Sequence[Case], *, weights: str = "spread") -> None:
        """Have runs made without a pause that `run` is going to be asked for one by one."""
        keys = [_key(case, weights, False, 0, False) for case in cases]
        new = [pair for pair in zip(cases, keys, strict=True) if not self.line.knows(pair[1])]
        asked = [self._about(case, self.inputs(case), weights, {}) for case, _ in new]
        found = self.line.ask_all("run", asked)
        for (_, key), answer in zip(new, found, strict=False):
            with contextlib.suppress(CandidateError, CannotLook):
                self.line.remember(key, partial(_run, answer))

    def _whole(self, run: Run) -> Run:
        if not self.spec.outputs.keys() <= run.outputs.keys():
            raise CannotLook(f"the call returned {run.structure!r}; see `output_shape`")
        return run

    def reload(self, case: Case, *, other: int) -> Answer:
        """Save a state, load it into an instance that was built with another seed, run both."""
        return self._ask_about("reload", case, self.inputs(case), "spread", {"other": other})

    def look(
        self, question: str, case: Case, *, weights: str | Arrays = "spread", **more: Any
    ) -> Answer:
        """Ask any other question about one run; see the room `frameworks`.

        Args:
            question: Its name.
            case: The circumstances.
            weights: As for `run`.
            more: What else the question takes.

        Returns:
            The candidate's answer; the same question is asked once.
        """
        key = ("look", question, case.key, repr(weights), repr(more))
        return self.line.remember(
            key,
            lambda: self._ask_about(question, case, self.inputs(case), weights, more),
        )

    def trace(
        self,
        case: Case,
        *,
        weights: str | Arrays = "spread",
        whole: Sequence[int] = (),
        train: bool = False,
    ) -> Answer:
        """Ask for the operations of one run; see the room `frameworks`."""
        more = {"whole": list(whole), "train": train}
        try:
            return self._ask_about("trace", case, self.inputs(case), weights, more)
        except CandidateRaised as error:
            self.run(case, weights=weights)  # does it raise without a watch?
            raise CannotLook(f"it cannot be watched while it runs: {error}") from error

    def derivatives(
        self, case: Case, cotangent: Arrays, along: Mapping[str, Arrays], degree: int
    ) -> Answer:
        """Differentiate along a direction: once in both modes, or twice."""
        more = {"cotangent": cotangent, "along": dict(along), "degree": degree}
        return self._ask_about("derivatives", case, self.inputs(case), "spread", more)

    def surroundings(self, case: Case) -> Answer:
        """Ask what building and calling change outside of the module."""
        return self._ask_about("surroundings", case, self.inputs(case), "born", {})

    def parts(self, case: Case, *, weights: str | Arrays = "spread") -> Answer:
        """Ask with what each module inside the module was called."""
        return self._ask_about("parts", case, self.inputs(case), weights, {})

    def part(
        self, case: Case, inputs: Arrays, weights: str | Arrays, more: Mapping[str, Any]
    ) -> Answer:
        """Call the module or one inside it; see the room `frameworks`."""
        return self._ask_about("part", case, inputs, weights, more)

    def _ask_about(
        self,
        question: str,
        case: Case,
        inputs: Arrays,
        weights: str | Arrays,
        more: Mapping[str, Any],
    ) -> Answer:
        """Ask about a run; weights that the candidate holds already are only named."""
        answer = self.line.ask(question, self._about(case, inputs, weights, more))
        if isinstance(weights, str):
            self.line.held.add((case.dtype, weights))
        return answer

    def _about(
        self, case: Case, inputs: Arrays, weights: str | Arrays, more: Mapping[str, Any]
    ) -> dict[str, Any]:
        about = {"of": self.of(self.options, case.dtype), "inputs": inputs, **self.names(), **more}
        if not isinstance(weights, str):
            return {**about, "named": "", "weights": weights}
        known = weights == "born" or (case.dtype, weights) in self.line.held
        values = None if known else self.weights(weights, case.dtype)
        return {**about, "named": weights, "weights": values}

    def conditions(self, case: Case, **more: Any) -> dict[str, Any]:
        """Tell all that has to be set to see the same again."""
        return {"options": dict(self.options), "device": self.device, **case.conditions, **more}

    def rng(self, salt: int = 0) -> np.random.Generator:
        """Return random numbers that are the same each time."""
        return np.random.default_rng([self.seed, salt])

    def cotangents(self, run: Run, count: int, salt: int = 0) -> list[Arrays]:
        """Draw random cotangents for the floating outputs of a run."""
        rng = self.rng(1000 + salt)
        return [
            {
                name: rng.standard_normal(values.shape).astype(values.dtype)
                for name, values in run.outputs.items()
                if np.issubdtype(values.dtype, np.floating)
            }
            for _ in range(count)
        ]


def _key(case: Case, weights: str, train: bool, seed: int, echo: bool) -> tuple[Any, ...]:
    return "run", case.key, weights, train, seed, echo


def _run(found: Answer | CandidateError | CannotLook) -> Run:
    if isinstance(found, CandidateError | CannotLook):
        raise found
    return Run(**found)
