"""Small options and sizes for tests: of the same structure, but a run costs milliseconds.

Counts of layers and heads shrink least, widths most; what divided a width before divides it after,
and two widths that were equal become different where they may, so that a mix-up shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.spec import Spec

_LARGEST = 64  # of a size that a test really runs
_PRIMES = (3, 7, 11, 13, 17, 19, 23)
Options = dict[str, Any]


def small_options(
    spec: Spec, options: Mapping[str, Any], allowed: Callable[[Options], bool]
) -> Options:
    """Shrink options.

    Args:
        spec: Says which options count layers and heads, and whether the code is there already.
        options: The options at full size.
        allowed: Whether a constructor accepts options, as far as that is known.

    Returns:
        Small options that are allowed; at worst the given ones.
    """
    if spec.existing:
        return dict(options)  # what a smaller number would mean there is not known
    roles = {
        line.right: "heads" if line.phrase.endswith("heads") else "layers"
        for line in spec.requires.values()
        if line.phrase.endswith(("heads", "layers", "blocks")) and line.right in options
    }
    small = {name: _shrunk(value, roles.get(name, "")) for name, value in options.items()}
    for heads in [name for name, role in roles.items() if role == "heads"]:
        for name, value in options.items():
            if _is_width(value) and value % options[heads] == 0:
                unit = 4 * small[heads]  # so that a head keeps some width of its own
                small[name] = max(small[name] // unit, 1) * unit
    apart = _apart(small, options, {heads for heads, role in roles.items() if role == "heads"})
    return next((entry for entry in (apart, small) if allowed(entry)), dict(options))


def _is_width(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 32


def _shrunk(value: Any, role: str) -> Any:
    if isinstance(value, list):
        return [_item(place, item, len(value)) for place, item in enumerate(value)]
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if role == "layers":
        return min(value, 2)
    least = 16 if value >= 32 else 4
    while value >= 2 * least:
        value //= 2
    return value


def _item(place: int, item: Any, length: int) -> Any:
    """Shrink a list of depths to ones with a single two, so that some stage repeats its block."""
    if _is_width(item) or not isinstance(item, int):
        return _shrunk(item, "")
    return min(item, 2 if place == min(1, length - 1) else 1)


def _apart(small: Options, full: Mapping[str, Any], heads: set[str]) -> Options:
    """Make equal widths different, in steps of four and never those that heads divide."""
    result: Options = {}
    divided = {
        name
        for name, value in full.items()
        if _is_width(value) and any(value % full[head] == 0 for head in heads)
    }
    taken = [value for name, value in small.items() if name in divided]
    for name, value in small.items():
        if _is_width(full[name]) and name not in divided:
            while value in taken:
                value += 4
            taken.append(value)
        result[name] = value
    seen: set[int] = set()
    for name in [name for name in result if name in divided]:
        while result[name] in seen:
            result[name] += 4 * max(result[head] for head in heads)
        seen.add(result[name])
    return result


def cases(spec: Spec, options: Mapping[str, Any], batch: str) -> list[dict[str, int]]:
    """Choose the sizes that shapes are tested with.

    Args:
        spec: Declares the sizes.
        options: Small options.
        batch: The size that counts examples, or ``""``.

    Returns:
        The usual sizes first; then a single example of the smallest size, large ones, and none.
    """
    bounds = {name: size.bounds(options) for name, size in spec.sizes.items()}
    usual = _usual(bounds, batch)
    least = {name: max(low, 1) if name == batch else low for name, (low, _, _) in bounds.items()}
    most = {
        name: min(high, 2) if name == batch else _at_most(low, high, step)
        for name, (low, high, step) in bounds.items()
    }
    found = [usual, least, most]
    if batch and bounds[batch][0] == 0:
        found.append({**usual, batch: 0})
    return [case for place, case in enumerate(found) if case not in found[:place]]


def _usual(bounds: Mapping[str, tuple[int, int, int]], batch: str) -> dict[str, int]:
    """Take a prime of its own for each size, so that two axes cannot be mixed up unseen."""
    usual: dict[str, int] = {}
    for name, (low, high, step) in sorted(bounds.items(), key=lambda entry: entry[0] != batch):
        wanted = [prime for prime in _PRIMES if low <= prime <= high and step == 1]
        wanted = wanted or list(range(low, high + 1, step))[:4] or [low]
        fresh = [value for value in wanted if value not in usual.values()]
        usual[name] = (fresh or wanted)[0]
    return {name: usual[name] for name in bounds}


def _at_most(low: int, high: int, step: int) -> int:
    return low + (max(min(high, _LARGEST), low) - low) // step * step
