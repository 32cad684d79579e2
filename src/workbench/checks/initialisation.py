"""Weights are drawn as the spec says: the scheme, the spread, zeros where zeros are declared.

Why: Depth and width that train with one scheme explode or stall with another; a forgotten
``_init_weights`` call leaves the framework's own, which looks fine in every shape.
Fix: Apply the scheme to the weights after all layers are built, and check that it reaches each.
"""

from __future__ import annotations

import math
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import numpy as np

from workbench.checks._blocks import residuals
from workbench.checks._decision import CannotLook, Decision, failed, passed
from workbench.checks._graph import graph
from workbench.checks._inputs import Array
from workbench.checks._line import Answer
from workbench.checks._operations import operations
from workbench.checks._requirement import NUMBER, word
from workbench.checks._subject import Subject
from workbench.errors import CandidateRaised

TIER = "live"
KINDS = ()
DECIDES = {
    "initial deviation": (NUMBER,),
    "initial embedding deviation": (NUMBER,),
    "initial bias": (NUMBER,),
    "initial scale": (NUMBER,),
    "initial position deviation": (NUMBER,),
    "initial token deviation": (NUMBER,),
    "initial residual deviation": (NUMBER,),
    "initial value": (NUMBER,),
    "initial bound": (NUMBER,),
    "initial distribution": ("normal", "uniform"),
    "initialisation": (
        "xavier_uniform",
        "xavier_normal",
        "kaiming_uniform",
        "kaiming_normal",
        "kaiming_uniform_out",
        "kaiming_normal_out",
        "lecun_normal",
        "orthogonal",
        "zeros",
    ),
}
COST = 3
NAMED = True

# What a parameter does in a run, in the words of its operations.
_DOES = {
    "initial scale": "multiply parameter",
    "initial position deviation": "add parameter",
    "initial token deviation": "concat parameter",
}
# Six standard deviations: one false alarm in 500 million.
_SIGMAS = 6.0
_MANY = 1_000_000  # parameters that are still sent at once
_FEW = 24  # elements; with fewer no spread can be told


def check(subject: Subject) -> Decision:
    """Compare each matrix, or each bias, with what was declared."""
    conditions = {"options": dict(subject.options), "weights": "born"}
    built = _built(subject)
    chosen = _chosen(subject, built)
    if not chosen:
        meant = f"called {subject.phrase.of!r}" if subject.phrase.of else "one"
        raise CannotLook(f"no parameter is {meant} that {subject.phrase.phrase!r} speaks of")
    wanted = _wanted(subject, len(chosen))
    told = 0
    for name, number in zip(chosen, wanted, strict=True):
        problem = _problem(subject, built["state"][name], number)
        if problem is None:
            continue
        told += 1
        if problem:
            return failed(f"{name} {problem}", subject.phrase.text, conditions)
    if not told:
        raise CannotLook("all parameters are too small to tell how they were drawn")
    return passed(f"{subject.phrase.text} in {told} parameters", **conditions)


def _wanted(subject: Subject, count: int) -> list[Any]:
    """Give the number for each parameter; a list has one for each, in order."""
    if NUMBER not in DECIDES[subject.phrase.phrase]:
        return [None] * count
    value = subject.phrase.expression.value(subject.spec.options)
    each = value if isinstance(value, list) else [value] * count
    if len(each) != count:
        raise CannotLook(f"{len(each)} numbers for {count} parameters")
    return each


def _chosen(subject: Subject, built: Answer) -> list[str]:
    """List the parameters that the phrase speaks of, in the order of their numbers."""
    learned = [entry["name"] for entry in built["parameters"] if entry["learned"]]
    if subject.phrase.of:
        return [name for name in learned if _called(name, subject.phrase.of)]
    phrase = subject.phrase.phrase
    ends = _ends(subject)
    if phrase == "initial residual deviation":
        return [name for name in learned if name in ends]
    if phrase in _DOES:
        acting = _acting(subject, _DOES[phrase])
        return [name for name in learned if name in acting]
    tables, apart = _tables(subject), _apart(subject, learned, ends)
    fits = partial(_fits, phrase=phrase, tables=tables)
    return [name for name in learned if name not in apart and fits(name, built["state"][name])]


def _fits(name: str, values: Array, *, phrase: str, tables: set[str]) -> bool:
    if phrase == "initial bias":
        # What scales is born as ones; what is added is a bias.
        return values.ndim == 1 and not (values.size and bool(np.all(values == 1)))
    if phrase == "initial embedding deviation":
        return name in tables
    matrix = values.ndim >= 2 and values.size > max(values.shape)
    return matrix and (phrase == "initial deviation" or name not in tables)


def _called(name: str, pattern: str) -> bool:
    """Whether a parameter has a name, or is the weight of a module that has it."""
    return any(fnmatchcase(name, each) for each in (pattern, f"{pattern}.weight"))


def _apart(subject: Subject, learned: list[str], ends: set[str]) -> set[str]:
    """Name the parameters that another line speaks of."""
    lines = [x for x in subject.spec.requires.values() if x.phrase.startswith("initial")]
    found = {name for x in lines if x.of for name in learned if _called(name, x.of)}
    residual = any(line.phrase == "initial residual deviation" for line in lines)
    return found | (ends if residual else set())


def _ends(subject: Subject) -> set[str]:
    """Name the last matrix of each residual branch."""
    found = graph(subject, subject.bare())
    names = set()
    for residual in residuals(found):
        maps = [node for node in residual.inner if found.is_linear(node)]
        if len(maps) > 1 or any(node.kind == "softmax" for node in residual.inner):
            leaves = [found[found.bare(source)] for source in maps[-1].sources]
            names |= {
                leaf.name for leaf in leaves if leaf.kind == "parameter" and len(leaf.shape) > 1
            }
    return names


def _built(subject: Subject) -> Answer:
    """Build at the declared size, where statistics are sure, unless that is too large to send."""
    declared = subject.spec.options
    try:
        shapes = [shape for _, shape, _ in subject.outline(declared, run=False)["parameters"]]
    except (CandidateRaised, CannotLook):
        return subject.build(subject.exact)
    if sum(math.prod(shape) for shape in shapes) > _MANY:
        return subject.build(subject.exact)
    of = subject.of(declared, "float32")
    return subject.line.remember("declared build", lambda: subject.line.ask("build", {"of": of}))


def _tables(subject: Subject) -> set[str]:
    found = graph(subject, subject.bare())
    sources = {found.bare(s) for node in found.each("lookup") for s in node.sources}
    return {found[s].name for s in sources if found[s].kind == "parameter"}


def _acting(subject: Subject, operation: str) -> set[str]:
    """Name the parameters that scale, are added or are joined on, outside of norms and maps."""
    case = subject.bare()
    found = graph(subject, case)
    names = set()
    for seen in operations(subject, case).seen:
        if seen.name == operation:
            leaves = [found[found.bare(source)] for source in found[seen.node].sources]
            names |= {leaf.name for leaf in leaves if leaf.kind == "parameter"}
    return names


def _problem(subject: Subject, values: Array, wanted: Any) -> str | None:
    """Say what is wrong with one parameter; nothing, or None where it is too small to tell."""
    phrase = subject.phrase.phrase
    if phrase in ("initial bias", "initial scale", "initial value"):
        wanted = float(wanted)
        off = np.abs(values - wanted).max() if values.size else 0.0
        return f"has values up to {off:.3g} away" if off > 1e-6 else ""
    if phrase == "initial bound":
        return _bounded(values, float(wanted))
    if phrase == "initial distribution":
        edge = float(np.sqrt(3 * np.mean(values**2)))  # as far as these values tell it
        return _form(values, word(subject), edge, 3 / math.sqrt(max(values.size, 1)))
    if phrase != "initialisation":
        return _spread(values, float(wanted))
    scheme = word(subject)
    if scheme == "zeros":
        return f"has values up to {np.abs(values).max():.3g}" if np.any(values != 0) else ""
    if scheme == "orthogonal":
        return _orthogonal(values)
    return _drawn(values, scheme)


def _spread(values: Array, wanted: float) -> str | None:
    if not wanted:
        return f"has values up to {np.abs(values).max():.3g}" if np.any(values != 0) else ""
    if values.size < _FEW:
        return None
    seen = float(np.sqrt(np.mean(values**2)))
    bound = _SIGMAS / math.sqrt(2 * values.size)
    return "" if abs(seen - wanted) <= bound * wanted else f"has a deviation of {seen:.4g}"


def _drawn(values: Array, scheme: str) -> str | None:
    if values.size < _FEW:
        return None
    places = math.prod(values.shape[2:])
    fan_in, fan_out = values.shape[1] * places, values.shape[0] * places
    name, form, *out = scheme.split("_")
    gain, fan = {"xavier": (2, fan_in + fan_out), "kaiming": (2, fan_in), "lecun": (1, fan_in)}[
        name
    ]
    variance = gain / (fan_out if out else fan)
    problem = _spread(values, math.sqrt(variance))
    if problem:
        return f"{problem}; {scheme} has {math.sqrt(variance):.4g}"
    return _form(values, form, math.sqrt(3 * variance), 1e-6)


def _form(values: Array, form: str, edge: float, room: float) -> str | None:
    """Tell a uniform draw from a normal one, by the edge that a uniform one of its spread has."""
    if values.size < _FEW or not edge:
        return None
    beyond = float(np.abs(values).max()) > edge * (1 + room)
    if form == "uniform" and beyond:
        return f"has values beyond the edge {edge:.4g} of a uniform draw"
    # A normal draw passes the edge of the uniform one with 8 % of its values.
    if form == "normal" and not beyond and values.size >= 20 * _FEW:
        return f"has no value beyond {edge:.4g}, as a uniform draw"
    return ""


def _bounded(values: Array, wanted: float) -> str | None:
    """Compare a uniform draw with its bound."""
    if values.size < _FEW:
        return None
    largest = float(np.abs(values).max())
    if largest > wanted * (1 + 1e-6):
        return f"has values up to {largest:.4g}"
    return _spread(values, wanted / math.sqrt(3))


def _orthogonal(values: Array) -> str:
    flat = values.reshape(values.shape[0], -1)
    flat = flat if flat.shape[0] <= flat.shape[1] else flat.T
    product = flat @ flat.T
    scale = float(np.mean(np.diag(product)))
    off = np.abs(product / max(scale, 1e-12) - np.eye(len(product))).max()
    return "" if off < 1e-4 and scale > 0 else f"has rows that are {off:.3g} from orthogonal"
