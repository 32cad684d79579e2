"""The spec itself: the author's prose, kept verbatim, and the contract that can be checked."""

from __future__ import annotations

import hashlib
import json
import keyword
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from workbench.errors import SpecError, nearest
from workbench.spec._equation import RATE_NAMES
from workbench.spec._requirement import Requirement, parse_requirement
from workbench.spec._roles import ROLES, legal_roles, read_roles, usual_target
from workbench.spec._size import Size, parse_size
from workbench.spec._tensor import DTYPES, Tensor, parse_tensor

Kind = Literal["model", "layer", "loss", "metric", "dataset", "training"]
Scalar = bool | int | float | str
Option = Scalar | list[Scalar]


class Assumption(BaseModel):
    """Something that the spec left open and that was decided.

    Args:
        about: The option, requirement or topic that was open.
        text: What is assumed.
        alternative: What else it could have meant.
        confirmed: Whether a person has confirmed it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str = ""
    text: str
    alternative: str = ""
    confirmed: bool = False


def _mapping(value: object, field: str, example: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise SpecError(f"{value!r} is no mapping; write for example {example}", field=field)
    return value


def _each(
    field: str, example: str, parse: Callable[[str, Any], Any], parsed: type
) -> Callable[[object], dict[str, Any]]:
    """Build the validator that parses each entry of a field and names the wrong one."""

    def validate(value: object) -> dict[str, Any]:
        entries = {}
        for key, line in _mapping(value, field, example).items():
            try:
                entry = line if isinstance(line, parsed) else parse(str(key), line)
            except SpecError as error:
                raise error.at(field=f"{field}.{key}") from error
            entries[str(key).removesuffix("?")] = entry
        return entries

    return validate


def _requirements(value: object) -> dict[str, Requirement]:
    """Read the mapping form (ids are given) and the list form (ids are given by position)."""
    if isinstance(value, list | tuple):
        value = {f"R{number}": line for number, line in enumerate(value, start=1)}
    parse = _each("requires", "R1: batch independent", parse_requirement, Requirement)
    return parse(value)


def _options(value: object) -> dict[str, Option]:
    entries = _mapping(value, "options", "{num_layers: 6}")
    for name, option in entries.items():
        if not str(name).isidentifier() or keyword.iskeyword(str(name)):
            raise SpecError(
                f"{name!r} cannot be a keyword of a constructor; write letters, digits and _",
                field=f"options.{name}",
            )
        items = option if isinstance(option, list) else [option]
        if not all(isinstance(item, bool | int | float | str) for item in items):
            raise SpecError(
                f"{option!r} is no option value; write a number, a word, true, false or a list",
                field=f"options.{name}",
            )
    return dict(entries)


def _assumptions(value: object) -> list[Any]:
    if not isinstance(value, list | tuple | None):
        raise SpecError(f"{value!r} is no list; write one line per assumption", field="assumptions")
    return [{"text": item} if isinstance(item, str) else item for item in value or ()]


def _texts(parsed: Mapping[str, Any]) -> dict[str, str]:
    return {
        key + ("?" if getattr(entry, "optional", False) else ""): getattr(entry, "text", None)
        or str(entry)
        for key, entry in parsed.items()
    }


def _none_of(legal: set[str], sized: set[str]) -> str:
    return "neither an option nor a size" if legal <= sized else "no input, option or size"


_TENSORS = WithJsonSchema(
    {
        "type": "object",
        "description": "one line per tensor; a trailing ? on the name marks an optional input",
        "propertyNames": {"pattern": r"^[A-Za-z_]\w*\??$"},
        "additionalProperties": {
            "type": "string",
            "pattern": rf'^\s*({"|".join(DTYPES)})\s+"[^"]*"(\s+in\s+.+\.\..+)?\s*$',
        },
    }
)
_SIZES = WithJsonSchema(
    {
        "type": "object",
        "additionalProperties": {
            "anyOf": [{"type": "string", "pattern": r"^.+\.\..+$"}, {"type": "integer"}]
        },
    }
)
_REQUIRES = WithJsonSchema(
    {
        "anyOf": [
            {"type": "array", "items": {"type": "string"}},
            {
                "type": "object",
                "propertyNames": {"pattern": r"^R[1-9]\d*$"},
                "additionalProperties": {"type": "string"},
            },
        ]
    }
)
_ROLES = WithJsonSchema(
    {
        "type": "object",
        "description": "what the code calls the parts that checks speak of, by kind: "
        + "; ".join(f"{kind}: {', '.join(names)}" for kind, names in ROLES.items() if names),
        "propertyNames": {"enum": sorted({role for names in ROLES.values() for role in names})},
        "additionalProperties": {"type": "string", "pattern": r"^[A-Za-z_][\w.]*$"},
    }
)
_tensor_field = _each("inputs", 'x: float "batch features"', parse_tensor, Tensor)
_size_field = _each("sizes", "{batch: 0..64}", parse_size, Size)


class Spec(BaseModel):
    """What is asked for: prose and contract.

    Args:
        name: What the module must define.
        kind: model, layer, loss, metric, dataset or training.
        text: The author's prose, verbatim.
        existing: A file of the target that already holds the code; then only tests are asked for.
        options: Constructor keywords with their values.
        sizes: The ranges of the named axes.
        inputs: The arguments of one call, by name and in order.
        outputs: What one call returns, by name and in order.
        roles: What the code calls the parts that checks of this kind speak of.
        requires: The requirements by id.
        allows: Exempted checks or requirements, each with its reason.
        assumptions: What was left open and how it was decided.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind = "model"
    text: str = ""
    existing: str = ""
    options: Annotated[dict[str, Option], BeforeValidator(_options)] = Field(default_factory=dict)
    sizes: Annotated[
        dict[str, Size], BeforeValidator(_size_field), PlainSerializer(_texts), _SIZES
    ] = Field(default_factory=dict)
    inputs: Annotated[
        dict[str, Tensor], BeforeValidator(_tensor_field), PlainSerializer(_texts), _TENSORS
    ] = Field(default_factory=dict)
    outputs: Annotated[
        dict[str, Tensor], BeforeValidator(_tensor_field), PlainSerializer(_texts), _TENSORS
    ] = Field(default_factory=dict)
    roles: Annotated[dict[str, str], BeforeValidator(read_roles), _ROLES] = Field(
        default_factory=dict
    )
    requires: Annotated[
        dict[str, Requirement], BeforeValidator(_requirements), PlainSerializer(_texts), _REQUIRES
    ] = Field(default_factory=dict)
    allows: dict[str, str] = Field(default_factory=dict)
    assumptions: Annotated[list[Assumption], BeforeValidator(_assumptions)] = Field(
        default_factory=list
    )

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise SpecError(f"{data!r} is no spec; write 'name: ...' and the fields below it")
        for key in data:
            if key not in cls.model_fields:
                raise SpecError(
                    f"there is no field {key!r}: {nearest(str(key), cls.model_fields)}",
                    field=str(key),
                )
        if "kind" in data and data["kind"] not in get_args(Kind):
            problem = f"{data['kind']!r} is no kind: {nearest(str(data['kind']), get_args(Kind))}"
            raise SpecError(problem, field="kind")
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Spec:
        if not self.name.isidentifier() or keyword.iskeyword(self.name):
            raise SpecError(f"{self.name!r} cannot name a class or function", field="name")
        if not self.text.strip() and not self.existing:
            raise SpecError(
                "there is neither text nor existing; write what is asked for as 'text: ...', "
                "or name the file of code that is there already as 'existing: path'",
                field="text",
            )
        for clash in self.options.keys() & self.sizes.keys():
            raise SpecError(
                f"{clash!r} is an option and a size; rename one", field=f"sizes.{clash}"
            )
        fields = {"inputs": self.inputs, "options": self.options, "sizes": self.sizes}
        legal_roles(self.kind, self.roles, fields)
        self._names_are_known()
        self._laws_are_about_something()
        for key, reason in self.allows.items():
            if not reason.strip():
                raise SpecError("an exemption needs its reason", field=f"allows.{key}")
        return self

    def _names_are_known(self) -> None:
        options, both = set(self.options), set(self.options) | set(self.sizes)
        used: list[tuple[str, frozenset[str], set[str]]] = []
        for name, size in self.sizes.items():
            ends = size.low.names | size.high.names | size.step.names
            used.append((f"sizes.{name}", ends, options))
        for field, tensors in (("inputs", self.inputs), ("outputs", self.outputs)):
            used += [(f"{field}.{name}", tensor.names, both) for name, tensor in tensors.items()]
        for name, line in self.requires.items():
            if line.equation is not None:
                # An equation of a model may name its weights, and its other outputs.
                model = self.kind in ("model", "layer")
                more = {"weights", *self.outputs} if model else set()
                more |= {"item"} if self.kind == "dataset" else set()  # the index of an item
                more |= set(RATE_NAMES) if self.kind == "training" else set()
                known = both | set(self.inputs) | more
                if not line.of_part:  # a part has arguments of its own
                    used.append((f"requires.{name}", line.equation.names, known))
            elif line.sequence is not None:
                used.append((f"requires.{name}", line.sequence.names, options))
            # A lone name that is no option is a word, as in 'positions == rotary'.
            elif line.right and not line.right.isidentifier():
                used.append((f"requires.{name}", line.expression.names, both))
        for field, names, legal in used:
            for unknown in sorted(names - legal):
                raise SpecError(
                    f"{unknown!r} is {_none_of(legal, both)}: {nearest(unknown, legal)}",
                    field=field,
                )
        for size in self.sizes.values():
            size.bounds(self.options)

    def _laws_are_about_something(self) -> None:
        for identifier, line in self.requires.items():
            about: list[tuple[str, Mapping[str, Any]]] = [
                (line.under, self.inputs),
                (line.over, self.sizes),
                (line.of if self._of_output(line) else "", self.outputs),
            ]
            for word, legal in about:
                if word and word not in legal:
                    raise SpecError(
                        f"{word!r} in {line.text!r} is not declared: {nearest(word, legal)}",
                        field=f"requires.{identifier}",
                    )

    def _of_output(self, line: Requirement) -> bool:
        """Whether a line speaks of an output, if it speaks of anything by its name."""
        rate = self.kind == "training" and line.of in ("learning_rate", "average_decay")
        return line.comparison in ("equals", "runs") and not line.of_part and not rate

    def role(self, role: str) -> str:
        """Return what the code calls a part, or ``""`` where it has none."""
        if role in self.roles or role not in ("prediction", "target"):
            return self.roles.get(role, "")
        if role == "target":
            return usual_target(self.inputs)
        target = self.role("target")
        return next((name for name in self.inputs if name != target), "")

    @property
    def hash(self) -> str:
        """A digest of everything that the spec says; any change makes evidence stale."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]
