"""A transposed convolution: each input lays its kernel down, ``stride`` apart, and overlaps add up.

Source: Dumoulin and Visin 2016, section 4: the adjoint of a convolution.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.laws._formulas import many, spread_out
from workbench.laws._kernels import bias_of, straight, weight_of
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Compare with the adjoint of the correlation."""
    dims = part.x.ndim - 2
    weight = weight_of(part, dims)  # (in, out, *kernel)
    yield from straight(part)
    stride = many(part.option("stride", "scale", "scale_factor", default=1), dims)
    padding = many(part.option("padding", default=0), dims)
    y = part()
    least = [
        (n - 1) * s - 2 * p + k
        for n, s, p, k in zip(part.x.shape[2:], stride, padding, weight.shape[2:], strict=True)
    ]
    more = many(part.option("output_padding", default=0), dims)
    size = [n + m for n, m in zip(least, more, strict=True)]
    yield Claim("(n - 1) stride - 2 padding + kernel places", y.shape[2:], tuple(size))
    laid = spread_out(part.x, weight, stride=stride, padding=padding, size=size)
    says = "kernels laid down stride apart, added up"
    yield Claim(says, y, laid + bias_of(part, laid.shape[1], dims))
