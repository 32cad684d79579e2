"""Which sizes are tried: smallest, one, distinct primes that equal no option, and the largest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.spec import Spec

_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_ROOMY = 12
_MANY = 1_000_000  # elements of one input; a larger real run would not be a quick look

Sizes = dict[str, int]


def usual(spec: Spec, options: Mapping[str, Any]) -> Sizes:
    """Choose an ordinary size for every axis.

    A size that equals an option hides code that takes one for the other (batch 4 beside 4 heads),
    so each is a prime that equals no option and no other size, where the range has one.

    Args:
        spec: The spec.
        options: The options in use.

    Returns:
        A size for every named axis.
    """
    taken = set(_integers(options))
    sizes: Sizes = {}
    for place, (name, size) in enumerate(spec.sizes.items()):
        low, high, step = size.bounds(options)
        legal = [prime for prime in _PRIMES if low <= prime <= high and (prime - low) % step == 0]
        # Where every prime is taken, another number beats 1, at which nothing can be mixed up.
        legal += [other for other in range(min(high, _ROOMY), 3, -1) if other >= low and step == 1]
        legal += [low + step * count for count in (1, 0, 2, 3) if low + step * count <= high]
        free = [number for number in legal if number not in taken and number > 0] or legal
        # The first axis is the batch as a rule: small. The others need room for structure.
        roomy = [number for number in free if number >= 7] if place and step == 1 else []
        sizes[name] = (roomy or free)[0]
        taken.add(sizes[name])
    return sizes


def of_nothing(spec: Spec, options: Mapping[str, Any], absent: Sequence[str]) -> Sizes:
    """Give the axes that only absent inputs have no extent, where that is legal.

    A cache that is not there has no earlier positions, and the one that comes back the new ones.
    """
    there, gone = (
        {axis.text for name, t in spec.inputs.items() if (name in absent) is out for axis in t.axes}
        for out in (False, True)
    )
    least = {name: size.bounds(options)[0] for name, size in spec.sizes.items()}
    return {name: 0 for name, low in least.items() if name in gone - there and low == 0}


def tried(spec: Spec, options: Mapping[str, Any], base: Sizes) -> Iterator[Sizes]:
    """Yield the sizes to try, the ordinary ones first.

    Args:
        spec: The spec.
        options: The options in use.
        base: The ordinary sizes.

    Yields:
        One size per axis; each legal, each once.
    """
    seen: list[Sizes] = []
    for sizes in _candidates(spec, options, base):
        if sizes not in seen and quick(spec, options, sizes):
            seen.append(sizes)
            yield sizes


def _candidates(spec: Spec, options: Mapping[str, Any], base: Sizes) -> Iterator[Sizes]:
    yield base
    bounds = {name: size.bounds(options) for name, size in spec.sizes.items()}
    for name, (low, high, step) in bounds.items():
        for extreme in (0, 1, low):
            if low <= extreme <= high and (extreme - low) % step == 0:
                yield {**base, name: extreme}
    least = {name: low for name, (low, _, _) in bounds.items()}
    ones = {name: max(low, min(1, high)) for name, (low, high, _) in bounds.items()}
    ones = {name: ones[name] if step == 1 else least[name] for name, (_, _, step) in bounds.items()}
    yield ones
    yield dict(least)
    for name, (_, high, _) in bounds.items():
        yield {**ones, name: high}


def quick(spec: Spec, options: Mapping[str, Any], sizes: Sizes) -> bool:
    """Whether a real run at these sizes is quick."""
    return _elements(spec, options, sizes) <= _MANY


def largest(spec: Spec, options: Mapping[str, Any]) -> Sizes:
    """Return the largest legal size of every axis."""
    return {name: size.bounds(options)[1] for name, size in spec.sizes.items()}


def _elements(spec: Spec, options: Mapping[str, Any], sizes: Sizes) -> int:
    counts = [1]
    for tensor in (*spec.inputs.values(), *spec.outputs.values()):
        count = 1
        for extent in tensor.shape({**options, **sizes}):
            count *= extent
        counts.append(count)
    return max(counts)


def _integers(options: Mapping[str, Any]) -> Iterator[int]:
    for value in options.values():
        items = value if isinstance(value, list) else [value]
        yield from (item for item in items if isinstance(item, int) and not isinstance(item, bool))
