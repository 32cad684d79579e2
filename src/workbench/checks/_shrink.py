"""Smaller options of the same structure, so that a real run costs milliseconds.

What is kept: numbers up to 16 (heads, layers, kernels), every divisibility between options, parity,
and the order of sizes. What is broken on purpose: coincidences. A width and a length that are both
512 become different, so that code which takes one for the other is seen.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.spec import Spec

SMALL = 16
_FEW = 8
_MANY_LAYERS = 12
_MANY_IN_ALL = 8
_COUNT = re.compile(r"(^|_)(layers?|blocks?|depth)$")

Options = dict[str, Any]


def ladder(spec: Spec) -> list[Options]:
    """List sets of options from the smallest to the declared one.

    Args:
        spec: The spec.

    Returns:
        Sets of options, the declared one last. The first breaks all coincidences. The second keeps
        options whose value stands in the range of a size as well, and the third also keeps equal
        numbers equal: for modules that really need them to agree.
    """
    axes = _numbers_in(spec.inputs.values()) | _numbers_in(spec.outputs.values())
    ranges = _numbers_in(size for name, size in spec.sizes.items() if name != "batch")
    rungs = [
        _shrunk(spec.options, axes, apart=True),
        _shrunk(spec.options, axes | ranges, apart=True),
        _shrunk(spec.options, axes | ranges, apart=False),
        dict(spec.options),
    ]
    return [rung for at, rung in enumerate(rungs) if rung not in rungs[:at]]


def _numbers_in(lines: Iterable[object]) -> set[int]:
    """Find the numbers that lines of a spec spell out."""
    return {int(number) for line in lines for number in re.findall(r"(?<![\w])\d+", str(line))}


def _shrunk(options: Mapping[str, Any], kept: set[int], *, apart: bool) -> Options:
    numbers = sorted(_numbers(options), key=lambda entry: entry[1])
    small: dict[tuple[str, int], int] = {}
    counts = {name for name, value in options.items() if _COUNT.search(name) and _many(value)}
    chosen: list[tuple[int, int]] = []
    for key, value in numbers:
        if _COUNT.search(key[0]) and value not in kept:
            few = 2 if key[1] >= 0 else 2 + value % 2
            small[key] = min(value, few) if key[0] in counts else value
            continue  # how often something repeats divides nothing
        if value <= SMALL or value in kept:
            new = value
        else:
            same = [after for before, after in chosen if before == value]
            alike = same and (not apart or key[1] >= 0)
            new = same[0] if alike else _smaller(value, chosen)
        small[key] = new
        chosen.append((value, new))
    return {name: _replaced(name, value, small) for name, value in options.items()}


def _numbers(options: Mapping[str, Any]) -> Iterable[tuple[tuple[str, int], int]]:
    """Yield every integer with its place: the option, and the index in a list or -1."""
    for name, value in options.items():
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            if isinstance(item, int) and not isinstance(item, bool):
                yield (name, index if isinstance(value, list) else -1), item


def _replaced(name: str, value: Any, small: Mapping[tuple[str, int], int]) -> Any:
    if isinstance(value, list):
        return [small.get((name, index), item) for index, item in enumerate(value)]
    return small.get((name, -1), value)


def _many(count: Any) -> bool:
    """Whether something repeats too often for a quick run."""
    if isinstance(count, list):
        return sum(item for item in count if isinstance(item, int)) > _MANY_IN_ALL
    return isinstance(count, int) and count > _MANY_LAYERS


def _smaller(value: int, chosen: list[tuple[int, int]]) -> int:
    """Choose a small number that divides and is divided as the given one is."""
    divisors = [after for before, after in chosen if before > 1 and value % before == 0]
    divisors = [after for after in divisors if after > 1]
    unit = math.lcm(*divisors) if divisors else 1
    parts = value // math.lcm(*[b for b, _ in chosen if b > 1 and value % b == 0] or [1])
    # A head of two features has a single rotary frequency, at which no base can be seen.
    step = 4 if parts % 4 == 0 and parts >= _FEW else 2 if parts % 2 == 0 else 1
    largest = max((after for before, after in chosen if before <= value), default=1)
    taken = {after for _, after in chosen}
    new = unit * step
    while new <= largest or new in taken:
        new += unit * (2 if step > 1 else 1)
    return new if new < value else value
