"""Cross attention: queries from the first sequence, keys and values from the second one.

Source: Vaswani et al. 2017, section 3.2.3, the encoder-decoder attention.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._heads import attended, softmax_attention
from workbench.laws._part import Claim, Part, Unsuited


def law(part: Part) -> Iterator[Claim]:
    """Reorder the second sequence, then compare with the equation."""
    given = [name for name, values in part.inputs.items() if values.dtype.kind == "f"]
    if len(given) < 2:
        raise Unsuited("it has no second sequence")
    y = part()
    turned = part(inputs={name: np.flip(part.inputs[name], -2) for name in given[1:]})
    yield Claim("the order of the keys does not matter", turned, y)
    yield Claim(
        "softmax(q k^T / sqrt(d)) v over the second sequence",
        y,
        attended(part, softmax_attention()),
    )
