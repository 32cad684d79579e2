"""What the laws of gated units share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from workbench.laws._maps import Map, maps, ordered
from workbench.laws._part import Array, Claim, Part, Unsuited

Function = Callable[[Array], Array]


def gated(part: Part, gates: Sequence[Function], words: str) -> Iterator[Claim]:
    """Claim ``down(gate(a(x)) * b(x))`` with some maps, or without a last one, or without any.

    Args:
        part: A gated unit.
        gates: Functions that are the gate, each as good as another.
        words: The equation.
    """
    x, y = part.x, part()
    ways = list(_ways(part, x, y))
    if not ways:
        raise Unsuited("its maps are no gate, up and down projection")
    wanted = [out(gate(one) * two) for one, two, out in ways for gate in gates]
    yield Claim(words, y, wanted)


def _ways(
    part: Part, x: Array, y: Array
) -> Iterator[tuple[Array, Array, Callable[[Array], Array]]]:
    wide = x.shape[-1]
    if not any(v.ndim >= 2 for v in part.parameters.values()):
        if y.shape[-1] * 2 == wide:
            one, two = x[..., : wide // 2], x[..., wide // 2 :]
            yield one, two, _same
            yield two, one, _same
        return
    for gate, up, down in ordered(part, [(wide, 0), (wide, 0), (0, y.shape[-1])]):
        if gate.shape == up.shape and down.shape[0] == up.shape[1]:
            yield gate(x), up(x), down
    for gate, up in ordered(part, [(wide, y.shape[-1]), (wide, y.shape[-1])]):
        yield gate(x), up(x), _same
    yield from _fused(part, x, y)


def _fused(
    part: Part, x: Array, y: Array
) -> Iterator[tuple[Array, Array, Callable[[Array], Array]]]:
    for found in maps(part):
        for both in found:
            rest: list[Map | None] = [each for each in found if each is not both]
            if both.shape[0] != x.shape[-1] or both.shape[1] % 2 or len(rest) > 1:
                continue
            one, two = both.split(2)
            down = rest[0] if rest else None
            if down is None and one.shape[1] == y.shape[-1]:
                yield one(x), two(x), _same
                yield two(x), one(x), _same
            elif down is not None and down.shape == (one.shape[1], y.shape[-1]):
                yield one(x), two(x), down
                yield two(x), one(x), down


def _same(values: Array) -> Array:
    return values
