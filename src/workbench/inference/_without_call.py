"""Finds the contract of a metric, a data set or a training loop: each is tried, none is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from workbench.checks import CannotLook, behaviours, keys_of_batch, parts_of_items
from workbench.errors import UsageError, WorkbenchError
from workbench.inference._read import Class
from workbench.inference._trial import Trial
from workbench.spec import Spec, loads

Functions = Mapping[str, Sequence[str]]
_TRIED, _LONGEST = 60, 65
_CLASSES = 4
_LABELS = re.compile(r"label|target|class|^y$")
_TOKENS = re.compile(r"token|seq|text|sentence|source|src|ids|doc|word")
_LOADERS = re.compile(r"(make_|get_|build_|create_)?(data_?)?loader")
_LINES = (
    ('int64 "items time" in 1..50', _TOKENS),
    ('int64 "items" in 0..3', _LABELS),
    ('float "items features"', re.compile("feature|input|data|^x$")),
    ('float "items 3 rows columns"', re.compile("image|picture|frame")),
    ('float "items"', re.compile("value|score|^y$")),
)
_FAILS = (WorkbenchError, CannotLook, KeyError, ValueError, TypeError)


def contract(trial: Trial, read: Class, functions: Functions) -> Spec:
    """Find a contract with which the code runs.

    Args:
        trial: Asks the code.
        read: What its text says.
        functions: The functions, classes and methods of its file, each with its arguments.

    Returns:
        The contract, without requirements.

    Raises:
        UsageError: Nothing that was tried runs.
    """
    ways = {"metric": _metrics, "dataset": _data_sets, "training": _loops}[read.kind]
    said: list[str] = []
    for document in islice(ways(read, functions), _TRIED):
        spec = loads(json.dumps({**_head(trial, read), **document}))
        try:
            return _completed(trial, spec)
        except _FAILS as error:
            problem = " ".join(str(error).split())[:160]
            if problem not in said:
                said.append(problem)
    raise UsageError(
        f"no contract can be inferred: nothing that was tried fits {read.name}: "
        f"{'; '.join(said[:4])}; write a spec with 'existing: {trial.path}' by hand"
    )


def _head(trial: Trial, read: Class) -> dict[str, Any]:
    return {
        "name": read.name,
        "kind": read.kind,
        "text": f"Tests of {read.name}, which is there already.",
        "existing": trial.path,
    }


def _completed(trial: Trial, spec: Spec) -> Spec:
    """Run it once, and fill in what only a run can tell."""
    subject = trial.subject(spec)
    if spec.kind == "dataset":
        return _with_parts(trial, spec)
    questions = dict(behaviours(subject))
    words = "7 examples, seed 0" if spec.kind == "metric" else "two epochs"
    answer: Any = questions[words](subject)
    if spec.kind == "training":
        if not answer[0]["steps"]:
            raise CannotLook("it took no step of an optimizer")
        return spec
    values = next(iter(answer[-1]["outputs"].values()))
    if values.ndim:
        axes = " ".join(str(size) for size in values.shape)
        return _changed(spec, outputs={"score": f'float "{axes}"'})
    return spec


def _changed(spec: Spec, **fields: Any) -> Spec:
    return loads(json.dumps({**spec.model_dump(mode="json", exclude_unset=True), **fields}))


def _metrics(read: Class, _: Functions) -> Iterator[dict[str, Any]]:
    counted = [name for name in read.options if "class" in name or "label" in name]
    for options in read.alternatives:
        classes = next((n for n in [*counted, *options] if n in options and "class" in n), "")
        count = classes or str(_CLASSES)
        pairs = [
            (f'float "batch {count}"', f'int64 "batch" in 0..{count} - 1'),
            ('float "batch" in 0..1', 'int64 "batch" in 0..1'),
            ('float "batch features"', 'float "batch features"'),
            ('float "batch"', 'float "batch"'),
            (f'int64 "batch" in 0..{count} - 1', f'int64 "batch" in 0..{count} - 1'),
        ]
        for first, second in pairs:
            lines = [first, *[second] * (len(read.inputs) - 1)]
            yield {
                "options": dict(options),
                "sizes": {
                    "batch": "1..64",
                    **({"features": "1..8"} if "features" in first else {}),
                },
                "inputs": dict(zip(read.inputs, lines, strict=True)),
                "outputs": {"score": 'float ""'},
                "roles": {"merge": name} if (name := _merge(read)) else {},
            }


def _merge(read: Class) -> str:
    return next((name for name in ("merge", "merge_state") if name in read.methods), "")


def _loops(read: Class, _: Functions) -> Iterator[dict[str, Any]]:
    *first, last = read.inputs or ["x", "y"]
    for options, target in product(read.alternatives, ('int64 "batch" in 0..2', 'float "batch 3"')):
        yield {
            "options": dict(options),
            "sizes": {"batch": "1..64"},
            "inputs": {**dict.fromkeys(first or ["x"], 'float "batch 5"'), last: target},
            "outputs": {"output": 'float "batch 3"'},
            "roles": dict(read.roles),
        }


def _data_sets(read: Class, functions: Functions) -> Iterator[dict[str, Any]]:
    collate = next((n for n in sorted(functions) if re.fullmatch(r"(\w+_)?collate(_fn)?", n)), "")
    loader = next((n for n in sorted(functions) if _LOADERS.fullmatch(n)), "")
    for options, lines in product(read.alternatives, product(*map(_lines, read.inputs))):
        text = " ".join(lines)
        sizes = {
            "items": "0..200",
            "time": "1..30",
            "features": "1..8",
            "rows": "8..8",
            "columns": "8..8",
        }
        roles = {"ragged": "time"} if "time" in text else {}
        roles |= {"collate": collate} if collate else {}
        roles |= _loader_roles(loader, functions[loader]) if loader else {}
        yield {
            "options": dict(options),
            "sizes": {name: size for name, size in sizes.items() if name in text},
            "inputs": dict(zip(read.inputs, lines, strict=True)),
            "outputs": {"y": 'float ""'},
            "roles": roles,
        }


def _lines(name: str) -> list[str]:
    """List what an input may be, first what its name speaks for."""
    return [line for line, words in sorted(_LINES, key=lambda e: not e[1].search(name.lower()))]


def _loader_roles(loader: str, arguments: Sequence[str]) -> dict[str, str]:
    known = ("batch_size", "shuffle", "drop_last", "seed")
    return {"loader": loader, **{name: name for name in known if name in arguments}}


def _with_parts(trial: Trial, spec: Spec) -> Spec:
    """Name the parts of an item, their types and their shapes, and those of a batch."""
    first = parts_of_items(trial.subject(spec))
    if not first:
        raise CannotLook("it has no items")
    keys = first[0]["keys"]
    spec = _changed(spec, outputs=dict.fromkeys(keys, 'float ""'))
    seen = parts_of_items(trial.subject(spec))
    cut = _with_cuts(trial, spec)
    outputs = {name: _part(name, spec, seen, cut) for name in keys}
    spec = _changed(spec, outputs=outputs)
    if "collate" in spec.roles:
        parts = keys_of_batch(trial.subject(spec))
        masks = {role: n for n in parts for role in ("mask", "lengths") if role in n.split("_")}
        spec = _changed(spec, roles={**spec.roles, **masks})
    return spec


def _with_cuts(trial: Trial, spec: Spec) -> dict[str, list[dict[str, Any]]]:
    """Look at items that are about as long as an option says, to see which one cuts them off."""
    ragged, found = spec.roles.get("ragged", ""), {}
    for name, value in spec.options.items() if ragged else ():
        if isinstance(value, int) and not isinstance(value, bool) and 4 < value <= 1024:
            sizes = {size: str(bounds) for size, bounds in spec.sizes.items()}
            longer = _changed(spec, sizes={**sizes, ragged: f"{value - 4}..{value + 8}"})
            found[name] = parts_of_items(trial.subject(longer))
    return found


def _part(
    name: str,
    spec: Spec,
    seen: Sequence[Mapping[str, Any]],
    cut: Mapping[str, Sequence[Mapping[str, Any]]],
) -> str:
    kind = str(seen[0]["types"][name]).removeprefix("numpy ")
    kind = {"int": "int64", "bool": "bool"}.get(kind, kind)
    dtype = "float" if kind.startswith(("float", "bfloat")) else kind
    axes = []
    for at in range(len(seen[0]["shapes"][name])):
        texts = (*spec.sizes, *spec.options, *map(str, range(1, _LONGEST)))
        text = next((text for text in texts if _same(name, at, text, seen)), "")
        option = next((o for o, items in cut.items() if _follows(name, at, o, items)), "")
        if not text:
            raise CannotLook(f"axis {at} of {name} follows no size of the data")
        axes.append(f"min({text}, {option})" if option and text == "time" else text)
    return f'{dtype} "{" ".join(axes)}"'


def _same(name: str, at: int, text: str, items: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether an axis is a size, an option or a number in every item."""
    lengths = [item["shapes"][name][at] for item in items]
    wanted = [int(text) if text.isdigit() else item["sizes"].get(text) for item in items]
    return lengths == wanted


def _follows(name: str, at: int, option: str, items: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether an option cuts an axis off."""
    if len(items[0]["shapes"][name]) <= at:
        return False
    lengths = [item["shapes"][name][at] for item in items]
    wanted = [min(item["sizes"]["time"], item["sizes"][option]) for item in items]
    return lengths == wanted and len({*lengths}) > 1
