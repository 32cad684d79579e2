"""A depthwise convolution: each channel has a kernel of its own and sees no other channel.

Source: Chollet 2017, section 2; Howard et al. 2017, equation 3.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.laws._kernels import convolution
from workbench.laws._part import Claim, Part


def law(part: Part) -> Iterator[Claim]:
    """Put something into one channel, then compare with the correlation."""
    alone = np.zeros_like(part.x)
    alone[:, 0] = part.x[:, 0]
    other = part(alone) - part(np.zeros_like(alone))
    per = max(other.shape[1] // alone.shape[1], 1)
    yield Claim("a channel reaches no other channel", other[:, per:], np.zeros_like(other[:, per:]))
    yield from convolution(part, part.x.ndim - 2, depthwise=True)
